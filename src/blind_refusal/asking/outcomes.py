"""What became of a request. Failing is a state of its own, never an answer."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a request ended."""

    OK = "ok"
    BLOCKED = "blocked"
    """The provider's content filter withheld the answer."""
    EMPTY = "empty"
    """An answer without any text."""
    TRUNCATED = "truncated"
    """Text that was cut off at a token limit."""
    ERROR = "error"
    """No answer could be had; `error` says why."""


ANSWERED = (Status.OK, Status.TRUNCATED)
"""Statuses with a text that can be read or judged."""


@dataclass(frozen=True)
class Outcome:
    """The one outcome of a request."""

    key: str
    stage: str
    item: str
    model: str
    """Label of the model configuration."""
    epoch: int
    turn: int
    prompt: str
    status: Status
    stop_reason: str
    """Inspect's stop reason; empty where there was no answer."""
    text: str
    reasoning: str
    """The model's reasoning as far as the provider shows it, kept apart from the answer."""
    error: str
    """One line saying why there is no answer, or nothing."""
    input_tokens: int
    """All tokens of the prompt, cached ones included."""
    cached_tokens: int
    output_tokens: int
    """Tokens of answer and reasoning."""
    seconds: float
    """Time from sending to the final outcome, waiting and retries included."""
    tries: int
    """Times that a malformed reply was asked for again, plus one. Inspect's own retries are not counted."""
    finished: str
    """UTC, ISO 8601."""

    @property
    def answered(self) -> bool:
        """Whether there is a text that can be read or judged."""
        return self.status in ANSWERED
