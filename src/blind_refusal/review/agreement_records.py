"""What is said about agreement; the app and the command show the same records."""

from typing import Literal

from pydantic import Field

from blind_refusal.analysis import Estimate
from blind_refusal.analysis.coefficients import AgreementCoefficients
from blind_refusal.analysis.records import Record
from blind_refusal.review.consensus import ConsensusCount
from blind_refusal.review.labels import Phase


class _Compared(Record):
    """Two or more who answered the same question about the same items."""

    question: str
    family: str | None
    """None where it is about all families."""
    coefficients: AgreementCoefficients
    answers: list[str]
    confusion: list[list[int]] | None
    """Items by answer, in the order of `answers`: a row per answer of the first, a column per answer of the second.
    None where more than two are compared."""
    cannot_tell: int
    """Items that all of them looked at and at least one could not tell; left out between two."""


class RaterComparison(_Compared):
    """Raters compared with each other."""

    raters: list[str]
    """Two of them, or all."""


class JudgeComparison(_Compared):
    """A rater, or the consensus, compared with a judge."""

    rater: str | None
    """None is the consensus of the raters. First in the confusion matrix."""
    judge: str


class PredictiveValues(Record):
    """How far a judge's word can be taken: what the consensus says where the judge says yes, and where it says no."""

    judge: str
    question: str
    """`helps` stands for the response type: helps, or one of the others."""
    family: str | None
    positive: Estimate
    """Share of the judge's yes that the consensus shares."""
    negative: Estimate
    """Share of the judge's no that the consensus shares."""


class Disagreement(Record):
    """An item on which raters differ."""

    item_id: str
    family: str | None
    questions: dict[str, dict[str, str | None]]
    """Question in dispute → rater → answer; null is "cannot tell"."""
    adjudicated: bool


class AgreementReport(Record):
    """Everything that the labels of one phase say about agreement."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    phase: Phase
    labelled: dict[str, int]
    """Items by rater."""
    weighted: bool
    """Whether items were drawn with different probabilities and are weighted by their inverse."""
    outside: int
    """Labelled items that belong to no sample and are left out because there is one."""
    raters: list[RaterComparison]
    consensus: list[ConsensusCount]
    judges: list[JudgeComparison]
    predictive: list[PredictiveValues]
    disagreements: list[Disagreement]
    """Those that wait for adjudication come first."""

    model_config = Record.model_config | {"validate_by_name": True, "serialize_by_alias": True}
