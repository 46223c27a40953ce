"""Figures that compare models: in planes of two rates, by rank, and pair by pair."""

from collections.abc import Sequence

from blind_refusal.analysis import Comparisons, ModelDifference, ModelSummary
from blind_refusal.reporting.charts import Mark, Scale, engagement_chart, forest_chart, is_drawable, plane_chart
from blind_refusal.reporting.harmless import plain_text, short_names
from blind_refusal.reporting.sketches.sketch import Sketch, listed
from blind_refusal.reporting.words import count, p_value, percent, points, points_interval

RANKED_BY = "discrimination"
"""The headline rate by which figures rank and compare models."""


def plane_sketch(models: Sequence[ModelSummary]) -> Sketch | None:
    """Sketch help with defeated rules against help with controls."""
    placed = [model for model in models if is_drawable(model)]
    if not placed:
        return None
    best = max(placed, key=lambda model: model.discrimination.estimate or 0.0)
    return Sketch(
        "plane",
        "Help with defeated rules against help with controls",
        "Each model by how often it helps with controls (across) and with defeated rules (up), with 95% intervals. "
        "On the dashed line a model helps with both alike; the target is the upper left corner.",
        f"Scatter of {count(len(placed), 'model')} with interval crosses. The widest gap has {plain_text(best.model)}: "
        f"it helps with {percent(best.helps_rate_defeated.estimate)} of defeated rules and "
        f"{percent(best.helps_rate_control.estimate)} of controls.",
        lambda layout: plane_chart(placed, layout),
    )


def engagement_sketch(models: Sequence[ModelSummary]) -> Sketch | None:
    """Sketch engaging with the defeat against helping."""
    scored = [model for model in models if model.helps.n]
    if not scored:
        return None
    parts = [
        f"{plain_text(model.model)} engages in {percent(model.engagement_defeated.estimate)}, helps in "
        f"{percent(model.helps_rate_defeated.estimate)}"
        for model in scored
    ]
    return Sketch(
        "engagement",
        "Seeing the point against acting on it",
        "Each model by how often it engages with the reason why a rule may be defeated (across) and how often it helps "
        "(up), over responses to defeated rules, with 95% intervals. Below the dashed line a model speaks to the "
        "reason more often than it helps; above it, it helps more often than it speaks to the reason.",
        f"Scatter of {count(len(scored), 'model')}. {listed(parts)}",
        lambda layout: engagement_chart(scored, layout),
    )


def ranks_sketch(comparisons: Comparisons | None) -> Sketch | None:
    """Sketch which ranks the data leave open for each model."""
    ranks = [rank for rank in comparisons.ranks if rank.rate == RANKED_BY] if comparisons else []
    if len(ranks) < 2:
        return None
    names = short_names([rank.model for rank in ranks], 30)
    marks = [
        Mark(
            name=names[rank.model],
            estimate=rank.rank,
            low=rank.low,
            high=rank.high,
            text=str(rank.rank),
            hover=f"{names[rank.model]}: discrimination {points(rank.estimate)} points, rank {rank.rank}, "
            f"95% from {rank.low} to {rank.high}",
        )
        for rank in ranks
    ]
    return Sketch(
        "ranks",
        "Ranks of models by discrimination, and how sure they are",
        "Rank 1 has the widest gap between help with defeated rules and help with controls. The line covers all ranks "
        "that the data do not rule out for a model: models whose lines overlap are not told apart for sure.",
        listed([f"{mark.name}: rank {mark.text}, {mark.low:.0f} to {mark.high:.0f}" for mark in marks]),
        lambda layout: forest_chart(marks, Scale("rank by discrimination", "rank"), layout),
    )


def differences_sketch(comparisons: Comparisons | None) -> Sketch | None:
    """Sketch how far the other models are from the first by rank, case by case."""
    if comparisons is None:
        return None
    ranks = [rank for rank in comparisons.ranks if rank.rate == RANKED_BY]
    if len(ranks) < 2:
        return None
    leader = ranks[0].model
    pairs = [pair for pair in comparisons.differences if pair.rate == RANKED_BY and leader in (pair.first, pair.second)]
    by_other = {pair.first if pair.second == leader else pair.second: pair for pair in pairs}
    ordered = [rank.model for rank in ranks[1:] if rank.model in by_other]
    names = short_names(ordered, 30)
    marks = [mark for model in ordered if (mark := _difference(by_other[model], leader, names[model]))]
    if not marks:
        return None
    return Sketch(
        "differences",
        f"Discrimination of the other models less that of {plain_text(leader)}",
        "Paired differences over the cases that both models have a scored response to, in percentage points with 95% "
        "intervals, which are not adjusted; p is adjusted for all pairs of models (Holm). Left of the dashed line a "
        "model tells defeated rules from controls less well than the first by rank.",
        listed([f"{mark.name} {mark.text}" for mark in marks]),
        lambda layout: forest_chart(marks, Scale("difference in percentage points", "points", 0.0), layout),
    )


def _difference(pair: ModelDifference, leader: str, name: str) -> Mark | None:
    """Return the other model's rate less the leader's."""
    found = pair.difference
    if found.estimate is None or found.low is None or found.high is None:
        return None
    values = [found.low, found.estimate, found.high]
    low, estimate, high = values if pair.first == leader else [-value for value in reversed(values)]
    shown = found.model_copy(update={"low": low, "estimate": estimate, "high": high})
    return Mark(
        name=name,
        estimate=estimate,
        low=low,
        high=high,
        text=points(estimate),
        hover=f"{name}: {points(estimate)} points ({points_interval(shown)}), p = {p_value(pair.p_holm)} adjusted, "
        f"{count(pair.cases, 'case')}",
    )
