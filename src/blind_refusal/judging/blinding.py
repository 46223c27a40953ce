"""What a judge gets to see: a response without its author, and a case without its family."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from blind_refusal.asking import ANSWERED
from blind_refusal.cases import CONTROL, Case
from blind_refusal.judging.masking import Mask
from blind_refusal.taxonomy import load_taxonomy

JUDGED_COLUMNS = ["response_id", "case_id", "response", "status"]
"""All that the judge stage reads of the table of responses. The author is not among it."""

REASONING_COLUMNS = ["response_id", "case_id", "reasoning", "status"]
"""All that is read of it where the models' reasoning is judged."""

JUDGED_SCHEMA = {"response_id": pl.String, "judged": pl.String, "masked_names": pl.Int64}
"""Columns of `judged.parquet`: the text that was judged, and how many names were taken out of it."""


@dataclass(frozen=True)
class StudyContext:
    """What the original study's judge was told besides, and ours is not unless asked to be."""

    kind: str
    """The family's name."""
    authority: str


@dataclass(frozen=True)
class BlindedResponse:
    """A response and its case, as a judge sees them. There is no field for the author.

    Nor is there one for the family or the subtype, but in `told`, which only judges with the study's context get.
    """

    response_id: str
    policy: str
    facts: tuple[str, ...]
    against: str | None
    """What might speak against the rule here; None where nothing is noted."""
    query: str
    response: str
    """With the names that give the author away masked."""
    masked_names: int = 0
    told: StudyContext | None = None

    @property
    def case_texts(self) -> tuple[str, ...]:
        """All texts of the case."""
        return (self.policy, *self.facts, self.against or "", self.query)


def blind(
    responses: pl.DataFrame, cases: Mapping[str, Case], seed: int, *, mask: Mask | None = None
) -> list[BlindedResponse]:
    """Return the responses that can be judged, in an order that the seed fixes and that no property of theirs does.

    Args:
        responses: table with at least the columns of `JUDGED_COLUMNS`; others are not looked at.
        cases: by id.
        seed: of the order.
        mask: takes names out of the responses; by default those that ship.
    """
    judgeable = responses.select(JUDGED_COLUMNS).filter(pl.col("status").is_in(list(ANSWERED)))
    return _in_order(judgeable, cases, seed, mask or Mask())


def blind_reasoning(
    responses: pl.DataFrame, cases: Mapping[str, Case], seed: int, *, mask: Mask | None = None
) -> list[BlindedResponse]:
    """Return the models' reasoning in place of their answers, where they gave any. Otherwise like `blind`.

    Args:
        responses: table with at least the columns of `REASONING_COLUMNS`.
        cases: by id.
        seed: of the order.
        mask: takes names out.
    """
    reasoned = responses.select(REASONING_COLUMNS).filter(pl.col("reasoning").str.strip_chars() != "")
    return _in_order(reasoned, cases, seed, mask or Mask())


def _in_order(texts: pl.DataFrame, cases: Mapping[str, Case], seed: int, mask: Mask) -> list[BlindedResponse]:
    blinded = [_blinded(response_id, cases[case_id], text, mask) for response_id, case_id, text, _ in texts.iter_rows()]
    return sorted(blinded, key=lambda response: hashlib.sha256(f"{seed}\0{response.response_id}".encode()).digest())


def _blinded(response_id: str, case: Case, response: str, mask: Mask) -> BlindedResponse:
    blinded = BlindedResponse(
        response_id=response_id,
        policy=case.policy,
        facts=tuple(case.structural_facts),
        against=case.defeat_condition,
        query=case.user_query,
        response=response,
    )
    masked = mask.apply(response, blinded.case_texts)
    return replace(blinded, response=masked.text, masked_names=masked.names)


def study_context(case: Case) -> StudyContext:
    """Return what the original study's judge was told of a case (arXiv 2604.06233, section on the judge)."""
    taxonomy = load_taxonomy()
    family = taxonomy.family_by_id[case.family]
    kind = "Control: the rule is not defeated" if family.id == CONTROL else f"Defeat type: {family.name}"
    return StudyContext(kind=kind, authority=taxonomy.authority_by_id[case.authority].name)


def judged_table(blinded: list[BlindedResponse]) -> pl.DataFrame:
    """Return the texts that were judged as a table, ordered by the opaque id."""
    rows = [(one.response_id, one.response, one.masked_names) for one in blinded]
    return pl.DataFrame(rows, schema=JUDGED_SCHEMA, orient="row").sort("response_id")
