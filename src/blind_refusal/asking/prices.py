"""What calls cost."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from blind_refusal.asking.outcomes import Outcome
from blind_refusal.errors import UserError

CHARACTERS_PER_TOKEN = 4
"""Of English prose, roughly; providers count in ways of their own."""

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """Dollars per million tokens."""

    input: float
    output: float
    cached: float | None = None
    """Of input tokens that the provider had in its cache; the full price if None."""

    @classmethod
    def parse(cls, text: str) -> "Prices":
        """Read ``INPUT/CACHED/OUTPUT`` or ``INPUT/OUTPUT``, as in ``1.25/0.125/10``.

        Raises:
            UserError: if it is not two or three numbers of 0 or more.
        """
        wanted = "INPUT/CACHED/OUTPUT is wanted, dollars per million tokens, as in 1.25/0.125/10"
        try:
            numbers = [float(part) for part in text.split("/")]
        except ValueError as error:
            raise UserError(f"--price {text}: {wanted}") from error
        if len(numbers) not in (2, 3) or not all(0 <= number < math.inf for number in numbers):
            raise UserError(f"--price {text}: {wanted}")
        return cls(numbers[0], numbers[-1], numbers[1] if len(numbers) == 3 else None)

    def cost(self, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
        """Return what tokens cost, in dollars.

        Args:
            input_tokens: all of the prompt, cached ones included.
            cached_tokens: those among them that were cached.
            output_tokens: of answer and reasoning.
        """
        cached = self.input if self.cached is None else self.cached
        fresh = input_tokens - cached_tokens
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / _MILLION

    def of(self, outcome: Outcome) -> float:
        """Return what an outcome has cost."""
        return self.cost(outcome.input_tokens, outcome.cached_tokens, outcome.output_tokens)


def cost_of(outcomes: Iterable[Outcome], prices: Mapping[str, Prices]) -> float:
    """Return what outcomes have cost, in dollars; models without a price cost nothing.

    Args:
        outcomes: of any models.
        prices: by model label.
    """
    return sum(prices[outcome.model].of(outcome) for outcome in outcomes if outcome.model in prices)
