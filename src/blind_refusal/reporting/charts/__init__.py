"""The charts of a report: from numbers to Vega-Lite specifications that hold their own data."""

from blind_refusal.reporting.charts.categories import CATEGORIES, categories_chart
from blind_refusal.reporting.charts.cells import FEW, cells_chart
from blind_refusal.reporting.charts.families import families_chart
from blind_refusal.reporting.charts.plane import is_drawable, plane_chart, spread
from blind_refusal.reporting.charts.style import NARROW, WIDE, Layout, as_file

__all__ = [
    "CATEGORIES",
    "FEW",
    "NARROW",
    "WIDE",
    "Layout",
    "as_file",
    "categories_chart",
    "cells_chart",
    "families_chart",
    "is_drawable",
    "plane_chart",
    "spread",
]
