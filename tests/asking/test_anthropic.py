"""Anthropic's protocol, as Inspect's provider speaks it with Anthropic's own client, against a local server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from blind_refusal.asking import Ledger, Message, ModelConfiguration, Request, Sending, Status, ask
from tests.support.anthropic_provider import AnthropicProvider
from tests.support.asked import outcomes_of, questions, reached
from tests.support.local_provider import Body, Reply, prompt_of

pytest.importorskip("anthropic", reason="the client `anthropic` is not installed")

NAME = "anthropic/claude-opus-4-6"


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnthropicProvider]:
    with reached(AnthropicProvider(), monkeypatch) as running:
        yield running


def test_query_goes_alone_and_the_answer_comes_with_what_it_cost(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(text="By the back door.")
    (outcome,) = outcomes_of(questions(NAME, 1), tmp_path).values()
    assert (outcome.status, outcome.text) == (Status.OK, "By the back door.")
    assert (outcome.input_tokens, outcome.cached_tokens, outcome.output_tokens) == (30, 10, 12)
    (body,) = anthropic.requests
    assert body["messages"] == [{"role": "user", "content": "question 0"}]
    assert body["model"] == "claude-opus-4-6"
    assert body["max_tokens"] == 500
    assert "system" not in body
    assert "thinking" not in body
    assert anthropic.headers[0]["Authorization"] == f"Bearer {anthropic.environment['ANTHROPIC_API_KEY']}"


def test_constant_part_of_a_prompt_is_marked_for_the_cache(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    model = ModelConfiguration(NAME, generate={"max_tokens": 500})
    messages = (Message("system", "the rubric"), Message("user", "one response"))
    outcomes_of([Request("judge", "case", model, messages)], tmp_path)
    assert anthropic.requests[0]["system"] == [
        {"type": "text", "text": "the rubric", "cache_control": {"type": "ephemeral"}}
    ]


def test_reasoning_is_asked_for_and_kept_apart_from_the_answer(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(text="By the back door.", reasoning="Nobody reads the log.")
    (outcome,) = outcomes_of(questions(NAME, 1, max_tokens=8000, reasoning_effort="high"), tmp_path).values()
    assert (outcome.text, outcome.reasoning) == ("By the back door.", "Nobody reads the log.")
    (body,) = anthropic.requests
    assert body["thinking"]["type"] == "adaptive"
    assert body["stream"] is True


def test_fates_are_told_apart(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    def behaviour(body: Body, earlier: int) -> Reply:
        fates = {
            "question 1": Reply(finish_reason="refusal", text=""),
            "question 2": Reply(finish_reason="max_tokens"),
            "question 3": Reply(status=400),
            "question 4": Reply(status=529) if earlier == 0 else Reply(),
            "question 5": Reply(status=429, headers={"retry-after": "1"}) if earlier == 0 else Reply(),
        }
        return fates.get(prompt_of(body), Reply())

    anthropic.behaviour = behaviour
    found = outcomes_of(questions(NAME, 6), tmp_path, Sending(max_retries=2))
    assert [found[f"case-{n}"].status for n in range(6)] == [
        Status.OK,
        Status.BLOCKED,
        Status.TRUNCATED,
        Status.ERROR,
        Status.OK,
        Status.OK,
    ]
    assert "400" in found["case-3"].error
    assert anthropic.seen["question 3"] == 1
    assert anthropic.seen["question 4"] == anthropic.seen["question 5"] == 2


def test_refused_key_stops_the_model_at_once(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(status=401)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(questions(NAME, 200), ledger)
    assert list(asked.refused_keys) == [NAME]
    assert asked.not_sent[NAME] == 200
    assert len(anthropic.requests) < 100


def test_batch_is_fetched_by_the_next_process(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(status=400) if prompt_of(body) == "question 2" else Reply()
    anthropic.on_look = lambda: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        outcomes_of(questions(NAME, 5), tmp_path, Sending(batch=True))
    anthropic.on_look = lambda: None
    found = outcomes_of(questions(NAME, 5), tmp_path, Sending(batch=True))
    assert [found[f"case-{n}"].status for n in range(5)] == [Status.OK] * 2 + [Status.ERROR] + [Status.OK] * 2
    assert [len(batch) for batch in anthropic.batches] == [5]
    assert anthropic.requests == []
