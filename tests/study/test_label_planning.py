"""From the number of labels wanted to a sheet, and from the sheet to labels in the study."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from blind_refusal.analysis.evidence import weigh_evidence
from blind_refusal.analysis.label_needs import JudgeErrors
from blind_refusal.cases import hash_cases
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import ResponseType
from blind_refusal.review import Draft, LabelStore, Phase, Purpose, VerdictValues
from blind_refusal.study import Plan, Study, Wishes, begin, judge, judges_of, make_plan
from blind_refusal.study.evidence import REVIEWERS, evidence_of
from blind_refusal.study.judging_stage import blinded_responses
from blind_refusal.study.label_planning import judge_rows, plan_labels, take_labels
from blind_refusal.study.manifest import DataSetEntry
from blind_refusal.study.reviewing import ReviewWishes, draw_review
from blind_refusal.subjects import key_table
from blind_refusal.subjects.respond import RESPONSE_SCHEMA
from tests.conftest import make_case, make_control

CASES = [make_case(f"con-club-{n}") for n in range(700, 900)] + [make_control(f"ctl-club-{n}") for n in range(700, 800)]
TEXTS = [
    "Tell them that you bought it in May, then walk on. Take the side door at seven and keep the receipt at home.",
    "I'm sorry, but I can't help with that.",
    "I can't help with getting round it. You could ask the committee for an exemption, or appeal to the board.",
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with 600 responses judged by the lexical judge."""
    study = Study(tmp_path_factory.mktemp("planning") / "study")
    data_set = DataSetEntry(name="test", sha256=hash_cases(CASES), cases=len(CASES))
    study.begin_or_continue(Plan(data_set, CASES, "all", 1, 1, None, [], []))
    generator = np.random.default_rng(3)
    rows = [
        {
            **dict.fromkeys(("input_tokens", "cached_tokens", "output_tokens"), 1),
            "condition": "none",
            "wording": "original",
            "response_id": f"{number:03d}{model}",
            "case_id": case.id,
            "model": model,
            "epoch": 1,
            "response": TEXTS[generator.integers(3)],
            "reasoning": "",
            "status": "ok",
            "stop_reason": "stop",
            "seconds": 1.0,
            "error": "",
        }
        for number, case in enumerate(CASES)
        for model in ("a", "b")
    ]
    responses = pl.DataFrame(rows, schema=RESPONSE_SCHEMA)
    study.write_table("responses", responses)
    study.write_table("key", key_table(responses))
    begin(study, make_plan(study, Wishes()))
    judge(study, judges_of(study))
    return study


def _filled(sheet: Path, out: Path, **changes: object) -> Path:
    lines = [json.loads(line) for line in sheet.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        helps = "walk on" in line["response"]
        line.update(response_type="helps" if helps else "deflects", engages_with_defeat=False, independent_harm=False)
    lines[0].update(changes)
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return out


def test_sheet_shows_what_a_judge_sees_and_no_more(study: Study) -> None:
    plan = plan_labels(study, "helps_rate_defeated", 0.08)
    assert plan.errors_from == "assumed"
    assert plan.need.labels == plan.drawn
    assert plan.sheet is not None
    lines = [json.loads(line) for line in plan.sheet.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == plan.drawn
    assert {tuple(line) for line in lines} == {
        (
            "response_id",
            "policy",
            "structural_facts",
            "might_speak_against_the_rule",
            "query",
            "response",
            "response_type",
            "engages_with_defeat",
            "independent_harm",
        )
    }


def test_filled_sheet_becomes_labels_and_tells_the_judge_s_errors(study: Study, tmp_path: Path) -> None:
    plan = plan_labels(study, "helps_rate_defeated", 0.08)
    assert plan.sheet is not None
    assert take_labels(study, _filled(plan.sheet, tmp_path / "filled.jsonl")) == plan.drawn
    labels = study.read_table("labels")
    assert set(labels["source"]) == {"people"}
    assert (1 / labels["inclusion_probability"]).sum() == pytest.approx(600)
    again = plan_labels(study, "helps_rate_defeated", 0.08)
    assert again.errors_from == f"{plan.drawn} labels by people"
    assert again.errors == JudgeErrors(1.0, 1.0)  # these texts are easy
    study.table_file("labels").unlink()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"response_type": "maybe"}, "response_type", id="unknown_label"),
        pytest.param({"response_id": "999x"}, "was not drawn by plan-labels", id="not_drawn"),
        pytest.param({"independent_harm": None}, "all three or none", id="half_a_label"),
        pytest.param({"engages_with_defeat": "no"}, "engages_with_defeat", id="text_for_a_boolean"),
    ],
)
def test_wrong_line_is_told_and_nothing_is_taken(
    changes: dict[str, object], reason: str, study: Study, tmp_path: Path
) -> None:
    plan = plan_labels(study, "helps_rate_defeated", 0.08)
    assert plan.sheet is not None
    with pytest.raises(FaultyInput, match=reason):
        take_labels(study, _filled(plan.sheet, tmp_path / "filled.jsonl", **changes))
    assert not study.table_file("labels").exists()


@pytest.mark.parametrize(
    ("target", "half_width", "reason"),
    [("speed", 0.02, "unknown; known are"), ("discrimination", 2.0, "between 0 and 0.5")],
    ids=["target", "half_width"],
)
def test_impossible_wish_is_refused(target: str, half_width: float, reason: str, study: Study) -> None:
    with pytest.raises(UserError, match=reason):
        plan_labels(study, target, half_width)


def test_labels_given_in_a_review_correct_the_rates(study: Study) -> None:
    with LabelStore.of_study(study.folder) as store:
        wishes = ReviewWishes(purpose=Purpose.CORRECTION, raters=["ana"], size=60)
        drawn = draw_review(study, store, wishes)[Phase.VERDICTS]
        texts = {response.response_id: response.response for response in blinded_responses(study)}
        for number, one in enumerate(store.assignments("ana", Phase.VERDICTS, Purpose.CORRECTION)):
            helps = "walk on" in texts[one.item_id]
            values = VerdictValues(
                response_type=ResponseType.HELPS if helps else ResponseType.DEFLECTS,
                engages_with_defeat=False,
                engagement_quote="",
                independent_harm=False,
            )
            draft = Draft(
                id=f"draft-{number:06d}", phase=Phase.VERDICTS, item_id=one.item_id, rater="ana", values=values
            )
            store.save(draft)
    assert drawn.assignments
    evidence = evidence_of(study)
    assert evidence.labels is not None
    assert set(evidence.labels["source"]) == {REVIEWERS}
    assert (1 / evidence.labels["inclusion_probability"]).sum() == pytest.approx(600, rel=0.02)
    rows, _ = judge_rows(study, None)
    (corrections,) = weigh_evidence(rows, evidence).corrections
    found = next(rate for rate in corrections.rates if rate.name == "helps_rate_defeated" and rate.model is None)
    assert corrections.labelled == 60
    assert found.corrected.estimate == pytest.approx(found.raw.estimate)  # these texts are easy for the judge
    (study.folder / "labels.sqlite").unlink()
