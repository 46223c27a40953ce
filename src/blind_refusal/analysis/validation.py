"""How far a judge's labels are those of a reference, and what that means for the rates made of them."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.bootstrap import bootstrap, percentiles
from blind_refusal.analysis.intervals import Estimate, rate
from blind_refusal.analysis.records import Record

Floats = NDArray[np.float64]

TRUE_RATES = (0.05, 0.25, 0.5)
"""True rates for which it is said what the judge would measure."""


class Interval(Record):
    """A number with its 95% interval; all three None where it is not defined."""

    estimate: float | None
    low: float | None
    high: float | None


class ClassScores(Record):
    """Precision and recall of one class."""

    precision: Estimate
    recall: Estimate


class BinaryScores(Record):
    """A yes-or-no label of the judge against the reference."""

    n: int
    accuracy: Estimate
    kappa: Interval
    sensitivity: Estimate
    """Yes of the judge where the reference says yes."""
    specificity: Estimate
    positive_predictive_value: Estimate
    negative_predictive_value: Estimate
    rate_reference: Estimate
    rate_judged: Estimate
    bias: Interval
    """Judged rate less that of the reference, on these responses."""
    youden_j: float | None
    """Sensitivity + specificity − 1: by how much a difference between true rates is shrunk in judged ones."""
    measured_at: dict[str, float]
    """True rate → rate that this judge would be expected to measure."""


class GroupScores(Record):
    """One level of a variable."""

    n: int
    accuracy_helps: float | None
    kappa_helps: float | None


class Validation(Record):
    """A judge against a reference. The short names at the beginning are for programs."""

    judge: str
    rubric: str
    n: int
    """Responses that the judge scored."""
    responses: int
    """Responses with a reference label."""
    missing: dict[str, int]
    """Responses without a verdict, by cause."""
    accuracy_helps: float | None
    kappa_helps: float | None
    kappa_response_type: float | None
    """Over the responses for which the reference tells the two ways of not helping apart."""
    kappa_engagement: float | None
    kappa_harm: float | None
    classes: dict[str, ClassScores]
    helps: BinaryScores
    engagement: BinaryScores | None
    harm: BinaryScores | None
    by_family: dict[str, GroupScores]
    by_model: dict[str, GroupScores]


def validate_judge(table: pl.DataFrame, judge: str, rubric: str) -> Validation:
    """Compare a judge's labels with those of a reference.

    Args:
        table: one row per response with `query` (responses to one query are a cluster), `label` (helps, deflects,
            hard_refusal or does_not_help), `engagement`, `harm` (booleans, or null where the reference has none),
            `status` (`ok`, or why there is no verdict), `response_type`, `engages_with_defeat`, `independent_harm` (the
            judge's), `family` and `model` (text or null).
        judge: its name.
        rubric: what it judged by.
    """
    scored = table.filter(pl.col("status") == "ok").with_columns(
        reference_helps=pl.col("label") == "helps",
        judged_helps=pl.col("response_type") == "helps",
        cluster=pl.col("query").rank("dense").cast(pl.Int64),
    )
    helps = binary_scores(scored, "reference_helps", "judged_helps")
    engagement = scored.filter(pl.col("engagement").is_not_null())
    harm = scored.filter(pl.col("harm").is_not_null())
    by_engagement = binary_scores(engagement, "engagement", "engages_with_defeat") if engagement.height else None
    by_harm = binary_scores(harm, "harm", "independent_harm") if harm.height else None
    fine = scored.filter(pl.col("label") != "does_not_help")
    return Validation(
        judge=judge,
        rubric=rubric,
        n=scored.height,
        responses=table.height,
        missing=dict(table.filter(pl.col("status") != "ok").group_by("status").len().sort("status").iter_rows()),
        accuracy_helps=helps.accuracy.estimate,
        kappa_helps=helps.kappa.estimate,
        kappa_response_type=_kappa_of_labels(fine["label"], fine["response_type"])
        if fine["label"].n_unique() > 2
        else None,
        kappa_engagement=by_engagement.kappa.estimate if by_engagement else None,
        kappa_harm=by_harm.kappa.estimate if by_harm else None,
        classes=_classes(scored),
        helps=helps,
        engagement=by_engagement,
        harm=by_harm,
        by_family=_groups(scored, "family"),
        by_model=_groups(scored, "model"),
    )


def binary_scores(scored: pl.DataFrame, reference: str, judged: str) -> BinaryScores:
    """Compare two columns of booleans; `cluster` says which rows belong together."""
    truth, says = scored[reference].to_numpy().astype(bool), scored[judged].to_numpy().astype(bool)
    cluster = scored["cluster"].to_numpy()
    sensitivity, specificity = rate(says[truth], cluster[truth]), rate(~says[~truth], cluster[~truth])
    kappa, bias = _clustered(truth, says, cluster)
    youden = None
    if sensitivity.estimate is not None and specificity.estimate is not None:
        youden = sensitivity.estimate + specificity.estimate - 1
    return BinaryScores(
        n=scored.height,
        accuracy=rate(truth == says, cluster),
        kappa=kappa,
        sensitivity=sensitivity,
        specificity=specificity,
        positive_predictive_value=rate(truth[says], cluster[says]),
        negative_predictive_value=rate(~truth[~says], cluster[~says]),
        rate_reference=rate(truth, cluster),
        rate_judged=rate(says, cluster),
        bias=bias,
        youden_j=youden,
        measured_at=_measured_at(sensitivity, specificity),
    )


def _measured_at(sensitivity: Estimate, specificity: Estimate) -> dict[str, float]:
    yes, no = sensitivity.estimate, specificity.estimate
    if yes is None or no is None:
        return {}
    return {str(true): true * yes + (1 - true) * (1 - no) for true in TRUE_RATES}


def _clustered(
    truth: NDArray[np.bool_], says: NDArray[np.bool_], cluster: NDArray[np.int64]
) -> tuple[Interval, Interval]:
    """Return κ and the bias of the rate, with percentile intervals of the bootstrap by cluster."""
    if len(truth) == 0:
        nothing = Interval(estimate=None, low=None, high=None)
        return nothing, nothing
    _, index = np.unique(cluster, return_inverse=True)
    cells = np.column_stack([truth & says, truth & ~says, ~truth & says, ~truth & ~says]).astype(np.float64)
    sums = np.zeros((index.max() + 1, 4))
    np.add.at(sums, index, cells)
    return _interval(_kappa_of_counts, sums), _interval(_bias_of_counts, sums)


def _interval(statistic: Callable[[Floats], Floats], sums: Floats) -> Interval:
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(sums.sum(axis=0, keepdims=True))[0, 0])
    if not np.isfinite(estimate):
        return Interval(estimate=None, low=None, high=None)
    replicates = bootstrap(statistic, sums, np.zeros(len(sums), dtype=np.int64))
    low, high = (float(end[0]) for end in percentiles(replicates))
    if not np.isfinite([low, high]).all():
        return Interval(estimate=estimate, low=None, high=None)
    return Interval(estimate=estimate, low=min(low, estimate), high=max(high, estimate))


def _kappa_of_counts(counts: Floats) -> Floats:
    """Return Cohen's κ (1960) of counts (both yes, only reference, only judge, both no)."""
    total = counts.sum(axis=1)
    observed = (counts[:, 0] + counts[:, 3]) / total
    reference, judged = (counts[:, 0] + counts[:, 1]) / total, (counts[:, 0] + counts[:, 2]) / total
    chance = reference * judged + (1 - reference) * (1 - judged)
    return np.asarray(np.where(chance < 1, (observed - chance) / (1 - chance), np.nan))[:, None]


def _bias_of_counts(counts: Floats) -> Floats:
    return np.asarray((counts[:, 2] - counts[:, 1]) / counts.sum(axis=1))[:, None]


def _kappa_of_labels(first: pl.Series, second: pl.Series) -> float | None:
    from blind_refusal.analysis.agreement import cohens_kappa

    return cohens_kappa(first, second)


def _classes(scored: pl.DataFrame) -> dict[str, ClassScores]:
    """Score each class; where the reference only knows helping or not, the judge's two ways of not helping are one."""
    coarse = bool((scored["label"] == "does_not_help").any())
    names: Sequence[str] = ("helps", "does_not_help") if coarse else ("helps", "deflects", "hard_refusal")
    merge = pl.when(pl.col("value") == "helps").then(pl.lit("helps")).otherwise(pl.lit("does_not_help"))
    columns = {}
    for name in ("label", "response_type"):
        values = scored.select(value=name)
        columns[name] = values.select(merge)["literal"] if coarse else values["value"]
    cluster = scored["cluster"].to_numpy()
    scores = {}
    for name in names:
        truth, says = (columns["label"] == name).to_numpy(), (columns["response_type"] == name).to_numpy()
        scores[name] = ClassScores(precision=rate(truth[says], cluster[says]), recall=rate(says[truth], cluster[truth]))
    return scores


def _groups(scored: pl.DataFrame, variable: str) -> dict[str, GroupScores]:
    groups = {}
    known = scored.filter(pl.col(variable).is_not_null())
    for (name,), part in sorted(known.partition_by(variable, as_dict=True).items()):
        agreed = (part["reference_helps"] == part["judged_helps"]).mean()
        groups[str(name)] = GroupScores(
            n=part.height,
            accuracy_helps=float(agreed) if isinstance(agreed, float) else None,
            kappa_helps=_kappa_of_labels(part["reference_helps"], part["judged_helps"]),
        )
    return groups
