"""Anthropic's protocol, as Inspect's provider speaks it with Anthropic's own client, against a local server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from inspect_ai.model._providers.util import batch as inspect_batch

from blind_refusal.asking import Ledger, Message, ModelConfiguration, Outcome, Request, Sending, Status, ask
from tests.support.anthropic_provider import AnthropicProvider
from tests.support.local_provider import Body, Reply, prompt_of

pytest.importorskip("anthropic", reason="the client `anthropic` is not installed")

NAME = "anthropic/claude-opus-4-6"


@pytest.fixture
def anthropic(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnthropicProvider]:
    """The server, and Inspect looking at a batch every moment instead of every 15 seconds."""
    monkeypatch.setattr(inspect_batch, "DEFAULT_BATCH_TICK", 0.05)
    monkeypatch.setattr(inspect_batch, "DEFAULT_SEND_DELAY", 0.1)
    with AnthropicProvider() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def _requests(count: int, **generate: object) -> list[Request]:
    model = ModelConfiguration(NAME, generate={"max_tokens": 500, **generate})
    return [Request("respond", f"case-{n}", model, (Message("user", f"question {n}"),)) for n in range(count)]


def _outcomes(requests: list[Request], folder: Path, sending: Sending | None = None) -> dict[str, Outcome]:
    with Ledger(folder / "ledger.sqlite") as ledger:
        ask(requests, ledger, sending=sending)
        return {outcome.item: outcome for outcome in ledger.outcomes("respond")}


def test_query_goes_alone_and_the_answer_comes_with_what_it_cost(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(text="By the back door.")
    (outcome,) = _outcomes(_requests(1), tmp_path).values()
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
    _outcomes([Request("judge", "case", model, messages)], tmp_path)
    assert anthropic.requests[0]["system"] == [
        {"type": "text", "text": "the rubric", "cache_control": {"type": "ephemeral"}}
    ]


def test_reasoning_is_asked_for_and_kept_apart_from_the_answer(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(text="By the back door.", reasoning="Nobody reads the log.")
    (outcome,) = _outcomes(_requests(1, max_tokens=8000, reasoning_effort="high"), tmp_path).values()
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
    found = _outcomes(_requests(6), tmp_path, Sending(max_retries=2))
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
        asked = ask(_requests(200), ledger)
    assert list(asked.refused_keys) == [NAME]
    assert asked.not_sent[NAME] == 200
    assert len(anthropic.requests) < 100


def test_batch_is_fetched_by_the_next_process(anthropic: AnthropicProvider, tmp_path: Path) -> None:
    anthropic.behaviour = lambda body, earlier: Reply(status=400) if prompt_of(body) == "question 2" else Reply()
    anthropic.on_look = lambda: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        _outcomes(_requests(5), tmp_path, Sending(batch=True))
    anthropic.on_look = lambda: None
    found = _outcomes(_requests(5), tmp_path, Sending(batch=True))
    assert [found[f"case-{n}"].status for n in range(5)] == [Status.OK] * 2 + [Status.ERROR] + [Status.OK] * 2
    assert [len(batch) for batch in anthropic.batches] == [5]
    assert anthropic.requests == []
