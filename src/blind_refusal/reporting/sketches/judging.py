"""Figures of how far the judging can be trusted: agreement of judges, and rates before and after correction."""

from blind_refusal.analysis import Estimate, Statistic
from blind_refusal.analysis.corrected_rates import CorrectedRate, Corrections
from blind_refusal.analysis.panel import Panel
from blind_refusal.reporting.charts import Mark, Scale, forest_chart
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.sketches.sketch import Sketch, listed
from blind_refusal.reporting.words import RATE_WORDS, coefficient, count, interval, label, percent

_COEFFICIENTS = {"raw": "Same label", "kappa": "κ", "ac1": "Gwet’s AC1", "alpha": "Krippendorff’s α"}


def agreement_sketch(panel: Panel | None) -> Sketch | None:
    """Sketch how far the judges agree with each other."""
    if panel is None:
        return None
    marks = [
        mark
        for one in panel.labels
        for field, words in _COEFFICIENTS.items()
        if (mark := _agreement_mark(one.label, words, getattr(one.agreement, field), one.agreement.items))
    ]
    if not marks:
        return None
    return Sketch(
        "agreement",
        "Agreement of judges with each other",
        f"Agreement of {count(len(panel.judges), 'judge')} by label, with 95% intervals, over responses that at least "
        "two of them scored. 1 is perfect; for all but the share of same labels, 0 is what chance would give.",
        listed([f"{mark.heading}, {mark.name}: {mark.text}" for mark in marks], most=12),
        lambda layout: forest_chart(marks, Scale("agreement", "coefficient", 0.0), layout),
    )


def _agreement_mark(name: str, words: str, found: Statistic, items: int) -> Mark | None:
    if found.estimate is None or found.low is None or found.high is None:
        return None
    return Mark(
        heading=label(name),
        name=words,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        text=coefficient(found.estimate),
        hover=f"{label(name)}, {words}: {coefficient(found.estimate)} ({coefficient(found.low)} to "
        f"{coefficient(found.high)}), {count(items, 'response')}",
    )


def corrections_sketch(corrections: list[Corrections]) -> Sketch | None:
    """Sketch the rates of all models together as the judge has them and as corrected by the first source of labels."""
    if not corrections:
        return None
    first = corrections[0]
    rates = [rate for rate in first.rates if rate.model is None and rate.name != "discrimination"]
    marks = [mark for rate in rates for mark in _corrected_marks(rate)]
    if not marks:
        return None
    return Sketch(
        "corrections",
        "Rates as the judge has them, and corrected for its errors",
        f"All models together, with 95% intervals. The correction rests on {count(first.labelled, 'response')} that "
        f"{plain_text(first.source)} labelled as well, out of {first.responses:,}: the further the two marks of a row "
        "are apart, the more the judge errs to one side.",
        listed([f"{mark.name}, {mark.series.lower()}: {mark.text}" for mark in marks], most=16),
        lambda layout: forest_chart(marks, Scale("share of scored responses", "rate"), layout),
    )


def _corrected_marks(rate: CorrectedRate) -> list[Mark]:
    pair = (("As judged", rate.raw), ("Corrected", rate.corrected))
    return [_corrected_mark(rate.name, series, found) for series, found in pair if found.estimate is not None]


def _corrected_mark(name: str, series: str, found: Estimate) -> Mark:
    return Mark(
        name=RATE_WORDS[name],
        estimate=found.estimate or 0.0,
        low=found.low or 0.0,
        high=found.high or 0.0,
        text=percent(found.estimate),
        hover=f"{RATE_WORDS[name]}, {series.lower()}: {percent(found.estimate)} (95% {interval(found)}%)",
        series=series,
    )
