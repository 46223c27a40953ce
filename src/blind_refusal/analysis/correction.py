"""Rates corrected for a judge's errors, from a drawn sample of responses that somebody more trusted labelled as well.

The estimate is that of prediction-powered inference with a tuned weight on the judge (PPI++: Angelopoulos, Duchi &
Zrnic 2023, arXiv 2311.01453), here for a stratified sample (Cochran 1977, sections 5.3 and 7.2): the judge's rate over
all responses, plus what the sample says about the judge's errors. The published normal interval covers a rate of 0.05
only about 0.92 of the time. The interval here is put together from Wilson's limits on the labelled responses of each
stratum and judge label (Zou & Donner 2008, Statistics in Medicine 27: MOVER), which are as lopsided as rare outcomes
are, and from the limits that there would be if all responses were labelled, cases being the clusters.

As a cross-check, the same rate from the judge's sensitivity and specificity (Rogan & Gladen 1978) with the interval of
Lang & Reiczigel (2014), Preventive Veterinary Medicine 113.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blind_refusal.analysis.intervals import NORMAL_QUANTILE, NOTHING, Estimate, rate, wilson

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_LABELS = 10
"""With fewer labelled responses nothing is corrected."""

_LEAST_DISCERNMENT = 0.2
"""A judge's sensitivity + specificity - 1 is taken for at least this where its labels show how alike responses are."""


@dataclass(frozen=True)
class JudgedSample:
    """What is known of one property over all scored responses, and over the labelled ones among them."""

    judged: Bools
    """Per response: whether the judge says that it has the property."""
    labelled: Bools
    """Per response: whether it was labelled by somebody more trusted."""
    labels: Bools
    """Per response: that label; not looked at where there is none."""
    cases: Ints
    """Per response: its case."""
    strata: Ints
    """Per response: strata whose sizes are known, such as those that labelled responses were drawn from."""
    weights: Floats | None = None
    """Per response: one over the probability with which it was drawn, where that varies within strata; not looked at
    where there is no label."""

    def __post_init__(self) -> None:
        lengths = {len(self.judged), len(self.labelled), len(self.labels), len(self.cases), len(self.strata)}
        lengths |= {len(self.judged) if self.weights is None else len(self.weights)}
        if len(lengths) != 1:
            raise ValueError(f"arrays of lengths {sorted(lengths)} do not belong together")


@dataclass(frozen=True)
class Corrected:
    """One rate as the judge has it, and as it is after correction. Rates from too few labels are over nothing."""

    raw: Estimate
    corrected: Estimate
    """By prediction-powered inference; ``n`` is the number of responses, ``k`` of those that the judge gives it."""
    confusion: Estimate
    """By sensitivity and specificity, as a cross-check; over nothing where the judge is no better than chance."""
    labels_alone: Estimate
    """From the labels without the judge: what the judge saves is seen against this. ``n``, ``k`` count labels."""
    labelled: int
    judge_weight: float | None
    """λ: 1 trusts the judge's labels in full, 0 not at all."""
    equivalent_labels: float | None
    """How many labels, drawn at random and without the judge, would tell as much."""


def correct(sample: JudgedSample) -> Corrected:
    """Correct one rate.

    Labels that were drawn but never given are taken as missing at random within their stratum; strata with fewer than
    two labels are merged. Coverage in simulations: `docs/correction.md`.
    """
    raw = rate(sample.judged, sample.cases)
    n = int(sample.labelled.sum())
    if len(sample.judged) == 0 or n < FEWEST_LABELS:
        return Corrected(raw, NOTHING, NOTHING, NOTHING, n, None, None)
    parts = _parts(sample)
    weight = _tuned_weight(parts)
    strata = [cell for part in parts for cell in part.cells(by_judge=False)]
    cells = [cell for part in parts for cell in part.cells(by_judge=True)]
    alone = _estimate(sample, parts, 0.0, strata)
    corrected = _estimate(sample, parts, weight, cells)
    return Corrected(
        raw=raw,
        corrected=corrected,
        confusion=_by_confusion_matrix(sample, parts),
        labels_alone=alone.model_copy(update={"n": n, "k": int(sample.labels[sample.labelled].sum())}),
        labelled=n,
        judge_weight=weight,
        equivalent_labels=_equivalent_labels(corrected, n, cells),
    )


@dataclass(frozen=True)
class _Cell:
    """Responses whose labels are taken for alike: those of one stratum, or those of them with one judge label."""

    share: float
    """Of all responses."""
    size: int
    labels: Floats
    weights: Floats

    def distances(self) -> tuple[float, float]:
        """Return how far Wilson's limits of its rate lie below and above it, times its share.

        Unequal weights count as fewer labels (Kish 1965: effective sample size).
        """
        if len(self.labels) == self.size:
            return 0.0, 0.0
        share = float(np.average(self.labels, weights=self.weights))
        n = float(self.weights.sum() ** 2 / (self.weights**2).sum())
        low, high = wilson(share, n / (1 - n / self.size))
        return self.share * (share - low), self.share * (high - share)


@dataclass(frozen=True)
class _Part:
    """One stratum."""

    total: int
    """Responses in all strata."""
    judged_all: Bools
    """Judge labels of all its responses."""
    judged: Floats
    """Judge labels of its labelled responses."""
    labels: Floats
    weights: Floats
    """Of its labelled responses."""

    @property
    def share(self) -> float:
        return len(self.judged_all) / self.total

    def mean(self, values: Floats) -> float:
        """Return the mean of values of its labelled responses, each with its weight."""
        return float(np.average(values, weights=self.weights))

    @property
    def factor(self) -> float:
        """What the variance within the stratum counts for: W² (1 − n/N) / n."""
        n = len(self.labels)
        return self.share**2 * (1 - n / len(self.judged_all)) / n

    def cells(self, *, by_judge: bool) -> list[_Cell]:
        """Split the stratum by the judge's label, where both labels are among the labelled responses."""
        whole = [_Cell(self.share, len(self.judged_all), self.labels, self.weights)]
        values = np.unique(self.judged)
        if not by_judge or len(values) < 2 <= len(np.unique(self.judged_all)):
            return whole
        return [
            _Cell(
                share=float((self.judged_all == value).sum()) / self.total,
                size=int((self.judged_all == value).sum()),
                labels=self.labels[self.judged == value],
                weights=self.weights[self.judged == value],
            )
            for value in values
        ]


def _equivalent_labels(corrected: Estimate, labelled: int, cells: Sequence[_Cell]) -> float | None:
    """Compare the part of the interval that comes from having labelled a sample only with that of a random sample."""
    below, above = zip(*(cell.distances() for cell in cells), strict=True)
    width = math.hypot(*below) + math.hypot(*above)
    if width == 0 or corrected.estimate is None or labelled == corrected.n:
        return None
    low, high = wilson(corrected.estimate, labelled / (1 - labelled / corrected.n))
    return labelled * ((high - low) / width) ** 2


def _parts(sample: JudgedSample) -> list[_Part]:
    strata = _usable_strata(sample.strata, sample.labelled)
    weights = np.ones(len(strata)) if sample.weights is None else sample.weights
    parts = []
    for stratum in np.unique(strata):
        here = strata == stratum
        known = here & sample.labelled
        judged, labels = sample.judged[known].astype(np.float64), sample.labels[known].astype(np.float64)
        parts.append(_Part(len(strata), sample.judged[here], judged, labels, weights[known]))
    return parts


def _usable_strata(strata: Ints, labelled: Bools) -> Ints:
    """Merge strata with fewer than two labels; what is still too small after that joins the smallest other one."""
    names, index = np.unique(strata, return_inverse=True)
    counts = np.bincount(index[labelled], minlength=len(names))
    small = np.flatnonzero(counts < 2)
    merged: Ints = index.astype(np.int64)
    if len(small) == 0 or len(names) == 1:
        return merged
    target = int(small[0])
    merged[np.isin(merged, small)] = target
    if counts[small].sum() < 2 and len(small) < len(names):
        others = np.where(counts >= 2, counts, np.iinfo(np.int64).max)
        merged[merged == target] = int(others.argmin())
    return merged


def _tuned_weight(parts: Sequence[_Part]) -> float:
    """Return the λ in [0, 1] with the smallest variance."""
    covariance = variance = 0.0
    for part in parts:
        if len(part.labels) > 1:
            joint = np.cov(part.labels, part.judged, aweights=part.weights)
            covariance += part.factor * float(joint[0, 1])
            variance += part.factor * float(joint[1, 1])
    return min(1.0, max(0.0, covariance / variance)) if variance > 0 else 0.0


def _estimate(sample: JudgedSample, parts: Sequence[_Part], weight: float, cells: Sequence[_Cell]) -> Estimate:
    errors = sum(part.share * part.mean(part.labels - weight * part.judged) for part in parts)
    share = min(1.0, max(0.0, weight * float(sample.judged.mean()) + errors))
    below, above = zip(*(cell.distances() for cell in cells), strict=True)
    variance = _variance_of_cases(sample, parts, share)
    low, high = wilson(share, share * (1 - share) / variance if variance > 0 else len(np.unique(sample.cases)))
    return Estimate(
        estimate=share,
        low=max(0.0, share - math.hypot(share - low, *below)),
        high=min(1.0, share + math.hypot(high - share, *above)),
        n=len(sample.judged),
        k=int(sample.judged.sum()),
    )


def _variance_of_cases(sample: JudgedSample, parts: Sequence[_Part], share: float) -> float:
    """Return the variance from having asked about these cases instead of others.

    Responses to one case resemble each other. How far their true labels do is seen from the judge's: errors of the
    judge that are independent between responses shrink a covariance by the square of (sensitivity + specificity − 1).
    """
    n = len(sample.judged)
    judged_share, clustered, squares = _clustering(sample)
    excess = max(0.0, clustered - judged_share * (1 - judged_share) / n)
    alike = excess / max(_LEAST_DISCERNMENT, _discernment(_confusion(parts))) ** 2
    return share * (1 - share) / n + min(alike, share * (1 - share) * (squares - 1 / n))


def _clustering(sample: JudgedSample) -> tuple[float, float, float]:
    """Return the judge's rate, its variance with cases as clusters, and the sum of squares of the cases' shares."""
    judged = sample.judged.astype(np.float64)
    share = float(judged.mean())
    _, case = np.unique(sample.cases, return_inverse=True)
    residuals = np.asarray(np.bincount(case, weights=judged - share), dtype=np.float64)
    sizes = np.asarray(np.bincount(case), dtype=np.float64)
    return share, float((residuals**2).sum()) / len(judged) ** 2, float((sizes**2).sum()) / len(judged) ** 2


def _confusion(parts: Sequence[_Part]) -> Floats:
    """Return counts of label × judged among the labelled responses, weighted to all responses."""
    counts = np.zeros((2, 2))
    labelled = sum(len(part.labels) for part in parts)
    for part in parts:
        scale = part.share * labelled / part.weights.sum()
        np.add.at(counts, (part.labels.astype(int), part.judged.astype(int)), scale * part.weights)
    return counts


def _discernment(counts: Floats) -> float:
    """Return sensitivity + specificity − 1; 0 where one of them cannot be seen."""
    negatives, positives = counts.sum(axis=1)
    if positives == 0 or negatives == 0:
        return 0.0
    return float(counts[1, 1] / positives + counts[0, 0] / negatives - 1)


def _by_confusion_matrix(sample: JudgedSample, parts: Sequence[_Part]) -> Estimate:
    """Invert the judge's sensitivity and specificity (Rogan & Gladen; interval of Lang & Reiczigel)."""
    counts = _confusion(parts)
    negatives, positives = counts.sum(axis=1)
    sensitivity, specificity = (counts[1, 1] + 1) / (positives + 2), (counts[0, 0] + 1) / (negatives + 2)
    better = sensitivity + specificity - 1
    if _discernment(counts) <= 0 or better <= 0:
        return NOTHING
    share, clustered, _ = _clustering(sample)
    size = share * (1 - share) / clustered if clustered > 0 else float(len(np.unique(sample.cases)))
    judged = (size * share + NORMAL_QUANTILE**2 / 2) / (size + NORMAL_QUANTILE**2)
    middle = (judged + specificity - 1) / better
    of_sensitivity, of_specificity = (
        sensitivity * (1 - sensitivity) / positives,
        specificity * (1 - specificity) / negatives,
    )
    spread = judged * (1 - judged) / size + middle**2 * of_sensitivity + (1 - middle) ** 2 * of_specificity
    half = NORMAL_QUANTILE * math.sqrt(spread) / better
    shift = 2 * NORMAL_QUANTILE**2 * (middle * of_sensitivity - (1 - middle) * of_specificity) / better
    estimate = min(1.0, max(0.0, (share + counts[0, 0] / negatives - 1) / _discernment(counts)))
    return Estimate(
        estimate=estimate,
        low=max(0.0, min(estimate, middle + shift - half)),
        high=min(1.0, max(estimate, middle + shift + half)),
        n=len(sample.judged),
        k=int(sample.judged.sum()),
    )
