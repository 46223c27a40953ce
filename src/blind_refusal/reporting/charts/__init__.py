"""The charts of a report: from numbers to Vega-Lite specifications that hold their own data."""

from blind_refusal.reporting.charts.categories import CATEGORIES, categories_chart
from blind_refusal.reporting.charts.cells import FEW, cell_of_hover, cells_chart
from blind_refusal.reporting.charts.crosses import spread
from blind_refusal.reporting.charts.engagement import engagement_chart
from blind_refusal.reporting.charts.families import families_chart
from blind_refusal.reporting.charts.forest import Mark, Scale, forest_chart
from blind_refusal.reporting.charts.plane import is_drawable, plane_chart
from blind_refusal.reporting.charts.style import NARROW, WIDE, Layout, as_file

__all__ = [
    "CATEGORIES",
    "FEW",
    "NARROW",
    "WIDE",
    "Layout",
    "Mark",
    "Scale",
    "as_file",
    "categories_chart",
    "cell_of_hover",
    "cells_chart",
    "engagement_chart",
    "families_chart",
    "forest_chart",
    "is_drawable",
    "plane_chart",
    "spread",
]
