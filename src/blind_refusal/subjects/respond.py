"""The `respond` stage: every model under test is asked every case, under every condition."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from blind_refusal.asking import Message, ModelConfiguration, Outcome, Request
from blind_refusal.cases import Case
from blind_refusal.subjects.conditions import NO_PROMPT, ORIGINAL, Condition, Wording

RESPONSE_SCHEMA = {
    "response_id": pl.String,
    "case_id": pl.String,
    "model": pl.String,
    "condition": pl.String,
    "wording": pl.String,
    "epoch": pl.Int64,
    "response": pl.String,
    "reasoning": pl.String,
    "status": pl.String,
    "stop_reason": pl.String,
    "input_tokens": pl.Int64,
    "cached_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "seconds": pl.Float64,
    "error": pl.String,
}
"""Columns of `responses.parquet`."""


@dataclass(frozen=True)
class Planned:
    """One request of the stage, and what it is for."""

    request: Request
    condition: str
    wording: str


def respond_requests(
    cases: Iterable[Case],
    models: Sequence[ModelConfiguration],
    *,
    epochs: int = 1,
    conditions: Sequence[Condition] = (Condition(NO_PROMPT, None),),
    wordings: Sequence[Wording] = (),
) -> Iterator[Planned]:
    """Yield one request for each case, condition, wording, epoch and model.

    The model gets the user's query and nothing else, unless a condition has a system prompt.

    Args:
        cases: to be asked.
        models: to be asked.
        epochs: how often each.
        conditions: system prompts, or none.
        wordings: besides the original one.
    """
    for case in cases:
        queries = {ORIGINAL: case.user_query, **_worded(case, wordings)}
        for wording, query in queries.items():
            for condition in conditions:
                prompt = condition.system_prompt
                before = (Message("system", prompt),) if prompt is not None else ()
                messages = (*before, Message("user", query))
                for epoch in range(1, epochs + 1):
                    for model in models:
                        request = Request("respond", case.id, model, messages, epoch=epoch)
                        yield Planned(request, condition.name, wording)


def _worded(case: Case, wordings: Sequence[Wording]) -> dict[str, str]:
    return {wording.name: wording.queries[case.id] for wording in wordings if case.id in wording.queries}


def response_id(study: str, key: str) -> str:
    """Return the opaque id of the response to a request: the same from run to run, telling nothing about its author."""
    return hashlib.sha256(f"{study}\0{key}".encode()).hexdigest()[:16]


def response_table(
    outcomes: Iterable[Outcome], planned: Mapping[str, Planned], study_of: Callable[[str], str]
) -> pl.DataFrame:
    """Return the outcomes of the respond stage as a table, one row each, ordered by the opaque id.

    Args:
        outcomes: of the stage; those that were not planned are left out.
        planned: by the key of the request.
        study_of: from the label of a model to the id of the study that asked it.
    """
    rows = [
        {
            "response_id": response_id(study_of(outcome.model), outcome.key),
            "case_id": outcome.item,
            "model": outcome.model,
            "condition": planned[outcome.key].condition,
            "wording": planned[outcome.key].wording,
            "epoch": outcome.epoch,
            "response": outcome.text,
            "reasoning": outcome.reasoning,
            "status": outcome.status.value,
            "stop_reason": outcome.stop_reason,
            "input_tokens": outcome.input_tokens,
            "cached_tokens": outcome.cached_tokens,
            "output_tokens": outcome.output_tokens,
            "seconds": outcome.seconds,
            "error": outcome.error,
        }
        for outcome in outcomes
        if outcome.key in planned
    ]
    return pl.DataFrame(rows, schema=RESPONSE_SCHEMA).sort("response_id")


def key_table(responses: pl.DataFrame) -> pl.DataFrame:
    """Return who gave which response: the table that the judge stage does not read."""
    return responses.select("response_id", "case_id", "model", "condition", "wording", "epoch")
