"""Engaging with the reason why a rule may be defeated against helping with it, both on defeated rules."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from blind_refusal.analysis import ModelSummary
from blind_refusal.reporting.charts.crosses import Cross, crosses_in, diagonal, frame_for
from blind_refusal.reporting.charts.style import Layout, finished
from blind_refusal.reporting.harmless import short_names
from blind_refusal.reporting.words import interval, percent


def engagement_chart(models: Sequence[ModelSummary], layout: Layout) -> dict[str, Any]:
    """Draw the models that have a scored response to a defeated rule."""
    drawn = [model for model in models if model.helps.n]
    names = short_names([model.model for model in drawn], layout.names)
    crosses = [_cross(model, names[model.model]) for model in drawn]
    frame = frame_for(crosses, layout, "engages with the defeat", "helps")
    layers = [*diagonal(frame, layout, "helps as often as it engages"), *crosses_in(frame, crosses, layout)]
    return finished(alt.layer(*layers).properties(width=frame.width, height=frame.height), layout)


def _cross(model: ModelSummary, name: str) -> Cross:
    engages, helps = model.engagement_defeated, model.helps_rate_defeated
    return Cross(
        name=name,
        across=engages,
        up=helps,
        hover=(
            f"{name}: engages in {percent(engages.estimate)} ({interval(engages)}) and helps in "
            f"{percent(helps.estimate)} ({interval(helps)}) of responses to defeated rules"
        ),
    )
