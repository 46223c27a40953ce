"""Models in a plane of two rates, one cross of intervals per model, with the names in a column at the right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from blind_refusal.analysis import Estimate
from blind_refusal.reporting.charts.style import Layout, percent_axis, rows
from blind_refusal.reporting.palette import LIGHT

_LABEL_GAP = 1.45
"""Least distance of two labels, in font sizes."""
_LETTER = 0.56
"""Width of a letter, in font sizes."""
_AXIS = 62
_GUTTER = 26
_HEIGHT_WIDE = 460
_HEIGHT_NARROW = 340


@dataclass(frozen=True)
class Cross:
    """One model's place: two rates, both known."""

    name: str
    """Different from all others."""
    across: Estimate
    up: Estimate
    hover: str


@dataclass(frozen=True)
class Frame:
    """The plane on paper: its size in pixels, the rate at its right edge, and its axes."""

    width: int
    height: int
    right: float
    x: alt.X
    y: alt.Y


def frame_for(crosses: Sequence[Cross], layout: Layout, across: str, up: str) -> Frame:
    """Lay out a plane in which all crosses have room.

    Args:
        crosses: what it will hold.
        layout: of the figure.
        across: title of the horizontal axis.
        up: title of the vertical axis.
    """
    right = min(1.0, max([0.2, *(_up_to_tenth(cross.across.high) for cross in crosses)]))
    names = max(len(cross.name) for cross in crosses)
    least = _HEIGHT_WIDE if layout.is_wide else _HEIGHT_NARROW
    return Frame(
        width=layout.width - _AXIS - _GUTTER - round(layout.font * _LETTER * names),
        height=max(least, round(_LABEL_GAP * layout.font * len(crosses)) + 20),
        right=right,
        x=alt.X("across:Q").scale(domain=[0, right], nice=False).axis(**percent_axis(across, layout)),
        y=alt.Y("up:Q").scale(domain=[0, 1], nice=False).axis(**percent_axis(up, layout)),
    )


def diagonal(frame: Frame, layout: Layout, words: str) -> list[alt.Chart]:
    """Draw the line on which both rates are alike, and say along it what that means."""
    line = {"across": 0, "to": frame.right, "up": 0, "top": frame.right}
    end = {"across": frame.right, "up": frame.right, "text": words}
    angle = -math.degrees(math.atan2(frame.right * frame.height, frame.width))
    return [
        alt.Chart(rows([line]))
        .mark_rule(color=LIGHT["faint"], strokeDash=[4, 4])
        .encode(x=frame.x, x2="to:Q", y=frame.y, y2="top:Q"),
        alt.Chart(rows([end]))
        .mark_text(
            align="right",
            baseline="top",
            dx=-8,
            dy=6,
            angle=angle % 360,
            color=LIGHT["muted"],
            fontSize=layout.font - 1,
        )
        .encode(x=frame.x, y=frame.y, text="text:N"),
    ]


def crosses_in(frame: Frame, crosses: Sequence[Cross], layout: Layout) -> list[alt.Chart]:
    """Draw the crosses and their names."""
    base = alt.Chart(rows(_places(crosses, frame, _LABEL_GAP * layout.font)))
    x, y = frame.x, frame.y
    whisker = base.mark_rule(strokeWidth=1.5, color=LIGHT["accent"], opacity=0.45)
    dotted = base.mark_rule(color=LIGHT["leader"], strokeWidth=1, strokeDash=[1, 3])
    leader = base.mark_rule(color=LIGHT["leader"], strokeWidth=1)
    return [
        whisker.encode(x=x, x2="across_high:Q", y=y).transform_calculate(across="datum.across_low"),
        whisker.encode(x=x, y=y, y2="up_high:Q").transform_calculate(up="datum.up_low"),
        dotted.encode(x=x, y=y, x2="edge:Q").transform_calculate(across="datum.across_high"),
        leader.encode(x="edge:Q", y=y, x2="label_x:Q", y2="label_y:Q"),
        base.mark_point(
            filled=True, size=75, opacity=1, color=LIGHT["accent"], stroke=LIGHT["paper"], ariaRoleDescription="hover"
        ).encode(x=x, y=y, description="hover:N"),
        base.mark_text(align="left", baseline="middle", dx=5, color=LIGHT["ink"]).encode(
            x="label_x:Q", y="label_y:Q", text="name:N"
        ),
    ]


def _places(crosses: Sequence[Cross], frame: Frame, gap: float) -> list[dict[str, Any]]:
    """Return each model's point, cross, and the place of its name."""
    heights = spread([(1 - (cross.up.estimate or 0)) * frame.height for cross in crosses], gap, frame.height)
    return [
        {
            "name": cross.name,
            "across": cross.across.estimate,
            "across_low": cross.across.low,
            "across_high": cross.across.high,
            "up": cross.up.estimate,
            "up_low": cross.up.low,
            "up_high": cross.up.high,
            "edge": frame.right,
            # Outside the plane, whose scales go on in a straight line.
            "label_x": frame.right * (1 + (_GUTTER - 6) / frame.width),
            "label_y": 1 - height / frame.height,
            "hover": cross.hover,
        }
        for cross, height in zip(crosses, heights, strict=True)
    ]


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
    return math.ceil(10 * (rate or 0) + 0.2) / 10
