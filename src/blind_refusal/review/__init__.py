"""What people say of cases and of the judge: labels, their store, samples, exchange and agreement."""

from blind_refusal.review.agreement import agreement_report, correction_labels, report_of_store
from blind_refusal.review.agreement_records import (
    AgreementReport,
    Disagreement,
    JudgeComparison,
    PredictiveValues,
    RaterComparison,
)
from blind_refusal.review.assignments import Assignment, Design, Purpose
from blind_refusal.review.consensus import ConsensusCount
from blind_refusal.review.database import StoreUnavailableError
from blind_refusal.review.exchange import (
    Imported,
    LabelFormat,
    Shown,
    export_labels,
    format_of,
    import_labels,
    read_labels,
)
from blind_refusal.review.labels import (
    QUESTIONS,
    VALUES_OF,
    CaseValues,
    Draft,
    Label,
    LabelKind,
    Phase,
    Question,
    Values,
    VerdictValues,
    faults_of_values,
)
from blind_refusal.review.rows import Rater, RefusedSaveError, Role
from blind_refusal.review.sampling import Drawn, StratumDraw, draw, draw_for_correction, draw_into
from blind_refusal.review.sessions import Sessions
from blind_refusal.review.store import STORE_FILE, LabelStore

__all__ = [
    "QUESTIONS",
    "STORE_FILE",
    "VALUES_OF",
    "AgreementReport",
    "Assignment",
    "CaseValues",
    "ConsensusCount",
    "Design",
    "Disagreement",
    "Draft",
    "Drawn",
    "Imported",
    "JudgeComparison",
    "Label",
    "LabelFormat",
    "LabelKind",
    "LabelStore",
    "Phase",
    "PredictiveValues",
    "Purpose",
    "Question",
    "Rater",
    "RaterComparison",
    "RefusedSaveError",
    "Role",
    "Sessions",
    "Shown",
    "StoreUnavailableError",
    "StratumDraw",
    "Values",
    "VerdictValues",
    "agreement_report",
    "correction_labels",
    "draw",
    "draw_for_correction",
    "draw_into",
    "export_labels",
    "faults_of_values",
    "format_of",
    "import_labels",
    "read_labels",
    "report_of_store",
]
