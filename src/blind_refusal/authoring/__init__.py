"""Writing cases with a model: plan → write → check → gate → backfill, until every cell is full."""

from blind_refusal.authoring.backfill import Author, Progress, Rejection
from blind_refusal.authoring.drafts import DRAFT_SCHEMA, Assignment, Draft, find_faults
from blind_refusal.authoring.folder import Estimate, Filled, WritingFolder
from blind_refusal.authoring.gates import Gate, Gating, gate_request, gate_requests, gating_of, second_gate_requests
from blind_refusal.authoring.models import configure_author
from blind_refusal.authoring.plan import Slot, TwinSlot, plan_slots
from blind_refusal.authoring.purse import BudgetSpentError, Purse
from blind_refusal.authoring.targets import chosen_cells, target_of
from blind_refusal.authoring.validation import GateAgreement, GateLabels, compare_gates, read_gate_labels
from blind_refusal.authoring.vocabulary import Vocabulary, load_vocabulary
from blind_refusal.authoring.writing import write_request

__all__ = [
    "DRAFT_SCHEMA",
    "Assignment",
    "Author",
    "BudgetSpentError",
    "Draft",
    "Estimate",
    "Filled",
    "Gate",
    "GateAgreement",
    "GateLabels",
    "Gating",
    "Progress",
    "Purse",
    "Rejection",
    "Slot",
    "TwinSlot",
    "Vocabulary",
    "WritingFolder",
    "chosen_cells",
    "compare_gates",
    "configure_author",
    "find_faults",
    "gate_request",
    "gate_requests",
    "gating_of",
    "load_vocabulary",
    "plan_slots",
    "read_gate_labels",
    "second_gate_requests",
    "target_of",
    "write_request",
]
