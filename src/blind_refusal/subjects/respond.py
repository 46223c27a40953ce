"""The `respond` stage: every model under test is asked every case."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from blind_refusal.asking import Message, ModelConfiguration, Outcome, Request
from blind_refusal.cases import Case

RESPONSE_SCHEMA = {
    "response_id": pl.String,
    "case_id": pl.String,
    "model": pl.String,
    "epoch": pl.Int64,
    "response": pl.String,
    "reasoning": pl.String,
    "status": pl.String,
    "stop_reason": pl.String,
    "input_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "seconds": pl.Float64,
    "error": pl.String,
}
"""Columns of `responses.parquet`."""


def respond_requests(
    cases: Iterable[Case], models: Sequence[ModelConfiguration], *, epochs: int = 1, system_prompt: str | None = None
) -> Iterator[Request]:
    """Yield one request for each case, model and epoch.

    The model gets the user's query and nothing else, unless a system prompt is given.
    """
    before = (Message("system", system_prompt),) if system_prompt is not None else ()
    for case in cases:
        for epoch in range(1, epochs + 1):
            for model in models:
                messages = (*before, Message("user", case.user_query))
                yield Request("respond", case.id, model, messages, epoch=epoch)


def response_id(study: str, key: str) -> str:
    """Return the opaque id of the response to a request: the same from run to run, telling nothing about its author."""
    return hashlib.sha256(f"{study}\0{key}".encode()).hexdigest()[:16]


def response_table(outcomes: Iterable[Outcome], study: str) -> pl.DataFrame:
    """Return the outcomes of the respond stage as a table, one row each, ordered by the opaque id."""
    rows = [
        {
            "response_id": response_id(study, outcome.key),
            "case_id": outcome.item,
            "model": outcome.model,
            "epoch": outcome.epoch,
            "response": outcome.text,
            "reasoning": outcome.reasoning,
            "status": outcome.status.value,
            "stop_reason": outcome.stop_reason,
            "input_tokens": outcome.input_tokens,
            "output_tokens": outcome.output_tokens,
            "seconds": outcome.seconds,
            "error": outcome.error,
        }
        for outcome in outcomes
    ]
    return pl.DataFrame(rows, schema=RESPONSE_SCHEMA).sort("response_id")


def key_table(responses: pl.DataFrame) -> pl.DataFrame:
    """Return who gave which response: the table that the judge stage does not read."""
    return responses.select("response_id", "case_id", "model", "epoch")
