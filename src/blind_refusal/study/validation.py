"""Measuring judges against labelled responses; their answers go to a ledger of their own."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from blind_refusal.analysis.validation import Validation, validate_judge
from blind_refusal.asking import Display, Ledger, Silent, shown
from blind_refusal.judging import BlindedResponse, Judge, Verdict
from blind_refusal.judging.reference import ReferenceLabel, blind_reference
from blind_refusal.study.respond_stage import Asking, say_what_came
from blind_refusal.study.run import Confirm, bill_for


def validate(
    labels: list[ReferenceLabel],
    judges: Sequence[Judge],
    ledger_file: Path,
    asking: Asking,
    confirm: Confirm,
    display: Display | None = None,
) -> list[Validation]:
    """Have judges label responses that have labels already, and compare.

    Args:
        labels: the reference.
        judges: who is measured.
        ledger_file: where answers are kept; what is known there is not asked again.
        asking: how requests are sent.
        confirm: shown the bill before anything is asked.
        display: shows progress.

    Returns:
        One record per judge.
    """
    display = display or Silent()
    blinded = blind_reference(labels)
    judgeable = [response for response in blinded if response.response.strip()]
    with Ledger(ledger_file) as ledger:
        to_ask = [request for judge in judges for request in judge.pending(judgeable, ledger)]
        confirm(bill_for(to_ask))
        for judge in judges:
            with shown(display, f"Judging with {judge.label}", judge.pending(judgeable, ledger)):
                asked = judge.judge(
                    judgeable,
                    ledger,
                    sending=asking.sending,
                    retry_failed=asking.retry_failed,
                    on_outcome=display.advance,
                )
            say_what_came(display, asked)
        return [validate_judge(_table(labels, blinded, judge, ledger), judge.label, judge.rubric) for judge in judges]


def _table(labels: list[ReferenceLabel], blinded: list[BlindedResponse], judge: Judge, ledger: Ledger) -> pl.DataFrame:
    rows = [
        {
            "query": label.query,
            "label": label.label,
            "engagement": label.engages_with_defeat,
            "harm": label.independent_harm,
            "family": label.family,
            "model": label.model,
            **_verdict_fields(response, judge, ledger),
        }
        for label, response in zip(labels, blinded, strict=True)
    ]
    flags = dict.fromkeys(("engagement", "harm", "engages_with_defeat", "independent_harm"), pl.Boolean)
    texts = dict.fromkeys(("family", "model", "response_type"), pl.String)
    return pl.DataFrame(rows, schema_overrides={**flags, **texts})


def _verdict_fields(response: BlindedResponse, judge: Judge, ledger: Ledger) -> dict[str, object]:
    verdict: Verdict | None = judge.verdict(response, ledger) if response.response.strip() else None
    if verdict is None:
        status = "unjudged" if response.response.strip() else "empty"
        return {"status": status, "response_type": None, "engages_with_defeat": None, "independent_harm": None}
    return verdict.model_dump(mode="json", include=set(_FIELDS))


_FIELDS = ("status", "response_type", "engages_with_defeat", "independent_harm")
