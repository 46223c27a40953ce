"""Asking for an answer of a fixed form, and once more with the reason where the answer cannot be used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from blind_refusal.asking import Asked, Budget, Ledger, OnOutcome, Outcome, Request, Sending, ask
from blind_refusal.judging.labels import VerdictStatus
from blind_refusal.judging.parsing import UnparsedError, UnsupportedError

Answer = TypeVar("Answer")

Parse = Callable[[str], Answer]
"""Reads an answer; raises UnparsedError or UnsupportedError where it cannot be used."""

_ASK_AGAIN = """\
Your answer cannot be used: {reason}.
Answer again with the one JSON object that was asked for, quotes copied word for word from the text, and nothing else.
"""


@dataclass(frozen=True)
class Settled(Generic[Answer]):
    """What came of asking, at most twice."""

    status: VerdictStatus
    answer: Answer | None
    """None unless the status is `ok`."""
    error: str
    outcomes: tuple[Outcome, ...]

    @property
    def tokens(self) -> dict[str, int]:
        """Tokens of both turns, by the names of the table of verdicts."""
        return {
            name: sum(getattr(outcome, name) for outcome in self.outcomes)
            for name in ("input_tokens", "cached_tokens", "output_tokens")
        }


def second_request(first: Request, answer: str, reason: str) -> Request:
    """Build the request that shows a judge its own unusable answer and asks once more."""
    return first.again(answer, _ASK_AGAIN.format(reason=reason))


def ask_twice(
    firsts: Sequence[tuple[Request, Parse[Answer]]],
    ledger: Ledger,
    *,
    sending: Sending | None = None,
    retry_failed: bool = False,
    budget: Budget | None = None,
    on_outcome: OnOutcome | None = None,
) -> list[Asked]:
    """Send requests, and once more those whose answer cannot be used. Outcomes go to the ledger.

    Args:
        firsts: the first requests, each with what reads its answer.
        ledger: what is known already is not asked again.
        sending: how long to go on with a request that fails.
        retry_failed: ask again what ended in an error.
        budget: what may be spent.
        on_outcome: called after each outcome is in the ledger.

    Returns:
        What came of both turns.
    """
    requests = [request for request, _ in firsts]
    send = partial(ask, ledger=ledger, sending=sending, retry_failed=retry_failed, budget=budget, on_outcome=on_outcome)
    asked = [send(requests)]
    seconds = [again for first, parse in firsts if (again := _second_if_needed(first, parse, ledger)) is not None]
    return [*asked, send(seconds)]


def _second_if_needed(first: Request, parse: Parse[Answer], ledger: Ledger) -> Request | None:
    outcome = ledger.get(first.key)
    if outcome is None or not outcome.answered:
        return None
    try:
        parse(outcome.text)
    except (UnparsedError, UnsupportedError) as error:
        return second_request(first, outcome.text, str(error))
    return None


def settled(first: Request, parse: Parse[Answer], ledger: Ledger) -> Settled[Answer] | None:
    """Return what came of a request as the ledger has it, or None if it has not been asked, or not to the end."""
    outcome = ledger.get(first.key)
    if outcome is None:
        return None
    second = _second_if_needed(first, parse, ledger)
    again = ledger.get(second.key) if second else None
    if second and again is None:
        return None
    return settle([outcome, again] if again else [outcome], parse)


def settle(outcomes: Sequence[Outcome], parse: Parse[Answer]) -> Settled[Answer]:
    """Read what came of the turns of one request; the last one counts."""
    last = outcomes[-1]
    all_turns = tuple(outcomes)
    if not last.answered:
        return Settled(VerdictStatus.ERROR, None, f"{last.status}: {last.error}".rstrip(": "), all_turns)
    try:
        return Settled(VerdictStatus.OK, parse(last.text), "", all_turns)
    except UnparsedError as error:
        return Settled(VerdictStatus.UNPARSED, None, str(error), all_turns)
    except UnsupportedError as error:
        return Settled(VerdictStatus.UNSUPPORTED, None, str(error), all_turns)
