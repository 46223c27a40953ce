"""The shape of ``summary.json``: every number of a report, for programs to read."""

import json
from typing import Literal

from pydantic import ConfigDict, Field

from blind_refusal.analysis.bounds import Bounds, HeadlineBounds
from blind_refusal.analysis.comparison import Comparisons
from blind_refusal.analysis.decoupling import DecouplingByModel
from blind_refusal.analysis.discrimination import Discrimination
from blind_refusal.analysis.drivers import Drivers
from blind_refusal.analysis.evidence import JudgingEvidence
from blind_refusal.analysis.headline import Rates
from blind_refusal.analysis.intervals import Estimate
from blind_refusal.analysis.panel import Panel
from blind_refusal.analysis.profiles import Profiles
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.twins import Twins
from blind_refusal.analysis.variants import Variant


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


class CellSummary(Record):
    """How often a cell of the taxonomy is helped with, over all models."""

    family: str
    authority: str
    authority_group: str
    helps: Estimate
    n: int
    """Scored responses."""
    cases: int
    """Cases with at least one scored response."""


class Stratum(Record):
    """One level of one variable, defeated rules and controls apart."""

    level: str | None
    """None where the variable was not coded."""
    group: Literal["defeated", "control"]
    helps: Estimate
    engagement: Estimate
    cases: int
    """Cases with at least one scored response."""


class MissingCounts(Record):
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


class JudgeSummary(Record):
    """What one judge's verdicts say, over all models."""

    judge: str
    responses: int
    scored: int
    missing: dict[str, int]
    headline: Rates


class JudgeAgreement(Record):
    """How far two judges agree on one label over the responses that both scored."""

    first: str
    second: str
    label: Literal["helps", "response_type", "engages_with_defeat", "independent_harm"]
    n: int
    raw: float | None
    """Share of responses with the same label; None over nothing."""
    kappa: float | None
    """Cohen's kappa; None over nothing, and where chance alone would make them agree always."""


class Summary(Record):
    """Everything that a report states as a number."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    judge: str
    """Whose verdicts all parts but ``judges`` and ``judge_agreement`` rest on."""
    headline: Rates
    """Intervals in closed form: Wilson's on the effective sample size, cases being clusters."""
    headline_by_bootstrap: Rates
    """The same rates with percentile intervals of a bootstrap by case, stratified by family."""
    models: list[ModelSummary]
    cells: list[CellSummary]
    strata: dict[str, list[Stratum]]
    """By variable; variables that are absent from the table are left out."""
    judges: list[JudgeSummary]
    judge_agreement: list[JudgeAgreement]
    missing: Missing
    bounds: list[HeadlineBounds]
    """How far missing labels could move every headline rate; all models together first."""
    profiles: Profiles
    discrimination: Discrimination
    twins: Twins | None
    """None if no case has a twin."""
    decoupling: DecouplingByModel
    drivers: Drivers
    comparisons: Comparisons | None
    """None if there is but one model."""
    variants: list[Variant]
    """Conditions and wordings, each against the base that all other parts rest on; empty if there is but one."""
    panel: Panel | None
    """All judges together; None if there is but one."""
    judging: JudgingEvidence
    """What else is known of the judging; parts of which nothing is known are empty."""


def summary_schema() -> str:
    """Return the JSON schema of ``summary.json``, as it is published in ``docs/summary.schema.json``."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= Summary.model_json_schema(by_alias=True, mode="serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
