"""Estimates with intervals from one table of evaluations; knows nothing of models, prompts or pages."""

from blind_refusal.analysis.agreement import agreement_of_judges, cohens_kappa
from blind_refusal.analysis.evaluations import (
    CONTROL,
    DEFEATED_FAMILIES,
    DIMENSIONS,
    FAMILIES,
    MISSING_CAUSES,
    RESPONSE_TYPES,
    check_evaluations,
    read_evaluations,
)
from blind_refusal.analysis.intervals import CONFIDENCE, NOTHING, Estimate, difference, rate, wilson
from blind_refusal.analysis.schema import (
    Bounds,
    CellSummary,
    JudgeAgreement,
    JudgeSummary,
    Missing,
    MissingCounts,
    ModelMissing,
    ModelSummary,
    Rates,
    Stratum,
    Summary,
)
from blind_refusal.analysis.summary import rows_of_judge, summarise

__all__ = [
    "CONFIDENCE",
    "CONTROL",
    "DEFEATED_FAMILIES",
    "DIMENSIONS",
    "FAMILIES",
    "MISSING_CAUSES",
    "NOTHING",
    "RESPONSE_TYPES",
    "Bounds",
    "CellSummary",
    "Estimate",
    "JudgeAgreement",
    "JudgeSummary",
    "Missing",
    "MissingCounts",
    "ModelMissing",
    "ModelSummary",
    "Rates",
    "Stratum",
    "Summary",
    "agreement_of_judges",
    "check_evaluations",
    "cohens_kappa",
    "difference",
    "rate",
    "read_evaluations",
    "rows_of_judge",
    "summarise",
    "wilson",
]
