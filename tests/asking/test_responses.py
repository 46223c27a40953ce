"""OpenAI's newer protocol, in which Inspect asks models such as ``openai/gpt-5.4``, against a local server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from blind_refusal.asking import (
    AnswerSchema,
    Sending,
    Status,
)
from tests.support.asked import outcomes_of, questions, reached
from tests.support.local_provider import Body, Reply
from tests.support.responses_provider import ResponsesProvider

NAME = "openai/gpt-5.4"


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResponsesProvider]:
    with reached(ResponsesProvider(), monkeypatch) as running:
        yield running


def test_nothing_but_the_query_is_sent(openai: ResponsesProvider, tmp_path: Path) -> None:
    openai.behaviour = lambda body, earlier: Reply(text="By the back door.")
    (outcome,) = outcomes_of(questions(NAME, 1, temperature=0.0), tmp_path).values()
    assert (outcome.status, outcome.text) == (Status.OK, "By the back door.")
    assert (outcome.input_tokens, outcome.cached_tokens, outcome.output_tokens) == (30, 10, 12)
    (body,) = openai.requests
    assert [(item["role"], item["content"][0]["text"]) for item in body["input"]] == [("user", "question 0")]
    assert (body["model"], body["max_output_tokens"], body["temperature"]) == ("gpt-5.4", 500, 0.0)
    assert body["store"] is False
    assert "instructions" not in body
    assert "reasoning" not in body


@pytest.mark.parametrize("encrypted", [True, False])
def test_reasoning_that_is_asked_for_is_kept_apart(encrypted: bool, openai: ResponsesProvider, tmp_path: Path) -> None:
    openai.behaviour = lambda body, earlier: Reply(text="By the back door.", reasoning="Nobody reads the log.")
    openai.encrypts = encrypted
    settled = questions(NAME, 1, reasoning_effort="low", reasoning_summary="auto")
    (outcome,) = outcomes_of(settled, tmp_path).values()
    assert (outcome.text, outcome.reasoning) == ("By the back door.", "Nobody reads the log.")
    (body,) = openai.requests
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}


def test_schema_of_an_answer_is_sent_along(openai: ResponsesProvider, tmp_path: Path) -> None:
    openai.behaviour = lambda body, earlier: Reply(text='{"label": "helps"}')
    properties = {"label": {"type": "string"}}
    schema = AnswerSchema(
        "label",
        {"type": "object", "properties": properties, "required": ["label"], "additionalProperties": False},
    )
    outcomes_of(questions(NAME, 1, schema), tmp_path)
    sent = openai.requests[0]["text"]["format"]
    assert (sent["type"], sent["name"], sent["strict"]) == ("json_schema", "label", True)
    assert sent["schema"]["properties"] == properties


def test_fates_are_told_apart(openai: ResponsesProvider, tmp_path: Path) -> None:
    def behaviour(body: Body, earlier: int) -> Reply:
        fates = {
            "question 1": Reply(finish_reason="content_filter", text=""),
            "question 2": Reply(finish_reason="length"),
            "question 3": Reply(status=400),
            "question 4": Reply(status=500) if earlier == 0 else Reply(),
            "question 5": Reply(raw=b"{}"),
        }
        return fates.get(openai.prompt_of(body), Reply())

    openai.behaviour = behaviour
    found = outcomes_of(questions(NAME, 6), tmp_path, Sending(max_retries=2))
    assert [found[f"case-{n}"].status for n in range(6)] == [
        Status.OK,
        Status.BLOCKED,
        Status.TRUNCATED,
        Status.ERROR,
        Status.OK,
        Status.ERROR,
    ]
    assert "400" in found["case-3"].error
    assert "malformed reply, 3 times" in found["case-5"].error
    assert [openai.seen[f"question {n}"] for n in (3, 4, 5)] == [1, 2, 3]


def test_batch_is_fetched_by_the_next_process(openai: ResponsesProvider, tmp_path: Path) -> None:
    openai.behaviour = lambda body, earlier: Reply()
    openai.on_look = lambda number: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        outcomes_of(questions(NAME, 5), tmp_path, Sending(batch=True))
    openai.on_look = lambda number: None
    found = outcomes_of(questions(NAME, 5), tmp_path, Sending(batch=True))
    assert {outcome.status for outcome in found.values()} == {Status.OK}
    assert [len(batch) for batch in openai.batches] == [5]
    assert openai.batches[0][0]["url"] == "/v1/responses"
    assert openai.requests == []
