"""Asking a real HTTP server that has a bad day."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blind_refusal.asking import Ledger, Message, ModelConfiguration, Outcome, Request, Sending, Status, ask, pending
from blind_refusal.errors import UserError
from tests.support.local_provider import Body, LocalProvider, Reply, prompt_of

SENDING = Sending(max_retries=2, attempt_timeout=2)


def _model(name: str = "subject", **changes: int) -> ModelConfiguration:
    return ModelConfiguration(f"openai-api/local/{name}", generate={"temperature": 0.0, "max_tokens": 50}, **changes)  # type: ignore[arg-type]


def _requests(count: int, model: ModelConfiguration | None = None) -> list[Request]:
    return [
        Request("respond", f"case-{n}", model or _model(), (Message("user", f"question {n}"),)) for n in range(count)
    ]


def _ask_one(provider: LocalProvider, ledger_file: Path, behaviour: Callable[[Body, int], Reply]) -> Outcome:
    provider.behaviour = behaviour
    (request,) = _requests(1)
    with Ledger(ledger_file) as ledger:
        ask([request], ledger, sending=SENDING)
        outcome = ledger.get(request.key)
    assert outcome is not None
    return outcome


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_what_is_sent(provider: LocalProvider, ledger_file: Path) -> None:
    _ask_one(provider, ledger_file, lambda body, earlier: Reply())
    (body,) = provider.requests
    assert body["messages"] == [{"role": "user", "content": "question 0"}]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("subject", 0.0, 50)


def test_answer_with_reasoning_and_tokens(provider: LocalProvider, ledger_file: Path) -> None:
    outcome = _ask_one(provider, ledger_file, lambda body, earlier: Reply("Yes.", reasoning="Let me think."))
    assert (outcome.status, outcome.text, outcome.reasoning) == (Status.OK, "Yes.", "Let me think.")
    assert (outcome.input_tokens, outcome.cached_tokens, outcome.output_tokens) == (30, 10, 12)


NO_ANSWER = {
    "content_filter": (lambda body, earlier: Reply("", finish_reason="content_filter"), Status.BLOCKED, "", 1),
    "empty": (lambda body, earlier: Reply("  \n"), Status.EMPTY, "", 1),
    "nothing_before_the_limit": (
        lambda body, earlier: Reply("", finish_reason="length"),
        Status.EMPTY,
        "no text before the token limit",
        1,
    ),
    "truncated": (lambda body, earlier: Reply("Go to the", finish_reason="length"), Status.TRUNCATED, "", 1),
    "bad_request": (lambda body, earlier: Reply(status=400), Status.ERROR, "400", 1),
    "empty_choices": (lambda body, earlier: Reply(choices=False), Status.ERROR, "malformed reply, 3 times", 3),
    "broken_json": (lambda body, earlier: Reply(raw=b'{"id": '), Status.ERROR, "malformed reply, 3 times", 3),
}


@pytest.mark.parametrize(("behaviour", "status", "error", "calls"), NO_ANSWER.values(), ids=NO_ANSWER.keys())
def test_what_is_no_plain_answer_is_told_apart(
    behaviour: Callable[[Body, int], Reply],
    status: Status,
    error: str,
    calls: int,
    provider: LocalProvider,
    ledger_file: Path,
) -> None:
    outcome = _ask_one(provider, ledger_file, behaviour)
    assert outcome.status is status
    assert error in outcome.error
    assert "\n" not in outcome.error
    assert len(provider.requests) == calls


PASSING = {
    "429": Reply(status=429, headers={"Retry-After": "1"}),
    "500": Reply(status=500),
    "slow": Reply(delay=3.0),  # longer than an attempt may take
    "half_a_body": Reply(cut=True),
    "broken_json": Reply(raw=b"not json at all"),
    "empty_choices": Reply(choices=False),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_passing_fault_is_retried(fault: Reply, provider: LocalProvider, ledger_file: Path) -> None:
    outcome = _ask_one(provider, ledger_file, lambda body, earlier: Reply("Yes.") if earlier else fault)
    assert (outcome.status, outcome.text) == (Status.OK, "Yes.")
    assert len(provider.requests) == 2


def test_lasting_fault_ends_after_the_documented_retries(provider: LocalProvider, ledger_file: Path) -> None:
    outcome = _ask_one(provider, ledger_file, lambda body, earlier: Reply(status=500))
    assert outcome.status is Status.ERROR
    assert "500" in outcome.error
    assert len(provider.requests) == 1 + SENDING.max_retries


def test_answered_requests_are_not_sent_again(provider: LocalProvider, ledger_file: Path) -> None:
    requests = _requests(30)
    with Ledger(ledger_file) as ledger:
        assert ask(requests[:10], ledger).statuses == {Status.OK: 10}
        assert ask([*requests, *requests], ledger).statuses == {Status.OK: 20}
        assert ask(requests, ledger).statuses == {}
        assert pending(requests, ledger) == []
    assert sorted(prompt_of(body) for body in provider.requests) == sorted(f"question {n}" for n in range(30))


def test_failed_requests_are_sent_again_only_when_wanted(provider: LocalProvider, ledger_file: Path) -> None:
    requests = _requests(4)
    provider.behaviour = lambda body, earlier: Reply(status=400) if prompt_of(body) == "question 2" else Reply()
    with Ledger(ledger_file) as ledger:
        assert ask(requests, ledger).statuses == {Status.OK: 3, Status.ERROR: 1}
        provider.behaviour = lambda body, earlier: Reply()
        assert ask(requests, ledger).statuses == {}
        assert ask(requests, ledger, retry_failed=True).statuses == {Status.OK: 1}
    assert len(provider.requests) == 5


def test_refused_key_stops_its_model_and_no_other(provider: LocalProvider, ledger_file: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(status=401) if body["model"] == "locked" else Reply()
    locked, free = _requests(40, _model("locked", connections=2)), _requests(10, _model("free"))
    with Ledger(ledger_file) as ledger:
        asked = ask([*locked, *free], ledger, sending=SENDING)
        assert asked.statuses == {Status.OK: 10}
        assert asked.not_sent == {"openai-api/local/locked": 40}
        assert "401" in asked.refused_keys["openai-api/local/locked"]
        assert len(pending(locked, ledger)) == 40
    assert sum(body["model"] == "locked" for body in provider.requests) <= 2


def test_slow_model_does_not_hold_up_another(provider: LocalProvider, ledger_file: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(delay=1.5 if body["model"] == "slow" else 0.0)
    order: list[str] = []
    requests = [*_requests(2, _model("slow", connections=1)), *_requests(40, _model("quick", connections=1))]
    with Ledger(ledger_file) as ledger:
        ask(requests, ledger, on_outcome=lambda outcome: order.append(outcome.model))
    assert set(order[:40]) == {"openai-api/local/quick"}


def test_connections_are_the_limit_of_requests_under_way(provider: LocalProvider, ledger_file: Path) -> None:
    under_way: list[int] = []

    def behaviour(body: Body, earlier: int) -> Reply:
        under_way.append(len(provider.requests) - len(provider.answered))
        return Reply(delay=0.05)

    provider.behaviour = behaviour
    with Ledger(ledger_file) as ledger:
        ask(_requests(30, _model(connections=5)), ledger)
    assert max(under_way) == 5


@pytest.mark.parametrize("name", ["nothing/at-all", "openai-api/local", "embedded/gpt-99"])
def test_unknown_model_is_one_readable_line(name: str, ledger_file: Path) -> None:
    with Ledger(ledger_file) as ledger, pytest.raises(UserError) as caught:
        ask(_requests(1, ModelConfiguration(name)), ledger)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_key_is_one_readable_line(ledger_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_API_KEY", raising=False)
    with Ledger(ledger_file) as ledger, pytest.raises(UserError, match="LOCAL_API_KEY"):
        ask(_requests(1), ledger)


def test_key_reaches_neither_ledger_nor_error(provider: LocalProvider, ledger_file: Path) -> None:
    key = provider.environment["LOCAL_API_KEY"]
    error = {"message": f"Incorrect key {key}", "type": "x", "code": None}
    outcome = _ask_one(provider, ledger_file, lambda body, earlier: Reply(status=400, error=error))
    assert provider.headers[0]["Authorization"] == f"Bearer {key}"
    assert key not in outcome.error
    assert key.encode() not in ledger_file.read_bytes()


def test_configurations_of_one_model_have_each_their_own_connections(
    provider: LocalProvider, ledger_file: Path
) -> None:
    # Inspect keeps one limit for all configurations of a model and all calls of a process; ours must not wait for it.
    provider.behaviour = lambda body, earlier: Reply(delay=0.3)
    narrow = _model(connections=1)
    wide = ModelConfiguration(narrow.name, "wide", narrow.generate, {}, 20)
    with Ledger(ledger_file) as ledger:
        ask(_requests(1, narrow), ledger, sending=SENDING)
        started = time.monotonic()
        ask([*_requests(2, narrow)[1:], *_requests(40, wide)], ledger, sending=SENDING)
        seconds = time.monotonic() - started
    assert len(provider.requests) == 42
    assert seconds < 41 * 0.3 / 2  # one after the other it would take 12 seconds
