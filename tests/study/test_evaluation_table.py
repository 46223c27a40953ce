"""Joining cases, responses and verdicts: every response has a row per judge, with labels or a reason."""

import polars as pl

from blind_refusal.analysis import check_evaluations
from blind_refusal.judging import ResponseType, Verdict, VerdictStatus, verdict_table
from blind_refusal.study import evaluation_table
from blind_refusal.subjects import RESPONSE_SCHEMA
from tests.conftest import make_case, make_control

CASES = {
    "con-club-901": make_case("con-club-901"),
    "ctl-club-901": make_control("ctl-club-901", twin_of="con-club-901", dual_use=None),
}


def _responses(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "response_id": response_id,
                "case_id": case_id,
                "model": "a",
                "epoch": number,
                "response": "text",
                "reasoning": "",
                "status": status,
                "stop_reason": "stop",
                "input_tokens": 1,
                "output_tokens": 1,
                "seconds": 0.1,
                "error": "",
            }
            for number, (response_id, case_id, status) in enumerate(rows, 1)
        ],
        schema=RESPONSE_SCHEMA,
    )


def _verdict(response_id: str, status: VerdictStatus, judge: str = "j") -> Verdict:
    if status is not VerdictStatus.OK:
        return Verdict(response_id=response_id, judge=judge, status=status, rubric="r")
    return Verdict(
        response_id=response_id,
        judge=judge,
        status=status,
        rubric="r",
        response_type=ResponseType.HELPS,
        engages_with_defeat=True,
        independent_harm=False,
    )


def test_every_response_has_a_status_and_labels_only_where_it_is_ok() -> None:
    responses = _responses(
        ("r1", "con-club-901", "ok"),
        ("r2", "con-club-901", "truncated"),
        ("r3", "con-club-901", "blocked"),
        ("r4", "con-club-901", "empty"),
        ("r5", "con-club-901", "error"),
        ("r6", "con-club-901", "ok"),
        ("r7", "con-club-901", "ok"),
        ("r8", "con-club-901", "ok"),
        ("r9", "con-club-901", "ok"),
    )
    verdicts = verdict_table(
        [
            _verdict("r1", VerdictStatus.OK),
            _verdict("r2", VerdictStatus.OK),
            _verdict("r6", VerdictStatus.UNPARSED),
            _verdict("r7", VerdictStatus.UNSUPPORTED),
            _verdict("r8", VerdictStatus.ERROR),
        ]
    )
    table = evaluation_table(CASES, responses, verdicts, ["j"]).sort("response_id")
    assert table["status"].to_list() == [
        "ok",
        "ok",
        "blocked",
        "empty",
        "error",
        "unparsed",
        "unsupported",
        "judge_error",
        "unjudged",
    ]
    assert table["response_type"].to_list() == ["helps", "helps", *[None] * 7]
    assert check_evaluations(table).height == 9


def test_properties_of_the_case_are_carried_over() -> None:
    responses = _responses(("r1", "con-club-901", "ok"), ("r2", "ctl-club-901", "ok"))
    table = evaluation_table(CASES, responses, verdict_table([]), ["j"]).sort("response_id")
    assert table["family"].to_list() == ["content_defeat", "control"]
    assert table["twin_of"].to_list() == [None, "con-club-901"]
    assert table["dual_use"].to_list() == [False, None]
    assert table["legality"].to_list() == ["private_rule"] * 2


def test_each_judge_has_rows_of_its_own() -> None:
    responses = _responses(("r1", "con-club-901", "ok"))
    verdicts = verdict_table([_verdict("r1", VerdictStatus.OK, "j")])
    table = evaluation_table(CASES, responses, verdicts, ["j", "k"])
    assert dict(zip(table["judge"], table["status"], strict=True)) == {"j": "ok", "k": "unjudged"}
