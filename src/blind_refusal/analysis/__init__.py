"""Estimates with intervals from one table of evaluations; knows nothing of models, prompts or pages."""

from blind_refusal.analysis.agreement import agreement_of_judges, cohens_kappa
from blind_refusal.analysis.bootstrap import bootstrap, rate_by_bootstrap, replicate
from blind_refusal.analysis.bounds import Bounds, HeadlineBounds
from blind_refusal.analysis.changes import By, Change, Changes, Flip, PartChange, find_changes
from blind_refusal.analysis.coefficients import AgreementCoefficients
from blind_refusal.analysis.comparison import Comparisons, ModelDifference, Rank
from blind_refusal.analysis.conditions import Condition
from blind_refusal.analysis.corrected_rates import CorrectedRate, Corrections
from blind_refusal.analysis.decoupling import Decoupling, DecouplingByModel
from blind_refusal.analysis.discrimination import Discriminability, Discrimination
from blind_refusal.analysis.drivers import Driver, Drivers
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
from blind_refusal.analysis.evidence import Evidence, JudgingEvidence, weigh_evidence
from blind_refusal.analysis.headline import NAMES, Rates
from blind_refusal.analysis.intervals import (
    CONFIDENCE,
    NOTHING,
    CaseSums,
    Estimate,
    difference,
    paired_difference,
    rate,
    wilson,
)
from blind_refusal.analysis.panel import Panel
from blind_refusal.analysis.profiles import (
    CellProfile,
    LevelProfile,
    ModelFamilyProfile,
    ModelProfile,
    Profile,
    Profiles,
)
from blind_refusal.analysis.records import Statistic
from blind_refusal.analysis.rows import rows_of_judge
from blind_refusal.analysis.schema import (
    CellSummary,
    JudgeAgreement,
    JudgeSummary,
    Missing,
    MissingCounts,
    ModelMissing,
    ModelSummary,
    Stratum,
    Summary,
)
from blind_refusal.analysis.summary import summarise
from blind_refusal.analysis.twins import TwinMissing, TwinPairs, Twins
from blind_refusal.analysis.validation import BinaryScores, Validation, validate_judge
from blind_refusal.analysis.variants import Variant, rows_of_variant, variants_in

__all__ = [
    "CONFIDENCE",
    "CONTROL",
    "DEFEATED_FAMILIES",
    "DIMENSIONS",
    "FAMILIES",
    "MISSING_CAUSES",
    "NAMES",
    "NOTHING",
    "RESPONSE_TYPES",
    "AgreementCoefficients",
    "BinaryScores",
    "Bounds",
    "By",
    "CaseSums",
    "CellProfile",
    "CellSummary",
    "Change",
    "Changes",
    "Comparisons",
    "Condition",
    "CorrectedRate",
    "Corrections",
    "Decoupling",
    "DecouplingByModel",
    "Discriminability",
    "Discrimination",
    "Driver",
    "Drivers",
    "Estimate",
    "Evidence",
    "Flip",
    "HeadlineBounds",
    "JudgeAgreement",
    "JudgeSummary",
    "JudgingEvidence",
    "LevelProfile",
    "Missing",
    "MissingCounts",
    "ModelDifference",
    "ModelFamilyProfile",
    "ModelMissing",
    "ModelProfile",
    "ModelSummary",
    "Panel",
    "PartChange",
    "Profile",
    "Profiles",
    "Rank",
    "Rates",
    "Statistic",
    "Stratum",
    "Summary",
    "TwinMissing",
    "TwinPairs",
    "Twins",
    "Validation",
    "Variant",
    "agreement_of_judges",
    "bootstrap",
    "check_evaluations",
    "cohens_kappa",
    "difference",
    "find_changes",
    "paired_difference",
    "rate",
    "rate_by_bootstrap",
    "read_evaluations",
    "replicate",
    "rows_of_judge",
    "rows_of_variant",
    "summarise",
    "validate_judge",
    "variants_in",
    "weigh_evidence",
    "wilson",
]
