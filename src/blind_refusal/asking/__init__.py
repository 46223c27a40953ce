"""Questions to language models: requests with stable keys, the ledger of outcomes, sending what is pending."""

from blind_refusal.asking.answers import read_object
from blind_refusal.asking.ask import OnOutcome, ask, pending
from blind_refusal.asking.budget import Budget, dearest
from blind_refusal.asking.calling import Cluster, Sending, require_model
from blind_refusal.asking.display import Display, Silent, shown
from blind_refusal.asking.fencing import clip, marker_for
from blind_refusal.asking.lanes import Asked
from blind_refusal.asking.ledger import Ledger, newest_date
from blind_refusal.asking.outcomes import ANSWERED, Outcome, Status
from blind_refusal.asking.prices import CHARACTERS_PER_TOKEN, Prices, cost_of
from blind_refusal.asking.prompts import Prompt, load_prompt
from blind_refusal.asking.requests import AnswerSchema, Message, ModelConfiguration, Request, Stage

__all__ = [
    "ANSWERED",
    "CHARACTERS_PER_TOKEN",
    "AnswerSchema",
    "Asked",
    "Budget",
    "Cluster",
    "Display",
    "Ledger",
    "Message",
    "ModelConfiguration",
    "OnOutcome",
    "Outcome",
    "Prices",
    "Prompt",
    "Request",
    "Sending",
    "Silent",
    "Stage",
    "Status",
    "ask",
    "clip",
    "cost_of",
    "dearest",
    "load_prompt",
    "marker_for",
    "newest_date",
    "pending",
    "read_object",
    "require_model",
    "shown",
]
