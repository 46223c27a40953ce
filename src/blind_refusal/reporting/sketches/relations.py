"""Figures of what goes with help: twins, and the regression of help."""

from blind_refusal.analysis import Driver, Drivers, TwinPairs, Twins
from blind_refusal.reporting.charts import Mark, Scale, forest_chart
from blind_refusal.reporting.harmless import short_names
from blind_refusal.reporting.sketches.sketch import Sketch, listed
from blind_refusal.reporting.words import count, label, level, odds, odds_interval, p_value, points, points_interval

_ALL = "All models"


def twins_sketch(twins: Twins | None) -> Sketch | None:
    """Sketch help with defeated cases less help with the controls that mirror them."""
    if twins is None:
        return None
    models = [pairs for pairs in twins.models if pairs.pairs]
    names = short_names([pairs.model or "" for pairs in models], 30)
    marks = [_twin_mark(pairs, names.get(pairs.model or "", _ALL)) for pairs in [twins.overall, *models] if pairs.pairs]
    if not marks:
        return None
    return Sketch(
        "twins",
        "Twins: the same scene, with and without the defeat",
        "Help with defeated cases less help with the controls that mirror them, over pairs of one model’s scored "
        "responses, in percentage points with 95% intervals. On the dashed line it makes no difference to a model "
        "whether the rule is defeated.",
        listed([f"{mark.name} {mark.text}" for mark in marks]),
        lambda layout: forest_chart(marks, Scale("difference in percentage points", "points", 0.0), layout),
    )


def _twin_mark(pairs: TwinPairs, name: str) -> Mark:
    found = pairs.difference
    outcomes = ", ".join(
        f"{words} {getattr(pairs, field).k}"
        for field, words in (
            ("only_defeated", "helps with the defeated one only"),
            ("only_control", "with its twin only"),
            ("both", "with both"),
            ("neither", "with neither"),
        )
    )
    return Mark(
        name=name,
        estimate=found.estimate or 0.0,
        low=found.low or 0.0,
        high=found.high or 0.0,
        text=points(found.estimate),
        hover=f"{name}: {points(found.estimate)} points ({points_interval(found)}), p = {p_value(pairs.p)}; of "
        f"{count(pairs.pairs, 'pair')}: {outcomes}",
    )


def drivers_sketch(drivers: Drivers) -> Sketch | None:
    """Sketch the odds ratios of the regression of help."""
    marks = [mark for driver in drivers.drivers if (mark := _driver_mark(driver))]
    if not marks:
        return None
    return Sketch(
        "drivers",
        "What goes with help",
        "Odds ratios of helping for each level against its variable’s reference (named in the heading), all variables "
        "taken together, with 95% intervals that allow for responses to one case being alike. Right of the dashed line "
        "help is likelier than at the reference. Intervals that go beyond the picture are cut; the table has them.",
        listed([f"{mark.heading}, {mark.name}: {mark.text}" for mark in marks]),
        lambda layout: forest_chart(marks, Scale("odds ratio of helping", "odds", 1.0), layout),
    )


def _driver_mark(driver: Driver) -> Mark | None:
    ratio = driver.odds_ratio
    if ratio.estimate is None or ratio.low is None or ratio.high is None:
        return None
    name, reference = level(driver.variable, driver.level), level(driver.variable, driver.reference)
    return Mark(
        heading=f"{label(driver.variable)} (against {reference})",
        name=name,
        estimate=ratio.estimate,
        low=ratio.low,
        high=ratio.high,
        text=odds(ratio.estimate),
        hover=f"{label(driver.variable)}, {name} against {reference}: odds ratio {odds(ratio.estimate)} "
        f"({odds_interval(ratio)}); helps in {driver.k} of {count(driver.n, 'response')}",
    )
