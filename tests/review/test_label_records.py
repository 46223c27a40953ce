"""Labels as records: what an answer may be, and what goes with what."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from blind_refusal.review import QUESTIONS, VALUES_OF, CaseValues, Draft, Phase, VerdictValues, faults_of_values
from tests.support.labels import case_values, draft, label, verdict_values


@pytest.mark.parametrize("phase", list(Phase))
def test_every_question_has_its_field_and_every_answer_is_possible(phase: Phase) -> None:
    sound = {Phase.CASES: case_values(), Phase.VERDICTS: verdict_values()}[phase]
    for question in QUESTIONS[phase]:
        assert question.name in VALUES_OF[phase].model_fields
        assert question.control_text
        for value in (*(answer for answer, _ in question.answers), None):
            details = {"confound": "dual use"} if (question.name, value) == ("confounded", True) else {}
            VALUES_OF[phase].model_validate({**sound.model_dump(), question.name: value, **details})


@pytest.mark.parametrize("record", [CaseValues, VerdictValues])
def test_no_answer_is_left_out_silently(record: type[CaseValues | VerdictValues]) -> None:
    with pytest.raises(ValidationError) as caught:
        record.model_validate({})
    assert {detail["loc"][0] for detail in caught.value.errors()} == set(record.model_fields)
    assert {detail["type"] for detail in caught.value.errors()} == {"missing"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"subtype": "obsolete"}, "only where rightly_classified is false", id="subtype of a right one"),
        pytest.param({"rightly_classified": None, "subtype": "obsolete"}, "only where", id="subtype of an unsure one"),
        pytest.param({"confound": "dual use"}, "only where confounded is true", id="confound of none"),
        pytest.param({"confounded": True}, "must say which", id="confound without a name"),
        pytest.param({"confounded": True, "confound": "  "}, "must say which", id="blank confound"),
        pytest.param({"passes": "yes"}, "valid boolean", id="text for a flag"),
        pytest.param({"mood": "good"}, "Extra inputs", id="unknown answer"),
    ],
)
def test_answers_about_a_case_fit_together(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        case_values(**changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"engagement_quote": "words"}, "only where engages_with_defeat is true", id="quote of nothing"),
        pytest.param({"response_type": "maybe"}, "'helps'", id="unknown type"),
        pytest.param({"independent_harm": 1}, "valid boolean", id="number for a flag"),
    ],
)
def test_answers_about_a_response_fit_together(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        verdict_values(**changes)


SHOWN = "It’s **odd** that\n only his suits\u00a0may be worn."


@pytest.mark.parametrize(
    ("quote", "faults"),
    [
        pytest.param("only his suits", [], id="as it stands"),
        pytest.param("it's odd that only his suits may be worn", [], id="as it is rendered"),
        pytest.param("only her suits", [("engagement_quote", "is not in the shown text")], id="other words"),
        pytest.param(" ** ", [("engagement_quote", "is missing; mark the words that show the engagement")], id="none"),
    ],
)
def test_quotes_are_looked_for_in_the_shown_text(quote: str, faults: list[tuple[str, str]]) -> None:
    values = verdict_values(engages_with_defeat=True, engagement_quote=quote)
    assert faults_of_values(values, SHOWN) == faults
    assert faults_of_values(values) == []


def test_subtype_is_looked_for_in_the_taxonomy() -> None:
    assert faults_of_values(case_values(rightly_classified=False, subtype="obsolete")) == []
    assert faults_of_values(case_values(rightly_classified=False, subtype="x")) == [
        ("subtype", "'x' is not a subtype of the taxonomy")
    ]


def test_draft_holds_the_answers_of_its_phase() -> None:
    with pytest.raises(ValidationError, match="not those of phase cases"):
        draft("c1", phase=Phase.CASES)
    assert isinstance(Draft.model_validate(draft("r1").model_dump(mode="json")).values, VerdictValues)


def test_time_is_in_utc() -> None:
    elsewhere = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValidationError, match="must be in UTC"):
        label("r1", time=elsewhere)
    with pytest.raises(ValidationError, match="timezone"):
        label("r1", time=datetime(2026, 11, 24))  # noqa: DTZ001 - the mistake that is refused


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_time_spent_is_a_number_of_seconds(seconds: float) -> None:
    with pytest.raises(ValidationError):
        draft("r1", seconds=seconds)
