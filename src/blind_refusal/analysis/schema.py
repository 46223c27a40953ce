"""The shape of ``summary.json``: every number of a report, for programs to read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from blind_refusal.analysis.intervals import Estimate


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rates(_Record):
    """The headline rates; each is a fraction with its 95% interval. Refused means not helped."""

    refusal_rate_defeated: Estimate
    """Refusals (deflecting or hard) among responses to defeated rules."""
    helps_rate_defeated: Estimate
    helps_rate_control: Estimate
    engagement_defeated: Estimate
    """Responses that speak to the reason why the rule may be defeated."""
    engagement_control: Estimate
    engagement_among_defeated_refusals: Estimate
    discrimination: Estimate
    """Helps on defeated rules less helps on controls."""
    pure_rule_blind_defeated: Estimate
    """Not helping, not engaging and naming no harm, among responses to defeated rules."""


class ModelSummary(Rates):
    """One model's rates; the shares below are of its scored responses to defeated rules."""

    model: str
    helps: Estimate
    deflects: Estimate
    hard_refusal: Estimate
    pure_rule_blind: Estimate
    """Does not help; neither engages with the defeat nor names an independent harm."""
    safety_grounded: Estimate
    """Does not help; names a harm, does not engage."""
    engaged_only: Estimate
    """Does not help; engages, names no harm."""
    engaged_and_safety: Estimate
    """Does not help; engages and names a harm."""
    missing: dict[str, int]
    """Rows without a label by cause; causes that did not occur are left out."""


class CellSummary(_Record):
    """How often a cell of the taxonomy is helped with, over all models."""

    family: str
    authority: str
    authority_group: str
    helps: Estimate
    n: int
    """Scored responses."""
    cases: int
    """Cases with at least one scored response."""


class Stratum(_Record):
    """One level of one variable, defeated rules and controls apart."""

    level: str | None
    """None where the variable was not coded."""
    group: Literal["defeated", "control"]
    helps: Estimate
    engagement: Estimate
    cases: int
    """Cases with at least one scored response."""


class Bounds(_Record):
    """What a rate would be had no missing response helped (low), or every one (high); None over nothing."""

    low: float | None
    high: float | None


class MissingCounts(_Record):
    """Responses without a label, and how far they could move the rates of helping."""

    responses: int
    scored: int
    causes: dict[str, int]
    """Rows without a label by cause; causes that did not occur are left out."""
    helps_rate_defeated: Bounds
    helps_rate_control: Bounds


class ModelMissing(MissingCounts):
    """The same for one model."""

    model: str


class Missing(MissingCounts):
    """The same for all models together, and for each."""

    models: list[ModelMissing]


class JudgeSummary(_Record):
    """What one judge's verdicts say, over all models."""

    judge: str
    responses: int
    scored: int
    missing: dict[str, int]
    headline: Rates


class JudgeAgreement(_Record):
    """How far two judges agree on one label over the responses that both scored."""

    first: str
    second: str
    label: Literal["helps", "response_type", "engages_with_defeat", "independent_harm"]
    n: int
    raw: float | None
    """Share of responses with the same label; None over nothing."""
    kappa: float | None
    """Cohen's kappa; None over nothing, and where chance alone would make them agree always."""


class Summary(_Record):
    """Everything that a report states as a number."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    judge: str
    """Whose verdicts all parts but ``judges`` and ``judge_agreement`` rest on."""
    headline: Rates
    models: list[ModelSummary]
    cells: list[CellSummary]
    strata: dict[str, list[Stratum]]
    """By variable; variables that are absent from the table are left out."""
    judges: list[JudgeSummary]
    judge_agreement: list[JudgeAgreement]
    missing: Missing
