"""What all charts share: sizes, type, axes."""

from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from blind_refusal.reporting.palette import LIGHT

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_TITLE_CHARACTERS = 105


@dataclass(frozen=True)
class Layout:
    """How much room a chart has."""

    width: int
    """Of the whole picture, in pixels."""
    font: int
    """Size of labels, in pixels."""
    names: int
    """The most characters of a model's name."""

    @property
    def is_wide(self) -> bool:
        """Whether there is room for words where a number alone would do."""
        return self.width >= 600


WIDE: Final = Layout(width=880, font=13, names=30)
NARROW: Final = Layout(width=348, font=11, names=21)


def finished(chart: alt.LayerChart | alt.FacetChart, layout: Layout) -> dict[str, Any]:
    """Give a chart the common style and return it as a Vega-Lite specification without background or title."""
    labels = {"labelFont": _FONT, "labelFontSize": layout.font, "titleFont": _FONT, "titleFontSize": layout.font}
    config = {
        "background": None,
        "font": _FONT,
        "view": {"stroke": None},
        "axis": labels
        | {
            "labelColor": LIGHT["muted"],
            "labelLimit": 400,
            "titleColor": LIGHT["muted"],
            "titleFontWeight": "normal",
            "titlePadding": 10,
            "gridColor": LIGHT["grid"],
            "domain": False,
            "ticks": False,
            "labelPadding": 7,
        },
        "legend": labels
        | {
            "labelColor": LIGHT["ink"],
            "labelLimit": 300,
            "title": None,
            "orient": "top",
            "symbolType": "square",
            "symbolSize": 130,
            "symbolStrokeWidth": 0,
            "columnPadding": 18,
            "rowPadding": 5,
            "offset": 12,
        },
        "text": {"font": _FONT, "fontSize": layout.font},
        "padding": 2,
    }
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = config
    return spec


def as_file(spec: dict[str, Any], title: str, remarks: list[str]) -> dict[str, Any]:
    """Turn a chart into one that stands alone: with paper behind it, a title, and what is to be known above it."""
    import textwrap

    heading = {
        "text": title,
        "subtitle": [line for remark in remarks for line in textwrap.wrap(remark, _TITLE_CHARACTERS)],
        "anchor": "start",
        "frame": "bounds",
        "font": _FONT,
        "fontSize": 17,
        "color": LIGHT["ink"],
        "subtitleFont": _FONT,
        "subtitleFontSize": 12,
        "subtitleColor": LIGHT["muted"],
        "subtitlePadding": 6,
        "subtitleLineHeight": 16,
        "offset": 18,
    }
    return spec | {"background": LIGHT["paper"], "padding": 20, "title": heading}


def percent_axis(title: str | None, layout: Layout) -> dict[str, Any]:
    """Return the settings of an axis of rates from 0 to 100%."""
    return {"title": title, "format": ".0%", "tickCount": 8 if layout.is_wide else 4, "labelFlush": False}


def rows(values: list[dict[str, Any]]) -> alt.InlineData:
    """Return data that the chart carries within itself."""
    return alt.InlineData(values=values)
