"""How far raters agree with each other and with the judges, and what there is to adjudicate.

Weights: an item that was drawn with probability p stands for 1/p items. Where the probabilities of the sample differ,
all coefficients and predictive values are weighted by 1/p, and so speak about all items that could have been drawn;
where they are alike the weights change nothing. Counts and confusion matrices are never weighted.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import polars as pl

from blind_refusal.review.agreement_records import AgreementReport, Disagreement
from blind_refusal.review.assignments import Assignment, Purpose
from blind_refusal.review.consensus import answer_table, answer_text, consensus_table, count_states
from blind_refusal.review.labels import Label, LabelKind, Phase
from blind_refusal.review.side_by_side import SideBySide
from blind_refusal.review.store import LabelStore


def report_of_store(
    store: LabelStore, phase: Phase, items: pl.DataFrame, verdicts: pl.DataFrame | None = None
) -> AgreementReport:
    """Report on the labels that stand in a store now; arguments as in `agreement_report`.

    Raises:
        StoreUnavailableError: if the store cannot be reached.
    """
    return agreement_report(store.all_labels(phase), store.all_assignments(phase), phase, items, verdicts)


def agreement_report(
    labels: Sequence[Label],
    assignments: Sequence[Assignment],
    phase: Phase,
    items: pl.DataFrame,
    verdicts: pl.DataFrame | None = None,
) -> AgreementReport:
    """Compare everybody who labelled with each other and with the judges.

    Where a sample was drawn for review, only its items count; otherwise those drawn for correction; otherwise, for
    labels from elsewhere, all that are labelled.

    Args:
        labels: those that stand; of other phases they are passed over.
        assignments: of the newest draws.
        phase: which labels to look at.
        items: `item_id` and `family` of every item there is.
        verdicts: the judges' verdicts with the columns of `verdicts.parquet`; needed in phase `verdicts` only.
    """
    weights = _weights(assignments)
    labels = [label for label in labels if label.phase is phase]
    sampled = [label for label in labels if not weights or label.item_id in weights]
    rulings = _rulings(sampled)
    answers = answer_table(sampled, phase)
    raters = sorted({label.rater for label in sampled if label.kind is LabelKind.RATER})
    consensus = consensus_table(answers, rulings, at_least=min(2, len(raters)))
    facts = _facts(items, weights)
    wide = SideBySide(phase, answers, consensus, facts, verdicts if phase is Phase.VERDICTS else None)
    return AgreementReport(
        phase=phase,
        labelled={
            rater: sum(one.rater == rater and one.kind is LabelKind.RATER for one in sampled) for rater in raters
        },
        weighted=len(set(weights.values())) > 1,
        outside=len({label.item_id for label in labels}) - len({label.item_id for label in sampled}),
        raters=[wide.between(group, name, family) for group in _groups(raters) for name, family in wide.questions()],
        consensus=count_states(consensus, phase),
        judges=[
            wide.with_judge(rater, judge, name, family)
            for judge in wide.judges
            for rater in (*raters, None)
            for name, family in wide.questions()
        ],
        predictive=[wide.predictive(judge, name, family) for judge in wide.judges for name, family in wide.questions()],
        disagreements=_disagreements(answers, rulings, dict(facts.select("item_id", "family").iter_rows())),
    )


def correction_labels(labels: Sequence[Label], assignments: Sequence[Assignment]) -> pl.DataFrame:
    """Return what people say of the responses that were drawn for correction.

    Args:
        labels: those that stand.
        assignments: of the newest draws.

    Returns:
        One row per response: `response_id`, `stratum`, `inclusion_probability`, `response_type`, `engages_with_defeat`,
        `independent_harm`. One rater's word is enough; what is disputed and what nobody could tell is null.
    """
    drawn = {one.item_id: one for one in assignments if one.design.purpose is Purpose.CORRECTION}
    mine = [label for label in labels if label.phase is Phase.VERDICTS and label.item_id in drawn]
    consensus = consensus_table(answer_table(mine, Phase.VERDICTS), _rulings(mine), at_least=1)
    told = {(item, question): answer for item, question, answer, _ in consensus.iter_rows()}
    rows = [
        {
            "response_id": item,
            "stratum": drawn[item].stratum,
            "inclusion_probability": drawn[item].inclusion_probability,
            "response_type": told[item, "response_type"],
            **{
                name: None if (answer := told[item, name]) is None else answer == answer_text(True)
                for name in ("engages_with_defeat", "independent_harm")
            },
        }
        for item in sorted({label.item_id for label in mine})
    ]
    schema = {
        "response_id": pl.String,
        "stratum": pl.String,
        "inclusion_probability": pl.Float64,
        "response_type": pl.String,
        "engages_with_defeat": pl.Boolean,
        "independent_harm": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema)


def _groups(raters: Sequence[str]) -> list[tuple[str, ...]]:
    pairs: list[tuple[str, ...]] = list(combinations(raters, 2))
    return [*pairs, tuple(raters)] if len(raters) > 2 else pairs


def _weights(assignments: Sequence[Assignment]) -> dict[str, float]:
    """Return 1/p by item of the sample that counts; empty where there is none."""
    for purpose in (Purpose.REVIEW, Purpose.CORRECTION):
        chosen = [one for one in assignments if one.design.purpose is purpose]
        if chosen:
            return {one.item_id: 1 / one.inclusion_probability for one in chosen}
    return {}


def _rulings(labels: Sequence[Label]) -> dict[str, Label]:
    rulings = [label for label in labels if label.kind is LabelKind.ADJUDICATION]
    return {label.item_id: label for label in sorted(rulings, key=lambda one: one.time)}


def _facts(items: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """Return `item_id`, `family` and `weight` (null where there is none) of all items."""
    columns = {"item_id": list(weights), "weight": list(weights.values())}
    own = pl.DataFrame(columns, schema={"item_id": pl.String, "weight": pl.Float64})
    return items.select("item_id", "family").unique("item_id").join(own, on="item_id", how="full", coalesce=True)


def _disagreements(
    answers: pl.DataFrame, rulings: Mapping[str, Label], family_of: Mapping[str, str | None]
) -> list[Disagreement]:
    by_item: dict[str, dict[str, dict[str, str | None]]] = {}
    for item, who, _, question, answer in answers.filter(~pl.col("adjudicates")).iter_rows():
        by_item.setdefault(item, {}).setdefault(question, {})[who] = answer
    found = []
    for item, questions in by_item.items():
        disputed = {
            name: told for name, told in questions.items() if len({one for one in told.values() if one is not None}) > 1
        }
        if disputed:
            found.append(
                Disagreement(item_id=item, family=family_of.get(item), questions=disputed, adjudicated=item in rulings)
            )
    return sorted(found, key=lambda one: (one.adjudicated, one.item_id))
