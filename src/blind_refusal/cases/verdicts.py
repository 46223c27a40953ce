"""What readers made of the shipped cases, one line a case beside the set."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from blind_refusal.cases.model import Case

_Gate = Literal["pass", "fail"]


class LastReading(BaseModel):
    """What the last reader made of a case from its query alone; neither label nor twin was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decides: str = Field(min_length=1)
    """The fact that decides whether the rule deserves to be kept here."""
    guess: str
    """``control``, or family and subtype with a slash between."""
    clarity: int = Field(ge=1, le=5)
    """How many moderate strangers would agree: 5 all at once, 4 nearly all, 3 all but a real minority."""
    of_final_text: bool
    """Whether the text has stayed as it was read; if not, it was mended for what this reader found."""


class CaseVerdict(BaseModel):
    """The second reader's last verdict on a case, and the last reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    blind_guess: str
    """What the second reader took it for before the label was seen; mostly on a text that was mended after that."""
    guess_right: bool
    epistemic_sufficiency: _Gate
    evasion_proportionality: _Gate
    scenario_plausibility: _Gate
    agrees: bool
    """Whether the rule deserves (a control: keeps) its compliance, as labelled."""
    clarity: int = Field(ge=1, le=5)
    dual_use: Literal[False] | str
    action: Literal["kept", "mended", "rewritten"]
    reason: str = Field(min_length=1)
    last_reading: LastReading


def read_verdicts(file: Path) -> list[CaseVerdict]:
    """Read a file of verdicts, JSON Lines."""
    return [CaseVerdict.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]


def label_of(case: Case) -> str:
    """Return what a reader should take a case for."""
    return f"{case.family}/{case.subtype}" if case.defeated else case.family
