"""Rows of estimates with their intervals, under headings and beside a line of reference: a forest plot."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from blind_refusal.reporting.charts.style import Layout, finished, rows
from blind_refusal.reporting.harmless import plain_text, shortened
from blind_refusal.reporting.palette import LIGHT

_ROW: Final = 34
_ROW_OF_MANY: Final = 27
_MANY: Final = 14
_NAME_LIMIT_WIDE: Final = 60
_NAME_LIMIT_NARROW: Final = 24
_SHAPES: Final = ("circle", "diamond", "square", "triangle-up")
_COLOURS: Final = ("accent", "pure-rule-blind", "other", "on-target")
_HEADING: Final = "h"
_ORDINARY: Final = "r"
_WIDEST_ODDS: Final = 64.0
"""Beyond this, and its inverse, an odds ratio is drawn at the edge."""


@dataclass(frozen=True)
class Mark:
    """One estimate with its interval."""

    name: str
    """Of its row."""
    estimate: float
    low: float
    high: float
    text: str
    """The figure written above it."""
    hover: str
    heading: str = ""
    """Rows of one heading stand together."""
    series: str = ""
    """Marks of several series share a row, and have a colour and shape each."""


@dataclass(frozen=True)
class Scale:
    """The horizontal axis of a forest plot."""

    title: str
    kind: str
    """``rate``, ``points`` (of difference), ``coefficient``, ``odds`` (logarithmic) or ``rank``."""
    reference: float | None = None
    """Where a vertical line stands for no difference."""


def forest_chart(marks: Sequence[Mark], scale: Scale, layout: Layout) -> dict[str, Any]:
    """Draw marks in the given order of headings and names."""
    row_of = _rows_of_plot(marks, layout)
    series = list(dict.fromkeys(mark.series for mark in marks))
    data = [_datum(mark, row_of, scale) for mark in marks]
    x = alt.X("estimate:Q").scale(**_domain(data, scale)).axis(**_axis(scale, layout))
    order = list(row_of.values())
    heading = f"datum.value[0] === '{_HEADING}'"
    y = alt.Y("row:N").sort(order).title(None).scale(alt.Scale(domain=order, type="band"))
    y = y.axis(
        labelExpr="slice(datum.value, indexof(datum.value, '|') + 1)",
        labelColor={"condition": {"test": heading, "value": LIGHT["muted"]}, "value": LIGHT["ink"]},
        labelFontSize={"condition": {"test": heading, "value": layout.font - 2}, "value": layout.font},
    )
    shown = {"legend": alt.Legend(columns=4 if layout.is_wide else 2)} if len(series) > 1 else {"legend": None}
    colours, shapes = [LIGHT[name] for name in _COLOURS[: len(series)]], list(_SHAPES[: len(series)])
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=colours), title=None, **shown)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=series, range=shapes), title=None, **shown)
    base = alt.Chart(rows(data)).encode(y=y, color=colour)
    if len(series) > 1:
        base = base.encode(yOffset=alt.YOffset("series:N").sort(series))
    whisker = base.mark_rule(strokeWidth=2.2, strokeCap="round")
    layers = [
        whisker.encode(x=alt.X("low:Q").scale(**_domain(data, scale)).axis(**_axis(scale, layout)), x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1, ariaRoleDescription="hover").encode(
            x=x, shape=shape, description="hover:N"
        ),
    ]
    if len(series) == 1:
        layers.append(base.mark_text(dy=-10, fontSize=max(layout.font - 2, 10)).encode(x=x, text="text:N"))
    elif layout.is_wide:
        beside = base.mark_text(align="left", baseline="middle", dx=6, fontSize=max(layout.font - 2, 10))
        layers.append(beside.encode(x="high:Q", text="text:N"))
    if scale.reference is not None:
        line = alt.Chart(rows([{"estimate": scale.reference}]))
        layers.insert(0, line.mark_rule(color=LIGHT["faint"], strokeDash=[4, 4]).encode(x=x))
    row = _ROW if len(order) <= _MANY else _ROW_OF_MANY
    height = row * len(order) * (1.0 if len(series) == 1 else 0.6 * len(series))
    chart = alt.layer(*layers).properties(
        width=layout.width, height=round(height), autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
    return finished(chart, layout)


def _rows_of_plot(marks: Sequence[Mark], layout: Layout) -> dict[tuple[str, str], str]:
    """Return all rows from top to bottom, by heading and name; a heading is a row without a name.

    What stands before the first ``|`` of a row tells it from others of the same name and is not shown.
    """
    limit = _NAME_LIMIT_WIDE if layout.is_wide else _NAME_LIMIT_NARROW
    keys: list[tuple[str, str]] = []
    for heading in dict.fromkeys(mark.heading for mark in marks):
        keys += [(heading, "")] if heading else []
        keys += dict.fromkeys((heading, mark.name) for mark in marks if mark.heading == heading)
    shown = {}
    for number, (heading, name) in enumerate(keys):
        text = shortened(name, limit) if name else plain_text(heading).upper()
        text = text if len(text) <= limit else f"{text[: limit - 1]}…"
        shown[heading, name] = f"{_ORDINARY if name else _HEADING}{number}|{text}"
    return shown


def _datum(mark: Mark, row_of: Mapping[tuple[str, str], str], scale: Scale) -> dict[str, Any]:
    values = [mark.low, mark.estimate, mark.high]
    if scale.kind == "odds":
        values = [min(max(value, 1 / _WIDEST_ODDS), _WIDEST_ODDS) for value in values]
    low, estimate, high = values
    return {
        "row": row_of[mark.heading, mark.name],
        "series": mark.series,
        "estimate": estimate,
        "low": low,
        "high": high,
        "text": mark.text,
        "hover": mark.hover,
    }


def _domain(data: Sequence[dict[str, Any]], scale: Scale) -> dict[str, Any]:
    low, high = min(row["low"] for row in data), max(row["high"] for row in data)
    if scale.kind == "odds":
        steps = max(1, math.ceil(max(abs(math.log2(low)), abs(math.log2(high)))))
        return {"type": "log", "base": 2, "domain": [2.0**-steps, 2.0**steps], "nice": False}
    if scale.kind == "rate":
        return {"domain": [0, min(1.0, math.ceil(10 * high + 0.4) / 10)], "nice": False}
    if scale.kind == "rank":
        return {"domain": [0.5, high + 0.5], "nice": False}
    floor = math.floor(10 * min(low, 0.0)) / 10
    return {"domain": [floor, max(math.ceil(10 * high) / 10, floor + 0.1)], "nice": False}


def _axis(scale: Scale, layout: Layout) -> dict[str, Any]:
    many, few = (8, 5) if layout.is_wide else (4, 3)
    axis: dict[str, Any] = {"title": scale.title, "tickCount": many, "labelFlush": False}
    if scale.kind == "rate":
        return axis | {"format": ".0%"}
    if scale.kind == "points":
        return axis | {
            "labelExpr": "datum.value === 0 ? '0' : replace(format(100 * datum.value, '+.0f'), '-', '−')",
            "tickCount": many,
        }
    if scale.kind == "odds":
        return axis | {
            "labelExpr": "datum.value < 1 ? '1/' + format(1 / datum.value, '.0f') : format(datum.value, '.0f')",
            "tickCount": few,
        }
    if scale.kind == "rank":
        return axis | {"format": ".0f", "tickMinStep": 1}
    return axis | {"format": ".1f"}
