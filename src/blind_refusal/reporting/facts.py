"""What a run can tell about itself beyond its table of evaluations; all of it optional."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataSetFacts(_Facts):
    """The cases that were used."""

    name: str | None = None
    version: str | None = None
    sha256: str | None = None
    cases: int | None = Field(default=None, ge=0)
    """Cases in the whole data set, of which the run may have used a sample."""


class ModelFacts(_Facts):
    """One model under test. ``name`` is its name in the evaluations."""

    name: str
    responses: int | None = Field(default=None, ge=0)
    ok: int | None = Field(default=None, ge=0)
    """Responses that came back whole."""
    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    """Time spent waiting for its responses, all together."""


class MeasuredAgreement(_Facts):
    """How far a judge's "helps" agreed with reference labels."""

    kappa_helps: float = Field(ge=-1, le=1)
    """Cohen's kappa on helps or not."""
    low: float | None = Field(default=None, ge=-1, le=1)
    """Lower end of its 95% interval."""
    high: float | None = Field(default=None, ge=-1, le=1)
    accuracy_helps: float | None = Field(default=None, ge=0, le=1)
    """Share of responses with the same label."""
    n: int = Field(gt=0)
    """Responses with a reference label."""
    reference: str
    """Where the reference labels come from, in a few words."""


class JudgeFacts(_Facts):
    """One judge. ``name`` is its name in the evaluations."""

    name: str
    kind: str | None = None
    """Such as "language model" or "lexical baseline"."""
    rubric_version: str | None = None
    prompt_hash: str | None = None
    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    note: str | None = None
    agreement: MeasuredAgreement | None = None


class RunFacts(_Facts):
    """One run."""

    title: str | None = None
    data_set: DataSetFacts = DataSetFacts()
    sample: str | None = None
    """How cases were chosen from the data set, such as "1 per cell"."""
    models: list[ModelFacts] = []
    judges: list[JudgeFacts] = []
    versions: dict[str, str] = {}
    """Software by name, such as blind-refusal, inspect-ai and python."""
    started: datetime | None = None
    finished: datetime | None = None
    seeds: dict[str, int] = {}
    """Random seeds by what they were for."""
    system_prompt: str | None = None
    """Empty when the models were given none; None where that is not known."""
    conditions: dict[str, str] = {}
    """System prompts that the models were crossed with, by name; empty text where a condition has none."""
    notes: list[str] = []
    """What a reader must know to read the numbers rightly, one sentence or two each."""

    def judge(self, name: str) -> JudgeFacts:
        """Return what is known of a judge: no more than its name, if it was not described."""
        return next((judge for judge in self.judges if judge.name == name), JudgeFacts(name=name))
