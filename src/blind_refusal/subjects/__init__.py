"""Whom we ask and how: model configurations, suites, conditions, and the `respond` stage."""

from blind_refusal.subjects.conditions import (
    NO_PROMPT,
    ORIGINAL,
    Condition,
    Wording,
    read_condition,
    read_wordings,
    shipped_conditions,
)
from blind_refusal.subjects.configurations import EMBEDDED_PREFIX, MOST_TOKENS, configure_subject, require_model_name
from blind_refusal.subjects.respond import (
    RESPONSE_SCHEMA,
    Planned,
    key_table,
    respond_requests,
    response_id,
    response_table,
)
from blind_refusal.subjects.suites import Suite, SuiteModel, SuitePrices, read_suite, shipped_suites

__all__ = [
    "EMBEDDED_PREFIX",
    "MOST_TOKENS",
    "NO_PROMPT",
    "ORIGINAL",
    "RESPONSE_SCHEMA",
    "Condition",
    "Planned",
    "Suite",
    "SuiteModel",
    "SuitePrices",
    "Wording",
    "configure_subject",
    "key_table",
    "read_condition",
    "read_suite",
    "read_wordings",
    "require_model_name",
    "respond_requests",
    "response_id",
    "response_table",
    "shipped_conditions",
    "shipped_suites",
]
