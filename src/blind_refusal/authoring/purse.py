"""What asking costs, and stopping before it costs more than it may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blind_refusal.asking import Ledger, Request

CHARACTERS_PER_TOKEN = 4
OUTPUT_TOKENS = 700
"""Output tokens that an answer of a writer or a gate is reckoned at, reasoning aside."""
_MILLION = 1_000_000


class BudgetSpentError(Exception):
    """The next calls would cost more than may be spent."""


@dataclass(frozen=True)
class Purse:
    """Prices, and the most that may be spent."""

    price_input: float = 0.0
    """Per million input tokens; cached ones are reckoned at the full price."""
    price_output: float = 0.0
    """Per million output tokens."""
    budget: float | None = None
    """In the same currency; None for no limit."""

    @property
    def priced(self) -> bool:
        """Whether prices are known."""
        return bool(self.price_input or self.price_output)

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return what tokens cost."""
        return (input_tokens * self.price_input + output_tokens * self.price_output) / _MILLION

    def spent(self, ledger: Ledger) -> float:
        """Return what the outcomes in a ledger have cost."""
        outcomes = [outcome for stage in ("write", "gate") for outcome in ledger.outcomes(stage)]
        return self.cost(
            sum(outcome.input_tokens for outcome in outcomes), sum(outcome.output_tokens for outcome in outcomes)
        )

    def require(self, requests: Sequence[Request], ledger: Ledger) -> None:
        """Make sure that requests can be paid for.

        Raises:
            BudgetSpentError: if their estimated cost exceeds what is left.
        """
        if self.budget is None or not requests:
            return
        spent = self.spent(ledger)
        needed = self.cost(estimated_input_tokens(requests), OUTPUT_TOKENS * len(requests))
        if spent + needed > self.budget:
            raise BudgetSpentError(
                f"the budget of {self.budget:.2f} does not allow the next {len(requests)} calls: {spent:.2f} is spent, "
                f"they would cost about {needed:.2f}; a larger --budget goes on from here"
            )


def estimated_input_tokens(requests: Iterable[Request]) -> int:
    """Estimate the input tokens of requests."""
    return sum(len(message.text) for request in requests for message in request.messages) // CHARACTERS_PER_TOKEN
