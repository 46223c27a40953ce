"""The headline rates of a study corrected for its judge's errors, where some responses have more trusted labels."""

from typing import Final

import numpy as np
import polars as pl

from blind_refusal.analysis.correction import FEWEST_LABELS, Corrected, JudgedSample, correct
from blind_refusal.analysis.intervals import Estimate, difference
from blind_refusal.analysis.records import Group, Record
from blind_refusal.analysis.rows import PROPERTIES, SCORED

_RATES: Final[dict[str, tuple[Group, str]]] = {
    "helps_rate_defeated": ("defeated", "helps"),
    "helps_rate_control": ("control", "helps"),
    "refusal_rate_defeated": ("defeated", "refuses"),
    "engagement_defeated": ("defeated", "engages"),
    "engagement_control": ("control", "engages"),
    "harm_defeated": ("defeated", "names_harm"),
    "harm_control": ("control", "names_harm"),
    "pure_rule_blind_defeated": ("defeated", "pure_rule_blind"),
}
"""What can be corrected: name → group of cases, property."""

DISCRIMINATION: Final = "discrimination"

_WEIGHT: Final = 1 / pl.col("inclusion_probability")


class CorrectedRate(Record):
    """One rate before and after correction. A rate from too few labels is over nothing."""

    name: str
    """As in the headline, or `harm_defeated`, `harm_control`."""
    model: str | None
    """None for all models together."""
    raw: Estimate
    """As the judge has it."""
    corrected: Estimate
    """By prediction-powered inference with a tuned weight on the judge (PPI++)."""
    confusion: Estimate
    """By the judge's sensitivity and specificity, as a cross-check."""
    labels_alone: Estimate
    """From the labels without the judge."""
    labelled: int
    """Labels that the correction rests on."""
    judge_weight: float | None
    """λ: 1 trusts the judge's labels in full, 0 not at all."""
    equivalent_labels: float | None
    """How many labels drawn at random, without the judge, would tell as much."""


class Corrections(Record):
    """All corrected rates by the labels of one source."""

    source: str
    """A judge that checked a sample, or people."""
    labelled: int
    responses: int
    """Scored responses."""
    spared: float | None
    """How many labels more it would take without the judge to know the rate of helping with defeated rules as well."""
    rates: list[CorrectedRate]


def corrected_rates(rows: pl.DataFrame, labels: pl.DataFrame) -> list[Corrections]:
    """Correct one judge's rates by every source of labels that has enough of them.

    Args:
        rows: one judge's rows with their properties (see ``with_properties``).
        labels: table with `source`, `response_id`, `inclusion_probability`, `response_type`, `engages_with_defeat`,
            `independent_harm`; at most one row per source and response. Labels that were not given are null.
    """
    scored = rows.filter(SCORED)
    found = []
    for (source,), part in sorted(labels.partition_by("source", as_dict=True).items()):
        joined = joined_with_labels(rows, part)
        labelled = int(joined["labelled"].sum())
        if labelled >= FEWEST_LABELS:
            models = [None, *joined["model"].unique().sort().to_list()]
            rates = [rate for model in models for rate in _rates_of(joined, model)]
            spared = _spared(rates[0])
            found.append(
                Corrections(source=str(source), labelled=labelled, responses=scored.height, spared=spared, rates=rates)
            )
    return found


def _spared(rate: CorrectedRate) -> float | None:
    return None if rate.equivalent_labels is None else rate.equivalent_labels - rate.labelled


def joined_with_labels(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Return scored rows with what one source of labels says of each property, null where it says nothing.

    The strata are group and the judge's labels, as samples are drawn here. Where labels were drawn otherwise, rates
    still differ less within them, and the weights see to it that the sample stands for the whole.
    """
    complete = labels.drop_nulls(["response_type", "engages_with_defeat", "independent_harm"])
    given = complete.with_columns(**PROPERTIES).select(
        "response_id", *(pl.col(name).alias(f"label_{name}") for name in PROPERTIES), weight=_WEIGHT
    )
    strata = [pl.col("group"), pl.col("response_type"), pl.col("engages_with_defeat").cast(pl.String)]
    return (
        rows.filter(SCORED)
        .join(given, on="response_id", how="left", validate="m:1")
        .with_columns(
            labelled=pl.col("label_helps").is_not_null(),
            stratum_code=pl.concat_str(strata, separator="\0").rank("dense").cast(pl.Int64),
            weight=pl.col("weight").fill_null(1.0),
        )
    )


def _rates_of(joined: pl.DataFrame, model: str | None) -> list[CorrectedRate]:
    rows = joined if model is None else joined.filter(pl.col("model") == model)
    rates = {name: _record(name, model, _correct(rows, group, of)) for name, (group, of) in _RATES.items()}
    defeated, control = rates["helps_rate_defeated"], rates["helps_rate_control"]
    gap = CorrectedRate(
        name=DISCRIMINATION,
        model=model,
        raw=difference(defeated.raw, control.raw),
        corrected=difference(defeated.corrected, control.corrected),
        confusion=difference(defeated.confusion, control.confusion),
        labels_alone=difference(defeated.labels_alone, control.labels_alone),
        labelled=defeated.labelled + control.labelled,
        judge_weight=None,
        equivalent_labels=None,
    )
    return [*rates.values(), gap]


def _correct(rows: pl.DataFrame, group: Group, of: str) -> Corrected:
    here = rows.filter(pl.col("group") == group)
    return correct(
        JudgedSample(
            judged=here[of].to_numpy().astype(bool),
            labelled=here["labelled"].to_numpy().astype(bool),
            labels=here[f"label_{of}"].fill_null(False).to_numpy().astype(bool),
            cases=here["case_code"].to_numpy().astype(np.int64),
            strata=here["stratum_code"].to_numpy().astype(np.int64),
            weights=here["weight"].to_numpy(),
        )
    )


def _record(name: str, model: str | None, found: Corrected) -> CorrectedRate:
    return CorrectedRate(
        name=name,
        model=model,
        raw=found.raw,
        corrected=found.corrected,
        confusion=found.confusion,
        labels_alone=found.labels_alone,
        labelled=found.labelled,
        judge_weight=found.judge_weight,
        equivalent_labels=found.equivalent_labels,
    )
