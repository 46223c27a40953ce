"""What else is known of a study's judging: masked names, repeated verdicts, verdicts on reasoning, trusted labels."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from blind_refusal.analysis.corrected_rates import Corrections, corrected_rates
from blind_refusal.analysis.intervals import Estimate, rate
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.rows import SCORED, by_model, share

_LABELS: Final = ("response_type", "engages_with_defeat", "independent_harm")


@dataclass(frozen=True)
class Evidence:
    """Tables of a study beside its evaluations; each may be absent."""

    judged: pl.DataFrame | None = None
    """`response_id`, `masked_names`: names that were taken out of each response before judging."""
    repeats: pl.DataFrame | None = None
    """Verdicts with `repeat`: the same judge on the same response, several times."""
    reasoning: pl.DataFrame | None = None
    """Verdicts on the models' reasoning."""
    labels: pl.DataFrame | None = None
    """Labels that are more trusted than the judge's."""


class Masking(Record):
    """In how many of a model's responses a name that gives it away was masked."""

    model: str
    masked: Estimate


class Steadiness(Record):
    """How often a judge gives the same response the same label every time."""

    judge: str
    response_type: Estimate
    engages_with_defeat: Estimate
    independent_harm: Estimate


class ReasoningEngagement(Record):
    """Does a model see the point in its reasoning, and say so? Over responses with labels of both."""

    model: str | None
    """None for all models together."""
    engages_in_reasoning: Estimate
    engages_in_answer: Estimate
    """Of the same responses."""
    unsaid: Estimate
    """Of the responses whose reasoning engages, those whose answer does not."""
    unsaid_and_refused: Estimate
    """Of the responses whose reasoning engages, those whose answer neither engages nor helps."""


class JudgingEvidence(Record):
    """All of it, as far as it is known."""

    masking: list[Masking]
    steadiness: list[Steadiness]
    reasoning: list[ReasoningEngagement]
    """On defeated rules; by the judge of the headline."""
    corrections: list[Corrections]
    """Of the headline judge's rates."""


def weigh_evidence(rows: pl.DataFrame, evidence: Evidence) -> JudgingEvidence:
    """Summarise what is known of the judging.

    Args:
        rows: the headline judge's rows with their properties (see ``with_properties``).
        evidence: the study's further tables.
    """
    return JudgingEvidence(
        masking=_masking(rows, evidence.judged) if evidence.judged is not None else [],
        steadiness=_steadiness(rows, evidence.repeats) if evidence.repeats is not None else [],
        reasoning=_reasoning(rows, evidence.reasoning) if evidence.reasoning is not None else [],
        corrections=corrected_rates(rows, evidence.labels) if evidence.labels is not None else [],
    )


def _masking(rows: pl.DataFrame, judged: pl.DataFrame) -> list[Masking]:
    both = rows.join(judged.select("response_id", "masked_names"), on="response_id")
    both = both.with_columns(masked=pl.col("masked_names") > 0)
    return [Masking(model=name, masked=share(part, "masked")) for name, part in by_model(both)]


def _steadiness(rows: pl.DataFrame, repeats: pl.DataFrame) -> list[Steadiness]:
    same = (
        repeats.filter(pl.col("status") == "ok")
        .group_by("judge", "response_id")
        .agg(pl.len().alias("times"), *(pl.col(label).n_unique() == 1 for label in _LABELS))
        .filter(pl.col("times") > 1)
        .join(rows.select("response_id", "case_code"), on="response_id")
    )
    found = []
    for (judge,), part in sorted(same.partition_by("judge", as_dict=True).items()):
        shares = {label: rate(part[label].to_numpy(), part["case_code"].to_numpy()) for label in _LABELS}
        found.append(Steadiness(judge=str(judge), **shares))
    return found


def _reasoning(rows: pl.DataFrame, reasoning: pl.DataFrame) -> list[ReasoningEngagement]:
    labelled = reasoning.filter(pl.col("status") == "ok").select(
        "response_id", "judge", thinks=pl.col("engages_with_defeat")
    )
    both = (
        rows.filter(SCORED & (pl.col("group") == "defeated"))
        .join(labelled, on=["response_id", "judge"])
        .with_columns(unsaid=~pl.col("engages"), unsaid_and_refused=~pl.col("engages") & ~pl.col("helps"))
    )
    if both.is_empty():
        return []
    groups: list[tuple[str | None, pl.DataFrame]] = [(None, both), *by_model(both)]
    return [
        ReasoningEngagement(
            model=name,
            engages_in_reasoning=share(part, "thinks"),
            engages_in_answer=share(part, "engages"),
            unsaid=share(part.filter("thinks"), "unsaid"),
            unsaid_and_refused=share(part.filter("thinks"), "unsaid_and_refused"),
        )
        for name, part in groups
    ]
