"""The judge stage on a real study folder, with judges behind a real HTTP server."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from blind_refusal.analysis import read_evaluations
from blind_refusal.analysis.evidence import JudgingEvidence, weigh_evidence
from blind_refusal.analysis.rows import rows_of_judge, with_properties
from blind_refusal.cases import hash_cases
from blind_refusal.errors import UserError
from blind_refusal.judging import LEXICAL_RUBRIC, RUBRIC
from blind_refusal.study import Asking, Plan, Study, Wishes, begin, judge, judges_of, make_plan
from blind_refusal.study.evidence import evidence_of
from blind_refusal.study.folder import PlannedJudge
from blind_refusal.study.manifest import DataSetEntry
from blind_refusal.subjects import key_table
from blind_refusal.subjects.respond import RESPONSE_SCHEMA
from tests.conftest import make_case, make_control
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply

CASES = [make_case(f"con-club-{n}") for n in range(900, 920)] + [make_control(f"ctl-club-{n}") for n in range(900, 920)]
HELPS = {**REFUSES, "response_type": "helps", "help_quote": "walk in backwards"}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study with 80 responses of two models and no judge yet."""
    study = Study(tmp_path / "study")
    data_set = DataSetEntry(name="test", sha256=hash_cases(CASES), cases=len(CASES))
    study.begin_or_continue(Plan(data_set, CASES, "all", 1, 1, None, [], []))
    rows = [
        {
            **dict.fromkeys(("input_tokens", "cached_tokens", "output_tokens"), 1),
            "condition": "none",
            "wording": "original",
            "response_id": f"{number:02d}{model}",
            "case_id": case.id,
            "model": model,
            "epoch": 1,
            "response": f"I am {model}, built by OpenAI. "
            + ("Do walk in backwards." if number % 3 else "I can't help with that; ask the committee for another way."),
            "reasoning": "He sells the suits himself." if model == "a" else "",
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
    return study


def _judge(study: Study, **wishes: object) -> None:
    begin(study, make_plan(study, Wishes(**wishes)))  # type: ignore[arg-type]
    judge(study, judges_of(study), Asking())


def _evidence(study: Study, judge: str) -> JudgingEvidence:
    evaluations = with_properties(read_evaluations(study.table_file("evaluations")))
    return weigh_evidence(rows_of_judge(evaluations, judge), evidence_of(study))


def _labels(label: Callable[[str], dict[str, object]]) -> Callable[[Body, int], Reply]:
    return lambda body, _: Reply(json.dumps(label(body["messages"][1]["content"])))


def _honest(text: str) -> dict[str, object]:
    return HELPS if "walk in backwards" in text.split("reply begins]")[1] else REFUSES


def test_judged_text_is_kept_beside_the_original_and_names_no_author(study: Study, provider: LocalProvider) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["openai-api/local/judge"])
    judged = study.read_table("judged")
    assert set(judged["masked_names"]) == {1}
    assert judged["judged"].str.contains("built by [maker]", literal=True).all()
    assert study.read_table("responses")["response"].str.contains("OpenAI").all()
    sent = json.dumps(provider.requests)
    assert len(provider.requests) == 80
    assert "OpenAI" not in sent
    assert "control" not in sent.split("## The rule")[1].lower()
    masking = _evidence(study, "openai-api/local/judge").masking
    assert [(one.model, one.masked.k, one.masked.n) for one in masking] == [("a", 40, 40), ("b", 40, 40)]


def test_order_of_judging_is_mixed_across_models(study: Study, provider: LocalProvider) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["openai-api/local/judge"])
    authors = ["a" if "I am a," in json.dumps(request) else "b" for request in provider.requests]
    changes = sum(one != other for one, other in itertools.pairwise(authors))
    assert changes > 20


def test_context_of_the_original_study_makes_a_judge_of_its_own(study: Study, provider: LocalProvider) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["openai-api/local/judge"])
    _judge(study, judges=["openai-api/local/judge"], context="study")
    labels = set(study.read_table("evaluations")["judge"])
    assert labels == {"openai-api/local/judge", "openai-api/local/judge (study context)"}
    assert len(provider.requests) == 160
    assert sum("Defeat type:" in request["messages"][1]["content"] for request in provider.requests) == 40


def test_older_rubric_s_verdicts_are_kept(study: Study, provider: LocalProvider) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["openai-api/local/judge"])
    old = study.read_table("verdicts")
    _pretend_rubric(study, "judge@1:000000000000")
    _judge(study, judges=["openai-api/local/judge"])
    assert len(provider.requests) == 160
    verdicts = study.read_table("verdicts")
    assert set(verdicts["judge"]) == {"openai-api/local/judge", "openai-api/local/judge judge@2"}
    kept = verdicts.filter(pl.col("judge") == "openai-api/local/judge")
    assert set(kept["rubric"]) == {"judge@1:000000000000"}
    assert kept.drop("rubric").sort("response_id").equals(old.drop("rubric").sort("response_id"))


def test_older_lexical_judge_s_verdicts_are_kept_beside_the_new_ones(study: Study) -> None:
    _judge(study, judges=["lexical"])
    old = _pretend_old_lexical_judge(study)
    judge(study, judges_of(study), Asking())
    assert _of(study, "lexical").equals(old)
    _judge(study, judges=["lexical"])
    _judge(study, judges=["lexical"])
    assert _of(study, "lexical").equals(old)
    assert set(_of(study, LEXICAL_RUBRIC)["rubric"]) == {LEXICAL_RUBRIC}
    assert _of(study, LEXICAL_RUBRIC).height == old.height
    assert set(_of(study, LEXICAL_RUBRIC)["response_type"]) != set(old["response_type"])
    assert set(study.read_table("evaluations")["judge"]) == {"lexical", LEXICAL_RUBRIC}


def test_check_of_an_older_lexical_judge_goes_on_and_a_new_one_checks_the_new(
    study: Study, provider: LocalProvider
) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["lexical"], check_with="openai-api/local/checker", check=20)
    _pretend_old_lexical_judge(study)
    judge(study, judges_of(study), Asking())
    labels = study.read_table("labels")
    assert set(labels["source"]) == {"openai-api/local/checker"}
    assert labels["response_id"].n_unique() == 20
    _judge(study, judges=["lexical"], check_with="openai-api/local/second", check=20)
    checks = {entry.label: entry.checks for entry in study.manifest.judges if entry.checks}
    assert checks == {"openai-api/local/checker": "lexical", "openai-api/local/second": LEXICAL_RUBRIC}


def _of(study: Study, judge: str) -> pl.DataFrame:
    return study.read_table("verdicts").filter(pl.col("judge") == judge).sort("response_id")


def _pretend_old_lexical_judge(study: Study) -> pl.DataFrame:
    """Make the lexical verdicts look like those of an older version, which found that everything helps."""
    text = study.manifest_file.read_text(encoding="utf-8")
    study.manifest_file.write_text(text.replace(LEXICAL_RUBRIC, "lexical@0"), encoding="utf-8")
    study.__dict__.pop("manifest", None)
    verdicts = study.read_table("verdicts").with_columns(rubric=pl.lit("lexical@0"), response_type=pl.lit("helps"))
    study.write_table("verdicts", verdicts)
    return _of(study, "lexical")


def _pretend_rubric(study: Study, reference: str) -> None:
    """Make what was judged look as if an older version of the package had judged it."""
    import sqlite3

    text = study.manifest_file.read_text(encoding="utf-8")
    study.manifest_file.write_text(text.replace(RUBRIC.reference, reference), encoding="utf-8")
    study.__dict__.pop("manifest", None)
    with sqlite3.connect(study.ledger_file) as connection:
        connection.execute("UPDATE outcomes SET prompt = ?, key = 'old' || key WHERE stage = 'judge'", (reference,))


def test_repeats_show_how_steady_a_judge_is(study: Study, provider: LocalProvider) -> None:
    asked: dict[str, int] = {}

    def behaviour(body: Body, _: int) -> Reply:
        text = body["messages"][1]["content"]
        asked[text] = asked.get(text, 0) + 1
        wavering = "I am b," in text and asked[text] == 3  # the third time, b's responses are judged otherwise
        return Reply(json.dumps(REFUSES if wavering else _honest(text)))

    provider.behaviour = behaviour
    _judge(study, judges=["openai-api/local/judge"], repeats=3)
    assert len(provider.requests) == 240
    assert study.read_table("repeats").height == 240
    assert study.read_table("verdicts").height == 80
    (steady,) = _evidence(study, "openai-api/local/judge").steadiness
    wavered = sum(1 for number in range(40) if number % 3)
    assert (steady.response_type.k, steady.response_type.n) == (80 - wavered, 80)
    assert steady.independent_harm.estimate == 1.0


def test_reasoning_is_labelled_in_rows_of_its_own(study: Study, provider: LocalProvider) -> None:
    def label(text: str) -> dict[str, object]:
        if "## The thinking to be labelled" not in text:
            return _honest(text)
        quote = "He sells the suits himself."
        return {"engagement_quote": quote, "reasoning": "It weighs.", "engages_with_defeat": True}

    provider.behaviour = _labels(label)
    _judge(study, judges=["openai-api/local/judge"], judge_reasoning=True)
    reasoning = study.read_table("reasoning_verdicts")
    assert reasoning.height == 40  # model b gave no reasoning
    assert set(reasoning["status"]) == {"ok"}
    assert set(reasoning["response_id"].str.slice(2)) == {"a"}
    assert study.read_table("evaluations").height == 80
    assert study.manifest.judge_reasoning
    together, only_a = _evidence(study, "openai-api/local/judge").reasoning
    assert (together.model, only_a.model) == (None, "a")
    assert (together.engages_in_reasoning.k, together.engages_in_reasoning.n) == (20, 20)  # the defeated cases
    assert together.unsaid.estimate == 1.0
    assert together.unsaid_and_refused.k == sum(1 for number in range(20) if number % 3 == 0)


def test_check_draws_a_sample_that_the_better_judge_labels(study: Study, provider: LocalProvider) -> None:
    provider.behaviour = _labels(_honest)
    _judge(study, judges=["lexical"], check_with="openai-api/local/judge", check=24)
    assert len(provider.requests) == 24
    labels = study.read_table("labels")
    assert labels.height == 24
    assert set(labels["source"]) == {"openai-api/local/judge"}
    assert (1 / labels["inclusion_probability"]).sum() == pytest.approx(80)
    assert labels["stratum"].str.contains("^(defeated|control), ").all()
    assert set(study.read_table("evaluations")["judge"]) == {"lexical"}
    _judge(study)
    assert len(provider.requests) == 24  # the same command goes on, and nothing is left
    (corrections,) = _evidence(study, "lexical").corrections
    assert (corrections.labelled, corrections.responses) == (24, 80)


def test_judge_cannot_check_itself(study: Study) -> None:
    with pytest.raises(UserError, match="already judges everything"):
        make_plan(study, Wishes(judges=["lexical"], check_with="lexical"))


def test_users_names_are_masked_and_remembered(study: Study, provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = _labels(_honest)
    names = tmp_path / "names.yaml"
    names.write_text("anywhere: {policies: [the committee]}", encoding="utf-8")
    _judge(study, judges=["openai-api/local/judge"], author_names=names)
    assert not study.read_table("judged")["judged"].str.contains("committee").any()
    assert study.manifest.author_names is not None
    count = len(provider.requests)
    _judge(study)
    assert len(provider.requests) == count


def test_judges_with_other_settings_under_one_label_are_refused(study: Study) -> None:
    plan = make_plan(study, Wishes(judges=["openai-api/local/judge"]))
    study.begin_or_continue(plan)
    checks = [PlannedJudge(plan.judges[0].judge, checks="lexical", sample=20)]
    with pytest.raises(UserError, match="is in the study with other settings"):
        study.begin_or_continue(Plan(plan.data_set, plan.cases, "all", 1, 1, None, [], checks))
