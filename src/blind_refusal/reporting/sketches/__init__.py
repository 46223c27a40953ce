"""Figures before they are drawn: what each shows in words, and which chart draws it."""

from blind_refusal.reporting.sketches.judging import agreement_sketch, corrections_sketch
from blind_refusal.reporting.sketches.models import (
    RANKED_BY,
    differences_sketch,
    engagement_sketch,
    plane_sketch,
    ranks_sketch,
)
from blind_refusal.reporting.sketches.outcomes import (
    categories_sketch,
    cells_sketch,
    dual_use_sketch,
    families_sketch,
)
from blind_refusal.reporting.sketches.relations import drivers_sketch, twins_sketch
from blind_refusal.reporting.sketches.sketch import Sketch
from blind_refusal.reporting.sketches.variants import variants_sketch

__all__ = [
    "RANKED_BY",
    "Sketch",
    "agreement_sketch",
    "categories_sketch",
    "cells_sketch",
    "corrections_sketch",
    "differences_sketch",
    "drivers_sketch",
    "dual_use_sketch",
    "engagement_sketch",
    "families_sketch",
    "plane_sketch",
    "ranks_sketch",
    "twins_sketch",
    "variants_sketch",
]
