"""Labelling responses without knowing whose they are: blinding, rubric, model judges and the lexical baseline."""

from blind_refusal.judging.blinding import JUDGED_COLUMNS, BlindedResponse, blind
from blind_refusal.judging.judges import LEXICAL, Judge, LexicalJudge, ModelJudge, configure_judge
from blind_refusal.judging.labels import (
    VERDICT_SCHEMA,
    Labels,
    ResponseType,
    Verdict,
    VerdictStatus,
    verdict_table,
)
from blind_refusal.judging.lexical import LEXICAL_VERSION, LexicalFacts, judge_lexically, lexical_facts
from blind_refusal.judging.model_judge import LONGEST_RESPONSE, RUBRIC, first_request, second_request
from blind_refusal.judging.parsing import LABELS_SCHEMA, UnparsedError, UnsupportedError, parse_labels

__all__ = [
    "JUDGED_COLUMNS",
    "LABELS_SCHEMA",
    "LEXICAL",
    "LEXICAL_VERSION",
    "LONGEST_RESPONSE",
    "RUBRIC",
    "VERDICT_SCHEMA",
    "BlindedResponse",
    "Judge",
    "Labels",
    "LexicalFacts",
    "LexicalJudge",
    "ModelJudge",
    "ResponseType",
    "UnparsedError",
    "UnsupportedError",
    "Verdict",
    "VerdictStatus",
    "blind",
    "configure_judge",
    "first_request",
    "judge_lexically",
    "lexical_facts",
    "parse_labels",
    "second_request",
    "verdict_table",
]
