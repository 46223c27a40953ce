"""Who is to label what: the design of a draw, and the rows that come of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from blind_refusal.analysis.drawing import Allocation
from blind_refusal.review.labels import ItemId, Name, Phase

Share = Annotated[float, Field(ge=0, le=1)]


class Purpose(StrEnum):
    """What a sample is drawn for."""

    REVIEW = "review"
    """To check the data set, or the judge, and to see how far raters agree."""
    CORRECTION = "correction"
    """To correct rates for the judge's errors."""


class Design(BaseModel):
    """How a sample is drawn. To draw more later, only `size` (and who rates) may change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phase: Phase
    purpose: Purpose = Purpose.REVIEW
    by: tuple[str, ...] = ()
    """Columns whose combinations are the strata; empty draws from all items alike."""
    allocation: Allocation = "proportional"
    size: Annotated[int, Field(ge=1)]
    """How many items are wanted; all, if there are no more."""
    overlap: Share = 1.0
    """Share of the items that all raters label; the others go to one rater each, in turn."""
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]

    @property
    def fixed(self) -> dict[str, object]:
        """What must stay as it is when more is drawn."""
        return self.model_dump(mode="json", exclude={"size"})


class Assignment(BaseModel):
    """One item for one rater."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: ItemId
    rater: Name
    position: Annotated[int, Field(ge=0)]
    """Place in the rater's own order."""
    shared: bool
    """Whether all raters label the item."""
    stratum: str
    """Values of the design's columns, joined by `` × ``; empty where there is one stratum."""
    inclusion_probability: Annotated[float, Field(gt=0, le=1)]
    """With which the item came into the sample, given the size of the newest draw."""
    draw: Annotated[int, Field(ge=1)]
    """Number of the draw; each draw lists the whole sample, what was drawn before included."""
    design: Design
