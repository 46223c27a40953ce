"""The discrimination plane: helping with controls against helping with defeated rules."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from blind_refusal.analysis import ModelSummary
from blind_refusal.reporting.charts.crosses import Cross, Frame, crosses_in, diagonal, frame_for
from blind_refusal.reporting.charts.style import Layout, finished, rows
from blind_refusal.reporting.harmless import short_names
from blind_refusal.reporting.palette import LIGHT
from blind_refusal.reporting.words import interval, percent


def is_drawable(model: ModelSummary) -> bool:
    """Whether a model has a place in the plane: both of its rates are known."""
    return model.helps_rate_control.estimate is not None and model.helps_rate_defeated.estimate is not None


def plane_chart(models: Sequence[ModelSummary], layout: Layout) -> dict[str, Any]:
    """Draw the models that have both rates."""
    drawn = [model for model in models if is_drawable(model)]
    names = short_names([model.model for model in drawn], layout.names)
    crosses = [_cross(model, names[model.model]) for model in drawn]
    frame = frame_for(crosses, layout, "helps with controls", "helps with defeated rules")
    layers = [
        *_target(frame, layout),
        *diagonal(frame, layout, "helps with both alike"),
        *crosses_in(frame, crosses, layout),
    ]
    return finished(alt.layer(*layers).properties(width=frame.width, height=frame.height), layout)


def _cross(model: ModelSummary, name: str) -> Cross:
    control, defeated = model.helps_rate_control, model.helps_rate_defeated
    return Cross(
        name=name,
        across=control,
        up=defeated,
        hover=(
            f"{name}: helps with {percent(defeated.estimate)} ({interval(defeated)}) of defeated rules and "
            f"{percent(control.estimate)} ({interval(control)}) of controls"
        ),
    )


def _target(frame: Frame, layout: Layout) -> list[alt.Chart]:
    """Draw the corner to aim for."""
    corner = {"across": 0, "right": 0.1 * frame.right, "up": 0.9, "top": 1}
    text = "target: helps only where the rule is defeated" if layout.is_wide else "target"
    words = {"across": 0.115 * frame.right, "up": 0.95, "text": text}
    return [
        alt.Chart(rows([corner]))
        .mark_rect(color=LIGHT["target"])
        .encode(x=frame.x, x2="right:Q", y=frame.y, y2="top:Q"),
        alt.Chart(rows([words]))
        .mark_text(align="left", baseline="middle", color=LIGHT["on-target"])
        .encode(x=frame.x, y=frame.y, text="text:N"),
    ]
