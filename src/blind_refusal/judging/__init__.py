"""Labelling responses without knowing whose they are: blinding, rubric, model judges and the lexical baseline."""

from blind_refusal.judging.asking_twice import Settled, ask_twice, second_request, settled
from blind_refusal.judging.blinding import (
    JUDGED_COLUMNS,
    REASONING_COLUMNS,
    BlindedResponse,
    StudyContext,
    blind,
    blind_reasoning,
    judged_table,
    study_context,
)
from blind_refusal.judging.judges import (
    LEXICAL,
    Context,
    Judge,
    LexicalJudge,
    ModelJudge,
    RecordedJudge,
    configure_judge,
    relabelled,
)
from blind_refusal.judging.labels import (
    VERDICT_SCHEMA,
    EngagementLabel,
    Labels,
    ResponseType,
    Verdict,
    VerdictStatus,
    verdict_table,
)
from blind_refusal.judging.lexical import LEXICAL_VERSION, LexicalFacts, judge_lexically, lexical_facts
from blind_refusal.judging.masking import AuthorNames, Mask, Masked, read_author_names, shipped_author_names
from blind_refusal.judging.model_judge import LONGEST_RESPONSE, RUBRIC, first_request
from blind_refusal.judging.parsing import LABELS_SCHEMA, UnparsedError, UnsupportedError, parse_labels
from blind_refusal.judging.reasoning import (
    ReasoningVerdict,
    judge_reasoning,
    pending_reasoning,
    reasoning_table,
    reasoning_verdict,
)

__all__ = [
    "JUDGED_COLUMNS",
    "LABELS_SCHEMA",
    "LEXICAL",
    "LEXICAL_VERSION",
    "LONGEST_RESPONSE",
    "REASONING_COLUMNS",
    "RUBRIC",
    "VERDICT_SCHEMA",
    "AuthorNames",
    "BlindedResponse",
    "Context",
    "EngagementLabel",
    "Judge",
    "Labels",
    "LexicalFacts",
    "LexicalJudge",
    "Mask",
    "Masked",
    "ModelJudge",
    "ReasoningVerdict",
    "RecordedJudge",
    "ResponseType",
    "Settled",
    "StudyContext",
    "UnparsedError",
    "UnsupportedError",
    "Verdict",
    "VerdictStatus",
    "ask_twice",
    "blind",
    "blind_reasoning",
    "configure_judge",
    "first_request",
    "judge_lexically",
    "judge_reasoning",
    "judged_table",
    "lexical_facts",
    "parse_labels",
    "pending_reasoning",
    "read_author_names",
    "reasoning_table",
    "reasoning_verdict",
    "relabelled",
    "second_request",
    "settled",
    "shipped_author_names",
    "study_context",
    "verdict_table",
]
