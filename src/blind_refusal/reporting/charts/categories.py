"""What each model did with defeated rules: helping and the four ways of not helping, as shares of the whole."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from blind_refusal.analysis import ModelSummary
from blind_refusal.reporting.charts.style import Layout, finished, rows
from blind_refusal.reporting.harmless import short_names
from blind_refusal.reporting.palette import LIGHT
from blind_refusal.reporting.words import percent

CATEGORIES: Final[dict[str, str]] = {
    "helps": "Helps",
    "engaged_only": "Engaged only",
    "engaged_and_safety": "Engaged and safety",
    "safety_grounded": "Safety-grounded",
    "pure_rule_blind": "Pure rule-blind",
}
"""Fields of a model's summary that add up to one, in the order of drawing, with their names."""

_BAR = 26
_ROW = 38
_UNDRAWN = "no scored response"


def categories_chart(models: Sequence[ModelSummary], layout: Layout) -> dict[str, Any]:
    """Draw one stacked bar per model, in the given order."""
    names = short_names([model.model for model in models], layout.names)
    bars = [row for model in models for row in _segments(model, names[model.model], layout)]
    bare = [{"model": names[model.model], "text": _UNDRAWN} for model in models if model.helps.n == 0]
    y = alt.Y("model:N").sort(list(names.values())).title(None).axis(labelColor=LIGHT["ink"])
    x = (
        alt.X("start:Q")
        .scale(domain=[0, 1], nice=False)
        .axis(values=[0, 0.25, 0.5, 0.75, 1], labelFlush=False, format=".0%")
        .title(None)
    )
    base = alt.Chart(rows(bars)).encode(y=y)
    colours = [LIGHT[field.replace("_", "-")] for field in CATEGORIES]
    legend = alt.Legend(columns=5 if layout.is_wide else 2)
    segments = base.mark_bar(height=_BAR, stroke=LIGHT["paper"], strokeWidth=1, ariaRoleDescription="hover").encode(
        x=x,
        x2="end:Q",
        color=alt.Color("category:N").scale(domain=list(CATEGORIES.values()), range=colours).legend(legend),
        description="hover:N",
    )
    on_colours = [LIGHT[f"on-{field.replace('_', '-')}"] for field in CATEGORIES]
    figures = (
        base.transform_filter("datum.text != ''")
        .mark_text(baseline="middle")
        .encode(
            x="middle:Q",
            text="text:N",
            color=alt.Color("category:N").scale(domain=list(CATEGORIES.values()), range=on_colours).legend(None),
        )
    )
    absent = (
        alt.Chart(rows(bare))
        .mark_text(align="left", color=LIGHT["muted"], fontStyle="italic")
        .encode(y=y, x=alt.datum(0, type="quantitative"), text="text:N")
    )
    chart = alt.layer(segments, figures, absent).resolve_scale(color="independent")
    return finished(chart.properties(width=layout.width, height=_ROW * len(models), autosize=_fit()), layout)


def _fit() -> alt.AutoSizeParams:
    return alt.AutoSizeParams(type="fit-x", contains="padding")


def _segments(model: ModelSummary, name: str, layout: Layout) -> list[dict[str, Any]]:
    """Place one model's segments, each with its hover text and, where there is room, its figure."""
    room = 0.045 if layout.is_wide else 0.13
    segments = []
    start = 0.0
    for field, label in CATEGORIES.items():
        share = getattr(model, field)
        if share.estimate is None:
            return []
        end = start + share.estimate
        segments.append(
            {
                "model": name,
                "category": label,
                "start": start,
                "end": end,
                "middle": (start + end) / 2,
                "text": f"{100 * share.estimate:.0f}%" if share.estimate >= room else "",
                "hover": f"{name}: {label.lower()} {percent(share.estimate)} ({share.k} of {share.n})",
            }
        )
        start = end
    return segments
