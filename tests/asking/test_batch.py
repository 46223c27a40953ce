"""Asking through a provider's batch interface: a local server speaks OpenAI's protocol of files and batches."""

import operator
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from blind_refusal.asking import Ledger, Message, ModelConfiguration, Request, Sending, Status, ask
from tests.support.asked import reached
from tests.support.batch_provider import BatchProvider
from tests.support.local_provider import Body, Reply, prompt_of

MODEL = ModelConfiguration(
    "openai/gpt-4o", generate={"temperature": 0.0, "max_tokens": 50}, args={"responses_api": False}
)
SENDING = Sending(max_retries=1, batch=True)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchProvider]:
    with reached(BatchProvider(), monkeypatch) as running:
        yield running


def _requests(count: int) -> list[Request]:
    return [Request("respond", f"case-{n}", MODEL, (Message("user", f"question {n}"),)) for n in range(count)]


def test_requests_go_up_in_one_batch_and_answers_come_down(
    batches: BatchProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batches.behaviour = lambda body, earlier: Reply(text=f"answer to {prompt_of(body)}")
    requests = _requests(250)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(requests, ledger, sending=SENDING)
        outcomes = {outcome.item: outcome for outcome in ledger.outcomes("respond")}
    assert asked.statuses == {Status.OK: 250}
    assert outcomes["case-7"].text == "answer to question 7"
    assert (outcomes["case-7"].input_tokens, outcomes["case-7"].cached_tokens) == (30, 10)
    assert sum(map(len, batches.batches)) == 250
    assert len(batches.batches) <= 3
    assert batches.requests == []  # none went the ordinary way
    line = batches.batches[0][0]
    assert line["url"] == "/v1/chat/completions"
    assert line["body"]["max_tokens"] == 50
    assert line["body"]["temperature"] == 0.0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Created batch batch-0 with ")


def test_what_fails_in_a_batch_is_told_apart(batches: BatchProvider, tmp_path: Path) -> None:
    def behaviour(body: Body, earlier: int) -> Reply:
        faults = {
            "question 1": Reply(finish_reason="content_filter", text=""),
            "question 2": Reply(finish_reason="length"),
            "question 3": Reply(status=400),
            "question 4": Reply(status=429) if earlier == 0 else Reply(),
            "question 5": Reply(choices=False),
        }
        return faults.get(prompt_of(body), Reply())

    batches.behaviour = behaviour
    batches.expired, batches.lost = {"question 7"}, {"question 8"}
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ask(_requests(10), ledger, sending=SENDING)
        found = {outcome.item: outcome for outcome in ledger.outcomes("respond")}
    assert [found[f"case-{n}"].status for n in range(10)] == [
        Status.OK,
        Status.BLOCKED,
        Status.TRUNCATED,
        Status.ERROR,
        Status.OK,  # sent again in a second batch
        Status.ERROR,
        Status.OK,
        Status.ERROR,
        Status.ERROR,
        Status.OK,
    ]
    causes = [found[f"case-{n}"].error for n in (3, 5, 7, 8)]
    assert all(map(operator.contains, causes, ("400", "no choice", "batch_expired", "without this request"))), causes


def test_rejected_batch_leaves_every_request_with_its_cause(batches: BatchProvider, tmp_path: Path) -> None:
    batches.rejects = lambda number: True
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(_requests(3), ledger, sending=SENDING)
        errors = [outcome.error for outcome in ledger.outcomes("respond")]
        assert asked.statuses == {Status.ERROR: 3}
        assert all("Batch rejected" in error for error in errors)
        batches.rejects = lambda number: False
        asked = ask(_requests(3), ledger, sending=SENDING, retry_failed=True)
    assert asked.statuses == {Status.OK: 3}


def test_batch_that_cannot_be_sent_stops_no_other(
    batches: BatchProvider, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blind_refusal.asking.calling._BATCH_CONNECTIONS", 100)
    batches.upload_status = lambda number: 400 if number == 0 else 200
    batches.behaviour = lambda body, earlier: Reply()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(_requests(250), ledger, sending=SENDING)
    assert asked.statuses.total() == 250
    assert asked.statuses[Status.ERROR] > 0
    assert asked.statuses[Status.OK] == sum(map(len, batches.batches)) > 0
    assert "Traceback" not in capfd.readouterr().err


def test_refused_key_is_said_once_and_nothing_waits(
    batches: BatchProvider, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    batches.upload_status = lambda number: 401
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(_requests(250), ledger, sending=SENDING)
    assert asked.not_sent[MODEL.label] == 250
    assert "401" in asked.refused_keys[MODEL.label]
    assert "Traceback" not in capfd.readouterr().err


def test_time_out_of_a_call_does_not_end_a_batch(batches: BatchProvider, tmp_path: Path) -> None:
    batches.behaviour = lambda body, earlier: Reply()
    patient = Sending(max_retries=0, attempt_timeout=1, batch=True)
    assert patient.seconds > 24 * 60 * 60
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        batches.polls = 40  # two seconds at 0.05
        asked = ask(_requests(2), ledger, sending=patient)
    assert asked.statuses == {Status.OK: 2}
    assert len(batches.batches) == 1


def _interrupted(batches: BatchProvider, requests: list[Request], ledger: Path, during: int = 0) -> None:
    """Ask, and be interrupted while a batch is under way."""
    batches.on_look = lambda number: os.kill(os.getpid(), signal.SIGINT) if number == during else None
    with Ledger(ledger) as opened, pytest.raises(KeyboardInterrupt):
        ask(requests, opened, sending=SENDING)
    batches.on_look = lambda number: None


def test_batch_under_way_when_the_process_ends_is_fetched_and_not_sent_again(
    batches: BatchProvider, tmp_path: Path
) -> None:
    requests = _requests(12)
    batches.behaviour = lambda body, earlier: Reply(text=f"answer {earlier} to {prompt_of(body)}")
    _interrupted(batches, requests, tmp_path / "ledger.sqlite")
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ask(requests[:5], ledger, sending=SENDING).statuses == {Status.OK: 5}  # others of the batch are known
        assert len(ledger.places()) == 7
        assert ask([*requests, *_requests(14)], ledger, sending=SENDING).statuses == {Status.OK: 9}
        texts = {outcome.item: outcome.text for outcome in ledger.outcomes("respond")}
        assert ledger.places() == {}
    assert texts["case-11"].endswith("to question 11")
    assert [len(batch) for batch in batches.batches] == [12, 2]


def test_request_that_joined_a_second_batch_is_fetched_from_that(batches: BatchProvider, tmp_path: Path) -> None:
    batches.behaviour = lambda body, earlier: Reply(status=429) if earlier == 0 else Reply(text="late")
    _interrupted(batches, _requests(1), tmp_path / "ledger.sqlite", during=1)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ask(_requests(1), ledger, sending=SENDING).statuses == {Status.OK: 1}
    assert len(batches.batches) == 2


def test_batch_that_the_provider_no_longer_has_is_sent_again(batches: BatchProvider, tmp_path: Path) -> None:
    batches.behaviour = lambda body, earlier: Reply()
    _interrupted(batches, _requests(3), tmp_path / "ledger.sqlite")
    batches.gone = {0}
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ask(_requests(3), ledger, sending=SENDING).statuses == {Status.OK: 3}
    assert [len(batch) for batch in batches.batches] == [3, 3]


def test_requests_that_come_to_a_batch_late_have_their_results(
    batches: BatchProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches.behaviour = lambda body, earlier: Reply(text=f"answer to {prompt_of(body)}")
    _interrupted(batches, _requests(10), tmp_path / "ledger.sqlite")
    monkeypatch.setattr("blind_refusal.asking.calling._BATCH_CONNECTIONS", 3)  # the batch ends several times over
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ask(_requests(10), ledger, sending=SENDING).statuses == {Status.OK: 10}
    assert [len(batch) for batch in batches.batches] == [10]


def test_batch_that_was_cancelled_at_the_provider_is_not_waited_for(batches: BatchProvider, tmp_path: Path) -> None:
    batches.cancelled = {0}
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ask(_requests(3), ledger, sending=SENDING).statuses == {Status.ERROR: 3}
        assert all("rejected" in outcome.error for outcome in ledger.outcomes("respond"))
        assert ask(_requests(3), ledger, sending=SENDING, retry_failed=True).statuses == {Status.OK: 3}
    assert [len(batch) for batch in batches.batches] == [3, 3]
