"""The one kind of error that a user is meant to read."""

from pathlib import Path
from typing import NamedTuple


class UserError(Exception):
    """Something that the user can put right: printed as one readable line, exit code 2, no traceback."""


class Fault(NamedTuple):
    """One thing wrong with one place of an input file."""

    file: Path
    line: int
    """Counted from 1; 0 where the fault belongs to the whole file."""
    field: str
    """Dotted name of the field; empty where the fault belongs to the whole line."""
    reason: str
    """What is wrong and what would be right."""

    def __str__(self) -> str:
        """Write ``file:line: field: reason``, leaving out what is empty."""
        place = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        return ": ".join(part for part in (place, self.field, self.reason) if part)


class FaultyInput(UserError):  # noqa: N818 - reads as a kind of user error
    """An input file with faults; all of them are listed at once."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
