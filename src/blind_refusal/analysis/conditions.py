"""Conditions on a change that make a comparison fail, as ``--fail-if`` takes them."""

import operator
import re
from dataclasses import dataclass
from typing import Final, Self

from blind_refusal.analysis.changes import Changes
from blind_refusal.analysis.headline import NAMES
from blind_refusal.errors import UserError

_OPERATORS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_PARTS: Final = ("estimate", "low", "high")
_GRAMMAR: Final = re.compile(
    r"\s*(?P<name>[a-z_]+)(?:\.(?P<part>[a-z]+))?\s*(?P<operator><=|>=|<|>)\s*(?P<number>[-+]?(?:\d+\.?\d*|\.\d+))\s*"
)


@dataclass(frozen=True)
class Condition:
    """``NAME[.PART] OP NUMBER`` over the change (second less first) of a headline rate."""

    text: str
    name: str
    part: str
    """``estimate``, or the ``low`` or ``high`` end of its 95% interval."""
    operator: str
    number: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a condition.

        Raises:
            UserError: it is none; the message says what would be one.
        """
        match = _GRAMMAR.fullmatch(text)
        if match is None:
            raise UserError(
                f"{text!r}: not a condition; NAME OP NUMBER is wanted, such as 'discrimination < -0.03' or "
                "'discrimination.high < 0', with OP one of < <= > >="
            )
        name, part = match["name"], match["part"] or "estimate"
        if name not in NAMES:
            raise UserError(f"{text!r}: no headline rate {name!r}; there are {', '.join(NAMES)}")
        if part not in _PARTS:
            raise UserError(f"{text!r}: no part {part!r} of a change; there are {', '.join(_PARTS)}")
        return cls(text.strip(), name, part, match["operator"], float(match["number"]))

    def holds(self, changes: Changes) -> bool:
        """Say whether the condition holds.

        Raises:
            UserError: the change is not known; what cannot be compared must not pass for unchanged.
        """
        value = getattr(changes.headline[self.name].change, self.part)
        if value is None:
            raise UserError(f"{self.text!r}: the change of {self.name} is not known (no scored responses on one side)")
        return bool(_OPERATORS[self.operator](value, self.number))
