"""The discrimination plane: helping with controls against helping with defeated rules, one cross per model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from blind_refusal.analysis import ModelSummary
from blind_refusal.reporting.charts.style import Layout, finished, percent_axis, rows
from blind_refusal.reporting.harmless import short_names
from blind_refusal.reporting.palette import LIGHT
from blind_refusal.reporting.words import interval, percent

_LABEL_GAP = 1.45
"""Least distance of two labels, in font sizes."""
_LETTER = 0.56
"""Width of a letter, in font sizes."""
_AXIS = 62
_GUTTER = 26
_HEIGHT_WIDE = 460
_HEIGHT_NARROW = 340


@dataclass(frozen=True)
class _Frame:
    """The size of the plane in pixels, and the rate at its right edge."""

    width: int
    height: int
    right: float


def is_drawable(model: ModelSummary) -> bool:
    """Whether a model has a place in the plane: both of its rates are known."""
    return model.helps_rate_control.estimate is not None and model.helps_rate_defeated.estimate is not None


def plane_chart(models: Sequence[ModelSummary], layout: Layout) -> dict[str, Any]:
    """Draw the models that have both rates; the names stand in a column at the right, where none covers another."""
    drawn = [model for model in models if is_drawable(model)]
    names = short_names([model.model for model in drawn], layout.names)
    gap = _LABEL_GAP * layout.font
    frame = _Frame(
        width=layout.width - _AXIS - _GUTTER - round(layout.font * _LETTER * max(map(len, names.values()))),
        height=max(_HEIGHT_WIDE if layout.is_wide else _HEIGHT_NARROW, round(gap * len(drawn)) + 20),
        right=min(1.0, max(0.2, *(_up_to_tenth(model.helps_rate_control.high) for model in drawn))),
    )
    places = _places(drawn, names, frame, gap)
    x = alt.X("control:Q").scale(domain=[0, frame.right], nice=False)
    x = x.axis(**percent_axis("helps with controls", layout))
    y = alt.Y("defeated:Q").scale(domain=[0, 1], nice=False)
    y = y.axis(**percent_axis("helps with defeated rules", layout))
    base = alt.Chart(rows(places))
    whisker = base.mark_rule(strokeWidth=1.5, color=LIGHT["accent"], opacity=0.45)
    dotted = base.mark_rule(color=LIGHT["leader"], strokeWidth=1, strokeDash=[1, 3])
    leader = base.mark_rule(color=LIGHT["leader"], strokeWidth=1)
    layers = [
        *_landmarks(frame, layout, x, y),
        whisker.encode(x=x, x2="control_high:Q", y=y).transform_calculate(control="datum.control_low"),
        whisker.encode(x=x, y=y, y2="defeated_high:Q").transform_calculate(defeated="datum.defeated_low"),
        dotted.encode(x=x, y=y, x2="edge:Q").transform_calculate(control="datum.control_high"),
        leader.encode(x="edge:Q", y=y, x2="label_x:Q", y2="label_y:Q"),
        base.mark_point(
            filled=True, size=75, opacity=1, color=LIGHT["accent"], stroke=LIGHT["paper"], ariaRoleDescription="hover"
        ).encode(x=x, y=y, description="hover:N"),
        base.mark_text(align="left", baseline="middle", dx=5, color=LIGHT["ink"]).encode(
            x="label_x:Q", y="label_y:Q", text="name:N"
        ),
    ]
    chart = alt.layer(*layers).properties(width=frame.width, height=frame.height)
    return finished(chart, layout)


def _landmarks(frame: _Frame, layout: Layout, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw what the models are measured by: the corner to aim for, and the line of no discrimination."""
    corner = {"control": 0, "right": 0.1 * frame.right, "defeated": 0.9, "top": 1}
    diagonal = {"control": 0, "right": frame.right, "defeated": 0, "top": frame.right}
    words = [
        {"control": 0.115 * frame.right, "defeated": 0.95, "text": "target: helps only where the rule is defeated"},
    ]
    along = [{"control": frame.right, "defeated": frame.right, "text": "helps with both alike"}]
    if not layout.is_wide:
        words[0]["text"] = "target"
    return [
        alt.Chart(rows([corner])).mark_rect(color=LIGHT["target"]).encode(x=x, x2="right:Q", y=y, y2="top:Q"),
        alt.Chart(rows([diagonal]))
        .mark_rule(color=LIGHT["faint"], strokeDash=[4, 4])
        .encode(x=x, x2="right:Q", y=y, y2="top:Q"),
        alt.Chart(rows(words))
        .mark_text(align="left", baseline="middle", color=LIGHT["on-target"])
        .encode(x=x, y=y, text="text:N"),
        alt.Chart(rows(along))
        .mark_text(align="right", baseline="bottom", dx=-4, dy=-6, color=LIGHT["muted"], fontSize=layout.font - 1)
        .encode(x=x, y=y, text="text:N"),
    ]


def _places(models: Sequence[ModelSummary], names: dict[str, str], frame: _Frame, gap: float) -> list[dict[str, Any]]:
    """Return each model's point, cross, and the place of its name."""
    wanted = [(1 - (model.helps_rate_defeated.estimate or 0)) * frame.height for model in models]
    heights = spread(wanted, gap, frame.height)
    places = []
    for model, height in zip(models, heights, strict=True):
        control, defeated = model.helps_rate_control, model.helps_rate_defeated
        places.append(
            {
                "name": names[model.model],
                "control": control.estimate,
                "control_low": control.low,
                "control_high": control.high,
                "defeated": defeated.estimate,
                "defeated_low": defeated.low,
                "defeated_high": defeated.high,
                "edge": frame.right,
                # Outside the plane, whose scales go on in a straight line.
                "label_x": frame.right * (1 + (_GUTTER - 6) / frame.width),
                "label_y": 1 - height / frame.height,
                "hover": (
                    f"{names[model.model]}: helps with {percent(defeated.estimate)} ({interval(defeated)}) of defeated "
                    f"rules and {percent(control.estimate)} ({interval(control)}) of controls"
                ),
            }
        )
    return places


def spread(wanted: Sequence[float], gap: float, room: float) -> list[float]:
    """Move positions as little as needed so that any two are at least ``gap`` apart, keeping their order.

    Neighbours that are too close form a block around the mean of their wanted positions (pool adjacent violators).

    Args:
        wanted: positions in [0, room].
        gap: the least distance.
        room: positions stay within [0, room], if all fit in there.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([wanted[index] - rank * gap])
        while len(blocks) > 1 and _mean(blocks[-2]) > _mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    last = max(0.0, room - (len(wanted) - 1) * gap)
    anchors = [min(max(_mean(block), 0.0), last) for block in blocks for _ in block]
    found = [0.0] * len(wanted)
    for rank, (index, anchor) in enumerate(zip(order, anchors, strict=True)):
        found[index] = anchor + rank * gap
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _up_to_tenth(rate: float | None) -> float:
    import math

    return math.ceil(10 * (rate or 0) + 0.2) / 10
