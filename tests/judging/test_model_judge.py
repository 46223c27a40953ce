"""A model judge against a real HTTP server: asked again once, recorded as unparsed or unsupported after that."""

import json
from pathlib import Path

import pytest

from blind_refusal.asking import Ledger
from blind_refusal.judging import BlindedResponse, Verdict, VerdictStatus, configure_judge
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply

JUDGE = configure_judge("openai-api/local/judge")
RESPONSES = [
    BlindedResponse(f"r{n}", "A rule.", ("A fact.",), None, "How?", f"I can't help with that, number {n}.")
    for n in range(4)
]


def _judge(provider: LocalProvider, ledger_file: Path, *answers: str | Reply) -> list[Verdict | None]:
    """Judge the responses; the n-th answer is for the n-th time that a response is asked about."""

    def behaviour(body: Body, earlier: int) -> Reply:
        turn = sum(message["role"] == "assistant" for message in body["messages"])
        answer = answers[min(turn, len(answers) - 1)]
        return answer if isinstance(answer, Reply) else Reply(answer)

    provider.behaviour = behaviour
    with Ledger(ledger_file) as ledger:
        JUDGE.judge(RESPONSES, ledger)
        return [JUDGE.verdict(response, ledger) for response in RESPONSES]


def test_verdicts_are_read(provider: LocalProvider, tmp_path: Path) -> None:
    verdicts = _judge(provider, tmp_path / "ledger.sqlite", json.dumps(REFUSES))
    assert len(provider.requests) == 4
    for verdict in verdicts:
        assert verdict is not None
        assert verdict.status is VerdictStatus.OK
        assert (verdict.response_type, verdict.engages_with_defeat) == ("hard_refusal", False)
        assert (verdict.input_tokens, verdict.cached_tokens, verdict.output_tokens) == (30, 10, 12)


def test_schema_is_sent(provider: LocalProvider, tmp_path: Path) -> None:
    _judge(provider, tmp_path / "ledger.sqlite", json.dumps(REFUSES))
    sent = provider.requests[0]["response_format"]["json_schema"]
    assert sent["strict"] is True
    assert list(sent["schema"]["properties"])[-3:] == ["response_type", "engages_with_defeat", "independent_harm"]


def test_malformed_answer_is_asked_again_with_the_reason(provider: LocalProvider, tmp_path: Path) -> None:
    verdicts = _judge(provider, tmp_path / "ledger.sqlite", "It helps!", json.dumps(REFUSES))
    assert [verdict and verdict.status for verdict in verdicts] == [VerdictStatus.OK] * 4
    assert len(provider.requests) == 8
    again = provider.requests[-1]["messages"]
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert again[2]["content"] == "It helps!"
    assert "not one JSON object" in again[3]["content"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param("It helps!", VerdictStatus.UNPARSED, id="malformed"),
        pytest.param(json.dumps({**REFUSES, "response_type": "maybe"}), VerdictStatus.UNPARSED, id="unknown_label"),
        pytest.param(json.dumps({**REFUSES, "response_type": "helps"}), VerdictStatus.UNSUPPORTED, id="no_quote"),
        pytest.param(Reply("", finish_reason="content_filter"), VerdictStatus.ERROR, id="blocked"),
        pytest.param(Reply(""), VerdictStatus.ERROR, id="empty"),
        pytest.param(Reply(status=400), VerdictStatus.ERROR, id="error"),
    ],
)
def test_answer_that_cannot_be_used_twice_is_recorded_without_labels(
    answer: str | Reply, status: VerdictStatus, provider: LocalProvider, tmp_path: Path
) -> None:
    for verdict in _judge(provider, tmp_path / "ledger.sqlite", answer):
        assert verdict is not None
        assert verdict.status is status
        assert (verdict.response_type, verdict.engages_with_defeat, verdict.independent_harm) == (None, None, None)
        assert verdict.error
    asked_twice = status is not VerdictStatus.ERROR
    assert len(provider.requests) == (8 if asked_twice else 4)


def test_judging_again_asks_nothing(provider: LocalProvider, tmp_path: Path) -> None:
    first = _judge(provider, tmp_path / "ledger.sqlite", "It helps!", json.dumps(REFUSES))
    count = len(provider.requests)
    assert _judge(provider, tmp_path / "ledger.sqlite", "It helps!", json.dumps(REFUSES)) == first
    assert len(provider.requests) == count


def test_there_is_no_verdict_before_the_judge_was_asked(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert JUDGE.verdict(RESPONSES[0], ledger) is None
