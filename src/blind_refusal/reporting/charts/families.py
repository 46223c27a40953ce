"""How often each family of rules is helped with, against the controls."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from blind_refusal.analysis import CONTROL, FAMILIES, Stratum
from blind_refusal.reporting.charts.style import Layout, finished, percent_axis, rows
from blind_refusal.reporting.palette import LIGHT
from blind_refusal.reporting.words import count, interval, label, percent

_ROW = 44


def families_chart(families: Sequence[Stratum], layout: Layout) -> dict[str, Any]:
    """Draw the rate of each family that has one with its interval, and the interval of the controls as a band."""
    drawn = [_row(family) for family in families if family.helps.estimate is not None]
    order = [label(family) for family in FAMILIES]
    present = [name for name in order if any(row["family"] == name for row in drawn)]
    top = min(1.0, max([0.2, *(row["high"] for row in drawn)]) + 0.05)
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = percent_axis("helps (share of scored responses)", layout)
    y = alt.Y("family:N").sort(present).title(None).axis(labelColor=LIGHT["ink"])
    control = [row for row in drawn if row["group"] == CONTROL]
    band = (
        alt.Chart(rows(control))
        .mark_rect(color=LIGHT["band"])
        .encode(
            x=alt.X("low:Q").scale(scale).axis(**axis),
            x2="high:Q",
            y=alt.value(0),
            y2=alt.value(_ROW * len(present)),
        )
    )
    colour = alt.Color("group:N").scale(domain=["control", "defeated"], range=[LIGHT["other"], LIGHT["accent"]])
    base = alt.Chart(rows(drawn)).encode(y=y, color=colour.legend(None))
    whiskers = base.mark_rule(strokeWidth=2.5, strokeCap="round").encode(
        x=alt.X("low:Q").scale(scale).axis(**axis), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=110, opacity=1, ariaRoleDescription="hover").encode(
        x="estimate:Q",
        description="hover:N",
        shape=alt.Shape("group:N").scale(domain=["control", "defeated"], range=["diamond", "circle"]).legend(None),
    )
    figures = base.mark_text(dy=-13).encode(x="estimate:Q", text="text:N")
    chart = alt.layer(band, whiskers, dots, figures).properties(
        width=layout.width,
        height=_ROW * len(present),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    return finished(chart, layout)


def _row(family: Stratum) -> dict[str, Any]:
    name = label(family.level or "")
    helps = family.helps
    detail = f"95% interval {interval(helps)}%, {count(helps.n, 'response')} to {count(family.cases, 'case')}"
    return {
        "family": name,
        "group": family.group,
        "estimate": helps.estimate,
        "low": helps.low,
        "high": helps.high,
        "text": percent(helps.estimate),
        "hover": f"{name}: helps {percent(helps.estimate)}, {detail}",
    }
