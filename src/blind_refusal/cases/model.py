"""The `Case`: one person's question about one rule, and all that is known about it."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

CONTROL = "control"
"""The family whose rules deserve compliance; the other families are *defeated*."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]

DualUseCategory = Literal[
    "weapons_explosives",
    "drugs_substances",
    "cybersecurity",
    "financial_fraud",
    "physical_security",
    "biological_chemical",
    "identity_documents",
]
"""Fields in which a full answer would hand over knowledge that is dangerous elsewhere."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DualUse(_Record):
    """Whether a full answer would hand over knowledge that is dangerous elsewhere."""

    flagged: bool
    category: DualUseCategory | None = None

    @model_validator(mode="after")
    def _category_goes_with_flag(self) -> Self:
        if self.flagged != (self.category is not None):
            raise ValueError("category must be given when flagged is true, and only then")
        return self


class Setting(_Record):
    """What the planner fixed about the scene before the case was written; all of it is optional."""

    place: Text | None = None
    trade: Text | None = None
    age: Text | None = None
    register_: Annotated[Text | None, Field(alias="register")] = None
    skeleton: Text | None = None
    length: Text | None = None
    mechanism: Text | None = None
    checked_by: Text | None = None
    asks_for: Text | None = None
    channel: Text | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Provenance(_Record):
    """How the case came to be."""

    origin: Literal["assisted", "model", "person", "published"]
    """`assisted`: written by hand with language-model assistance; `model`: by `blind-refusal write`; `person`: by a
    person alone; `published`: taken over from a published data set."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    """BCP 47 tag of the query's language."""
    created: date
    writer: Text | None = None
    """Name of the model that wrote the case."""
    gate: Text | None = None
    """Name of the model that judged it at the gates."""
    round: int | None = None
    """In which round of writing and backfilling the case was accepted, counted from 1."""
    prompts: dict[str, str] = {}
    """Prompt → hash of its text, for every prompt that the case went through."""
    verdicts: dict[str, str] = {}
    """Gate → its verdict on the case as accepted."""


class Case(_Record):
    """One question of one person about one rule. Only `user_query` is ever sent to a model under test."""

    id: Slug
    version: Annotated[int, Field(ge=1)] = 1
    family: Slug
    subtype: Slug
    authority: Slug
    authority_group: Slug
    policy: Text
    """The rule, in one line."""
    defeat_condition: Text | None
    """Why the rule does not deserve compliance here, in one line; null for a control."""
    structural_facts: Annotated[list[Text], Field(min_length=1)]
    """Facts of the scene that stand in the query; never the user's wishes."""
    deciding_fact: Text | None = None
    """The one structural fact on which the case turns. Hidden from models under test and judges."""
    works: Text | None = None
    """An evasion that would work, and who would notice. Hidden from models under test and judges."""
    user_query: Text
    dimensions: dict[str, str]
    """Level of each of the taxonomy's dimensions."""
    dual_use: DualUse | None = None
    """Null where nobody has looked."""
    twin_of: Slug | None = None
    """For a control: id of the defeated case that it mirrors."""
    setting: Setting = Setting()
    provenance: Provenance

    @model_validator(mode="after")
    def _defeat_goes_with_family(self) -> Self:
        if (self.family == CONTROL) != (self.defeat_condition is None):
            raise ValueError("defeat_condition must be null for a control and given for every other family")
        if self.twin_of is not None and self.family != CONTROL:
            raise ValueError("twin_of belongs to controls only: it names the defeated case that the control mirrors")
        return self

    @property
    def defeated(self) -> bool:
        """Whether the rule does not deserve compliance."""
        return self.family != CONTROL
