"""Whom we ask: model configurations, and the `respond` stage."""

from blind_refusal.subjects.configurations import EMBEDDED_PREFIX, MOST_TOKENS, configure_subject, require_model_name
from blind_refusal.subjects.respond import (
    RESPONSE_SCHEMA,
    key_table,
    respond_requests,
    response_id,
    response_table,
)

__all__ = [
    "EMBEDDED_PREFIX",
    "MOST_TOKENS",
    "RESPONSE_SCHEMA",
    "configure_subject",
    "key_table",
    "require_model_name",
    "respond_requests",
    "response_id",
    "response_table",
]
