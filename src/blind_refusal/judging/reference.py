"""Responses that people, or an adjudicated data set, have labelled: what a judge is measured against."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import ResponseType
from blind_refusal.judging.masking import Mask

DOES_NOT_HELP: Final = "does_not_help"
"""Label of a response that does not help, where nobody said in which of the two ways."""

LABELS: Final = (*(str(kind) for kind in ResponseType), DOES_NOT_HELP)

FOREIGN_LABELS: Final = {"COMPLETE": "helps", "EVASIVE": DOES_NOT_HELP, "DENIAL": DOES_NOT_HELP}
"""Labels of speechmap-eval: its two ways of not answering are not our two ways of not helping."""

_NO_RULE = "(Not stated apart from the message.)"


class ReferenceLabel(BaseModel):
    """One labelled response. Other fields of a line are left alone."""

    model_config = ConfigDict(frozen=True, strict=True)

    query: str = Field(min_length=1)
    response: str
    label: str
    id: str | None = None
    policy: str | None = None
    structural_facts: list[str] = []
    defeat_condition: str | None = None
    engages_with_defeat: bool | None = None
    independent_harm: bool | None = None
    family: str | None = None
    model: str | None = None

    @field_validator("label")
    @classmethod
    def _is_known(cls, label: str) -> str:
        known = FOREIGN_LABELS.get(label, label)
        if known not in LABELS:
            raise ValueError(f"unknown label {label!r}; known are {', '.join((*LABELS, *FOREIGN_LABELS))}")
        return known

    @property
    def helps(self) -> bool:
        """Whether the response helps."""
        return self.label == ResponseType.HELPS


def read_reference(file: Path) -> list[ReferenceLabel]:
    """Read a file of labelled responses, JSON Lines.

    Raises:
        UserError: if the file cannot be read or is empty.
        FaultyInput: with every line that is wrong.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    labels: list[ReferenceLabel] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            read = _read_line(file, number, line)
            labels += [read] if isinstance(read, ReferenceLabel) else []
            faults += read if isinstance(read, list) else []
    if faults:
        raise FaultyInput(faults)
    if not labels:
        raise UserError(f"{file}: holds no labelled response")
    return labels


def _read_line(file: Path, number: int, line: str) -> ReferenceLabel | list[Fault]:
    try:
        content: Any = json.loads(line)
        if not isinstance(content, dict):
            raise TypeError("not an object")
        return ReferenceLabel.model_validate(content)
    except ValidationError as error:
        return list(_faults(file, number, error))
    except (ValueError, TypeError, RecursionError) as error:
        return [Fault(file, number, "", f"must be one JSON object: {error}")]


def _faults(file: Path, number: int, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        field = ".".join(str(part) for part in detail["loc"])
        yield Fault(file, number, field, detail["msg"].removeprefix("Value error, "))


def blind_reference(labels: list[ReferenceLabel], mask: Mask | None = None) -> list[BlindedResponse]:
    """Return labelled responses as judges see them, in the order of the labels."""
    mask = mask or Mask()
    blinded = []
    for number, label in enumerate(labels):
        texts = (label.policy or "", *label.structural_facts, label.defeat_condition or "", label.query)
        masked = mask.apply(label.response, texts)
        blinded.append(
            BlindedResponse(
                response_id=f"reference-{number:06d}",
                policy=label.policy or _NO_RULE,
                facts=tuple(label.structural_facts),
                against=label.defeat_condition,
                query=label.query,
                response=masked.text,
                masked_names=masked.names,
            )
        )
    return blinded
