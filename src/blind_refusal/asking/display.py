"""How a stage tells a person what it is doing. The command line shows it; tests and scripts may stay silent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from blind_refusal.asking.outcomes import Outcome
from blind_refusal.asking.requests import Request


class Display(Protocol):
    """Somewhere to show progress."""

    def say(self, line: str) -> None:
        """Show one line."""

    def begin(self, title: str, calls: Mapping[str, int]) -> None:
        """Begin to show the progress of calls: model label → how many are still to be made."""

    def advance(self, outcome: Outcome) -> None:
        """Show that a call has its outcome."""

    def spend(self, dollars: float) -> None:
        """Show what has been spent so far in all."""

    def end(self) -> None:
        """Stop showing progress, also when the stage was interrupted."""


class Silent:
    """Shows nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""

    def begin(self, title: str, calls: Mapping[str, int]) -> None:
        """Show nothing."""

    def advance(self, outcome: Outcome) -> None:
        """Show nothing."""

    def spend(self, dollars: float) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


@contextmanager
def shown(display: Display, title: str, requests: Sequence[Request]) -> Iterator[None]:
    """Show the progress of requests while they are sent; show nothing if there are none."""
    if not requests:
        yield
        return
    display.begin(title, Counter(request.model.label for request in requests))
    try:
        yield
    finally:
        display.end()
