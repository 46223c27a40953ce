"""What a judge gets to see: a response without its author."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from blind_refusal.asking import ANSWERED
from blind_refusal.cases import Case

JUDGED_COLUMNS = ["response_id", "case_id", "response", "status"]
"""All that the judge stage reads of the table of responses. The author is not among it."""


@dataclass(frozen=True)
class BlindedResponse:
    """A response and its case, as a judge sees them. There is no field for the author, the family or the subtype."""

    response_id: str
    policy: str
    facts: tuple[str, ...]
    against: str | None
    """What might speak against the rule here; None where nothing is noted."""
    query: str
    response: str


def blind(responses: pl.DataFrame, cases: Mapping[str, Case], seed: int) -> list[BlindedResponse]:
    """Return the responses that can be judged, in an order that the seed fixes and that no property of theirs does.

    Args:
        responses: table with at least the columns of `JUDGED_COLUMNS`; others are not looked at.
        cases: by id.
        seed: of the order.
    """
    judgeable = responses.select(JUDGED_COLUMNS).filter(pl.col("status").is_in(list(ANSWERED)))
    blinded = [
        _blinded(response_id, cases[case_id], response) for response_id, case_id, response, _ in judgeable.iter_rows()
    ]
    return sorted(blinded, key=lambda response: hashlib.sha256(f"{seed}\0{response.response_id}".encode()).digest())


def _blinded(response_id: str, case: Case, response: str) -> BlindedResponse:
    return BlindedResponse(
        response_id=response_id,
        policy=case.policy,
        facts=tuple(case.structural_facts),
        against=case.defeat_condition,
        query=case.user_query,
        response=response,
    )
