"""Labelling a model's reasoning: does it see the point, whether or not its answer says so?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from blind_refusal.asking import (
    Asked,
    Budget,
    Ledger,
    ModelConfiguration,
    OnOutcome,
    Request,
    Sending,
    load_prompt,
    pending,
)
from blind_refusal.judging.asking_twice import Parse, ask_twice, settled
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import EngagementLabel, VerdictStatus
from blind_refusal.judging.model_judge import rubric_request
from blind_refusal.judging.parsing import ENGAGEMENT_SCHEMA, parse_engagement

REASONING_RUBRIC = load_prompt(Path(__file__).with_name("reasoning_rubric.md"))

REASONING_SCHEMA: dict[str, Any] = {
    "response_id": pl.String,
    "judge": pl.String,
    "engages_with_defeat": pl.Boolean,
    "engagement_quote": pl.String,
    "reasoning": pl.String,
    "status": pl.String,
    "rubric": pl.String,
    "input_tokens": pl.Int64,
    "cached_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "error": pl.String,
}
"""Columns of `reasoning_verdicts.parquet`."""


class ReasoningVerdict(BaseModel):
    """One judge's verdict on the reasoning behind one response. The label is null unless the status is `ok`."""

    model_config = ConfigDict(frozen=True)

    response_id: str
    judge: str
    engages_with_defeat: bool | None = None
    engagement_quote: str = ""
    reasoning: str = ""
    status: VerdictStatus
    rubric: str = REASONING_RUBRIC.reference
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    error: str = ""


def reasoning_request(judge: ModelConfiguration, blinded: BlindedResponse) -> Request:
    """Build the request that shows a judge the reasoning behind one response."""
    return rubric_request(REASONING_RUBRIC, ENGAGEMENT_SCHEMA, "judge_reasoning", judge, blinded)


def pending_reasoning(
    judge: ModelConfiguration, blinded: Sequence[BlindedResponse], ledger: Ledger, *, retry_failed: bool = False
) -> list[Request]:
    """Return the first requests about reasoning without a known outcome."""
    return pending([reasoning_request(judge, one) for one in blinded], ledger, retry_failed=retry_failed)


def judge_reasoning(
    judge: ModelConfiguration,
    blinded: Sequence[BlindedResponse],
    ledger: Ledger,
    *,
    sending: Sending | None = None,
    retry_failed: bool = False,
    budget: Budget | None = None,
    on_outcome: OnOutcome | None = None,
) -> list[Asked]:
    """Have a model label reasoning, asking a second time where its answer cannot be used."""
    firsts = [(reasoning_request(judge, one), _label_of(one)) for one in blinded]
    return ask_twice(firsts, ledger, sending=sending, retry_failed=retry_failed, budget=budget, on_outcome=on_outcome)


def reasoning_verdict(judge: ModelConfiguration, blinded: BlindedResponse, ledger: Ledger) -> ReasoningVerdict | None:
    """Return the verdict as the ledger has it, or None if the judge has not been asked, or not to the end."""
    found = settled(reasoning_request(judge, blinded), _label_of(blinded), ledger)
    if found is None:
        return None
    label = found.answer.model_dump() if found.answer else {}
    return ReasoningVerdict(
        response_id=blinded.response_id,
        judge=judge.label,
        status=found.status,
        error=found.error,
        **label,
        **found.tokens,
    )


def reasoning_table(verdicts: list[ReasoningVerdict]) -> pl.DataFrame:
    """Return verdicts on reasoning as a table, one row each."""
    return pl.DataFrame([verdict.model_dump(mode="json") for verdict in verdicts], schema=REASONING_SCHEMA)


def _label_of(blinded: BlindedResponse) -> Parse[EngagementLabel]:
    return lambda answer: parse_engagement(answer, blinded.response)
