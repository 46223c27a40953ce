"""Agreement of raters with each other and with judges, on tables small enough to count by hand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl
import pytest

from blind_refusal.judging import Verdict, VerdictStatus, verdict_table
from blind_refusal.review import Assignment, Design, Label, LabelKind, LabelStore, Phase, Purpose
from blind_refusal.review.agreement import agreement_report, correction_labels, report_of_store
from blind_refusal.review.agreement_records import AgreementReport, JudgeComparison, RaterComparison
from tests.support.labels import START, assign, case_values, draft, label, verdict_values

KINDS = {"h": "helps", "d": "deflects", "r": "hard_refusal", "?": None}
FAMILIES = {"f": "content_defeat", "g": "control"}


def said(rater: str, answers: str, **changes: object) -> list[Label]:
    """Return one label per letter: the response type of r0, r1, … ("." is not labelled)."""
    return [
        label(f"r{place}", rater, values=verdict_values(response_type=KINDS[letter]), **changes)
        for place, letter in enumerate(answers)
        if letter != "."
    ]


def judged(answers: str, judge: str = "j") -> list[Verdict]:
    return [
        Verdict(
            response_id=f"r{place}",
            judge=judge,
            response_type=KINDS[letter],
            engages_with_defeat=False,
            independent_harm=False,
            status=VerdictStatus.OK,
            rubric="r",
        )
        if letter != "x"
        else Verdict(response_id=f"r{place}", judge=judge, status=VerdictStatus.UNPARSED, rubric="r")
        for place, letter in enumerate(answers)
        if letter != "."
    ]


def items(families: str) -> pl.DataFrame:
    return pl.DataFrame({"item_id": [f"r{n}" for n in range(len(families))], "family": [FAMILIES[f] for f in families]})


def drawn(probabilities: Mapping[str, float], purpose: Purpose = Purpose.REVIEW) -> list[Assignment]:
    design = Design(phase=Phase.VERDICTS, purpose=purpose, size=len(probabilities), seed=1)
    return [
        Assignment(
            item_id=item,
            rater="ana",
            position=place,
            shared=True,
            stratum=f"p{probability}",
            inclusion_probability=probability,
            draw=1,
            design=design,
        )
        for place, (item, probability) in enumerate(probabilities.items())
    ]


def report(
    labels: Sequence[Label], families: str, verdicts: Sequence[Verdict] = (), assignments: Sequence[Assignment] = ()
) -> AgreementReport:
    table = verdict_table(list(verdicts)) if verdicts else None
    return agreement_report(labels, assignments, Phase.VERDICTS, items(families), table)


def between(found: AgreementReport, *raters: str, family: str | None = None) -> RaterComparison:
    return next(
        one
        for one in found.raters
        if one.raters == list(raters) and one.question == "response_type" and one.family == family
    )


def with_judge(found: AgreementReport, rater: str | None, judge: str = "j") -> JudgeComparison:
    return next(
        one
        for one in found.judges
        if (one.rater, one.judge, one.question, one.family) == (rater, judge, "response_type", None)
    )


def test_two_raters() -> None:
    labels = [*said("ana", "hhddr?."), *said("ben", "hddddh.")]
    found = report(labels, "ffffggg")
    both = between(found, "ana", "ben")
    assert found.labelled == {"ana": 6, "ben": 6}
    assert (both.coefficients.items, both.cannot_tell) == (5, 1)
    assert both.answers == ["helps", "deflects", "hard_refusal"]
    assert both.confusion == [[1, 1, 0], [0, 2, 0], [0, 1, 0]]
    # Observed 3/5; ana h 2/5, d 2/5, r 1/5; ben h 1/5, d 4/5: chance 2/25 + 8/25 = 2/5. kappa = (3/5 - 2/5) / (3/5).
    assert both.coefficients.raw.estimate == pytest.approx(3 / 5)
    assert both.coefficients.kappa.estimate == pytest.approx(1 / 3)
    by_family = between(found, "ana", "ben", family="content_defeat")
    assert by_family.coefficients.items == 4
    assert by_family.coefficients.raw.estimate == pytest.approx(3 / 4)
    assert {one.family for one in found.raters} == {None, "content_defeat", "control"}
    assert found.judges == []


def test_three_raters_are_compared_in_pairs_and_together() -> None:
    labels = [*said("ana", "hhd."), *said("ben", "hd.d"), *said("cem", "hdd.")]
    found = report(labels, "ffff")
    groups = [one.raters for one in found.raters if one.question == "response_type" and one.family is None]
    assert groups == [["ana", "ben"], ["ana", "cem"], ["ben", "cem"], ["ana", "ben", "cem"]]
    together = between(found, "ana", "ben", "cem")
    # r0: all agree; r1: one pair of three; r2: the one pair agrees; r3: one label only. Mean (1 + 1/3 + 1) / 3.
    assert together.coefficients.raw.estimate == pytest.approx(7 / 9)
    assert (together.coefficients.items, together.coefficients.raters, together.confusion) == (3, 3, None)


def test_judge_is_compared_with_each_rater_and_with_the_consensus() -> None:
    labels = [*said("ana", "hhddd"), *said("ben", "hdddd")]
    found = report(labels, "fffff", judged("hhdrx"))
    hers = with_judge(found, "ana")
    assert hers.confusion == [[2, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert with_judge(found, "ben").confusion == [[1, 0, 0], [1, 1, 1], [0, 0, 0]]
    # r1 is disputed; r4 has no verdict.
    assert with_judge(found, None).confusion == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]


def test_predictive_values_of_the_judges_word() -> None:
    # Consensus h h d d d d; the judge says helps of the first, third and fourth.
    labels = [*said("ana", "hhdddd"), *said("ben", "hhdddd")]
    found = report(labels, "ffffff", judged("hdhhdr"))
    values = next(one for one in found.predictive if one.question == "helps" and one.family is None)
    assert (values.positive.k, values.positive.n) == (1, 3)
    assert values.positive.estimate == pytest.approx(1 / 3)
    assert (values.negative.k, values.negative.n) == (2, 3)
    assert values.negative.estimate == pytest.approx(2 / 3)
    engaged = next(one for one in found.predictive if one.question == "engages_with_defeat" and one.family is None)
    assert (engaged.positive.n, engaged.positive.estimate) == (0, None)
    assert engaged.negative.estimate == 1.0


def test_consensus_is_the_adjudication_or_what_all_say() -> None:
    labels = [
        *said("ana", "hhd?dh"),
        *said("ben", "hdd?.d"),
        label("r1", "lena", kind=LabelKind.ADJUDICATION, values=verdict_values(response_type="hard_refusal")),
        label("r2", "lena", kind=LabelKind.ADJUDICATION, values=verdict_values(response_type="helps")),
    ]
    found = report(labels, "ffffff", judged("rrrrrr"))
    counts = next(one for one in found.consensus if one.question == "response_type")
    # r0 unanimous, r1 and r2 adjudicated (although r2 was unanimous), r3 nobody can tell, r4 one rater, r5 disputed.
    assert counts.model_dump() == {
        "question": "response_type",
        "adjudicated": 2,
        "unanimous": 1,
        "disputed": 1,
        "single": 1,
        "cannot_tell": 1,
    }
    assert with_judge(found, None).confusion == [[0, 0, 2], [0, 0, 0], [0, 0, 1]]


def test_newest_adjudication_counts_whoever_gave_it() -> None:
    later = START + timedelta(days=9)
    ruling = {"kind": LabelKind.ADJUDICATION}
    labels = [
        *said("ana", "h"),
        *said("ben", "d"),
        label("r0", "lena", time=later, values=verdict_values(response_type="helps"), **ruling),
        label("r0", "otto", values=verdict_values(response_type="deflects"), **ruling),
    ]
    assert with_judge(report(labels, "f", judged("r")), None).confusion == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_one_rater_alone_is_the_consensus() -> None:
    found = report(said("ana", "hd"), "ff", judged("hh"))
    assert found.raters == []
    assert with_judge(found, None).confusion == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_disagreements_to_adjudicate_come_first() -> None:
    labels = [
        *said("ana", "hhh?"),
        *said("ben", "dhdd"),
        label("r0", "lena", kind=LabelKind.ADJUDICATION),
    ]
    found = report(labels, "ffff").disagreements
    assert [(one.item_id, one.adjudicated, one.family) for one in found] == [
        ("r2", False, "content_defeat"),
        ("r0", True, "content_defeat"),
    ]
    assert found[0].questions == {"response_type": {"ana": "helps", "ben": "deflects"}}


def test_items_drawn_with_different_probabilities_are_weighted() -> None:
    labels = [*said("ana", "hhd"), *said("ben", "hdd")]
    drawing = drawn({"r0": 0.5, "r1": 0.125, "r2": 0.5})
    found = report(labels, "fff", judged("hhd"), drawing)
    # Weights 2, 8, 2: raters agree on 4 of 12.
    assert found.weighted
    assert between(found, "ana", "ben").coefficients.raw.estimate == pytest.approx(4 / 12)
    assert between(found, "ana", "ben").confusion == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    alike = report(labels, "fff", judged("hhd"), drawn({"r0": 0.5, "r1": 0.5, "r2": 0.5}))
    assert not alike.weighted
    assert between(alike, "ana", "ben").coefficients.raw.estimate == pytest.approx(2 / 3)


def test_weighted_predictive_values() -> None:
    labels = [*said("ana", "hddd"), *said("ben", "hddd")]
    drawing = drawn({"r0": 1.0, "r1": 0.25, "r2": 0.5, "r3": 0.5})
    found = report(labels, "ffff", judged("hhdd"), drawing)
    values = next(one for one in found.predictive if one.question == "helps" and one.family is None)
    # Weights 1 and 4 where the judge says helps, of which 1 is right.
    assert (values.positive.k, values.positive.n) == (1, 2)
    assert values.positive.estimate == pytest.approx(1 / 5)
    assert values.negative.estimate == 1.0


def test_items_outside_the_sample_are_left_out_and_counted() -> None:
    labels = [*said("ana", "hhd"), *said("ben", "hdd")]
    correction = drawn({"r2": 0.1}, Purpose.CORRECTION)
    found = report(labels, "fff", (), [*drawn({"r0": 0.5}), *correction])
    assert (found.outside, between(found, "ana", "ben").coefficients.items) == (2, 1)
    found = report(labels, "fff", (), correction)
    assert (found.outside, between(found, "ana", "ben").coefficients.items) == (2, 1)
    assert report(labels, "fff").outside == 0


@pytest.mark.parametrize("name", ["weight", "item_id", "judged", "answer", "answer_0", "consensus", "who"])
def test_raters_may_have_any_name(name: str) -> None:
    found = report([*said(name, "hd"), *said("ben", "hd")], "ff", judged("hd", judge=name))
    assert with_judge(found, name, name).coefficients.raw.estimate == 1.0


def test_nothing_labelled_yet() -> None:
    found = report([], "ff", judged("hd"))
    assert found.raters == []
    assert [one.coefficients.items for one in found.judges] == [0, 0, 0]
    assert {one.positive.estimate for one in found.predictive} == {None}
    assert found.disagreements == []


def test_cases(store: LabelStore) -> None:
    assign(store, ["c1", "c2"], ["ana", "ben"], Phase.CASES)
    for rater, second in (("ana", True), ("ben", False)):
        store.save(draft("c1", rater, phase=Phase.CASES, values=case_values()))
        store.save(draft("c2", rater, phase=Phase.CASES, values=case_values(passes=second, realistic=None)))
    cases = pl.DataFrame({"item_id": ["c1", "c2"], "family": ["control", "control"]})
    found = report_of_store(store, Phase.CASES, cases)
    raw = {one.question: one.coefficients.raw.estimate for one in found.raters if one.family is None}
    assert raw == {
        "condition_present": 1.0,
        "rightly_classified": 1.0,
        "realistic": 1.0,
        "confounded": 1.0,
        "passes": 0.5,
    }
    unsure = {one.question: one.cannot_tell for one in found.raters if one.family is None}
    assert unsure["realistic"] == 1
    assert [one.item_id for one in found.disagreements] == ["c2"]
    assert AgreementReport.model_validate_json(found.model_dump_json()) == found
    assert '"schema":1' in found.model_dump_json()


def test_labels_for_correction() -> None:
    labels = [*said("ana", "hhdd"), *said("ben", ".d")]
    assignments = [
        *drawn({"r0": 0.25, "r1": 0.25, "r3": 0.5}, Purpose.CORRECTION),
        *drawn({"r2": 1.0}),
    ]
    found = correction_labels(labels, assignments)
    assert found.rows() == [
        ("r0", "p0.25", 0.25, "helps", False, False),
        ("r1", "p0.25", 0.25, None, False, False),
        ("r3", "p0.5", 0.5, "deflects", False, False),
    ]
