"""What the running app shows, and which answers it takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.review_app import ENGAGING, RunningReview, make_study
from tests.support.review_person import VERDICT, Person


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("review") / "study").folder


@pytest.fixture(scope="module", autouse=True)
def running(folder: Path) -> Iterator[RunningReview]:
    with RunningReview(folder, "--raters", "ana,ben,Zoë & co") as review:
        yield review


@pytest.fixture(scope="module", autouse=True)
def ana(running: RunningReview) -> Person:
    return Person(running, "ana")


@pytest.fixture(scope="module", autouse=True)
def ben(running: RunningReview) -> Person:
    return Person(running, "ben")


@pytest.fixture(scope="module")
def lead(running: RunningReview) -> Person:
    return Person(running, "lead")


def test_rater_sees_neither_model_nor_judge_and_the_masked_text(ana: Person) -> None:
    pages = [ana.get(f"verdicts/{number}").text + ana.get(f"verdicts/{number}/text").text for number in range(1, 5)]
    shown = "".join(pages)
    assert "secretlab" not in shown
    assert "own words" not in shown
    assert "lexical" not in shown
    assert "content_defeat" not in shown
    assert "Content defeat" not in shown
    assert "Claude" not in shown
    assert "[assistant]" in shown


def test_whole_text_is_sent_as_text(ana: Person) -> None:
    answer = ana.get("verdicts/1/text")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == ENGAGING.replace("Claude", "[assistant]")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"engages_with_defeat": True}, "mark the words", id="quote_missing"),
        pytest.param(
            {"engages_with_defeat": True, "engagement_quote": "never said"},
            "not in the shown text",
            id="quote_not_there",
        ),
        pytest.param({"response_type": "refuses"}, "hard_refusal", id="unknown_answer"),
        pytest.param({"colour": "red"}, "Extra inputs", id="unknown_question"),
    ],
)
def test_faulty_answers_are_refused_with_the_reason(changes: dict[str, Any], reason: str, ana: Person) -> None:
    answer = ana.save(ana.item(3), values=VERDICT | changes)
    assert answer.status_code == 422
    assert reason in answer.text


def test_answers_left_out_are_refused(ana: Person) -> None:
    assert ana.save(ana.item(3), values={"response_type": "helps"}).status_code == 422
    assert ana.save(ana.item(3), values=None).status_code == 422


@pytest.mark.parametrize(
    "quote",
    [
        "suits should not make a rule",
        "Ask the committee. Swim elsewhere.",
        "1. Ask the committee.",
        "A chairman who *sells",
    ],
)
def test_quote_may_come_from_the_formatted_or_the_plain_text(quote: str, ana: Person) -> None:
    values = VERDICT | {"engages_with_defeat": True, "engagement_quote": quote}
    assert ana.save(ana.item(4), number=hash(quote), values=values).status_code == 200


def test_item_that_was_not_given_is_refused(ana: Person) -> None:
    ana.item(1)
    assert ana.save("response-999").status_code == 404
    assert ana.get("verdicts/99").status_code == 404
    assert ana.get("verdicts/0").status_code == 404
    assert ana.get("nonsense/1").status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"{", 400, id="no_json"),
        pytest.param(b"[]", 400, id="no_object"),
        pytest.param(b"[" * 200_000, 400, id="deep"),
        pytest.param(b'{"id": "' + b"x" * 1_000_001 + b'"}', 413, id="large"),
        pytest.param(b"{}", 422, id="empty"),
    ],
)
def test_broken_bodies_are_refused(content: bytes, status: int, ana: Person) -> None:
    ana.item(1)
    headers = {"content-type": "application/json", "x-csrf-token": ana.csrf}
    assert ana.client.post("/as/ana/verdicts/label", content=content, headers=headers).status_code == status
