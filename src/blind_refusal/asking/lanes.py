"""One lane: the requests of one model configuration, as many under way at once as it has connections."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from blind_refusal.asking.calling import KeyRefusedError, call
from blind_refusal.asking.outcomes import Outcome, Status
from blind_refusal.asking.requests import Request

if TYPE_CHECKING:
    from inspect_ai.model import Model


@dataclass
class Asked:
    """What came of asking."""

    statuses: Counter[Status] = field(default_factory=Counter)
    """Outcomes of this run only, by status."""
    refused_keys: dict[str, str] = field(default_factory=dict)
    """Model label → why its provider does not accept the key. Its remaining requests were not sent."""
    not_sent: Counter[str] = field(default_factory=Counter)
    """Model label → how many requests were left unsent, for that reason or because the budget is spent."""
    budget_spent: bool = False
    """Whether requests were left unsent because they could have cost more than may be spent."""


class Purse(Protocol):
    """Where the money for calls comes from."""

    async def reserve(self, request: Request) -> bool:
        """Put by what a call may cost; False if there is not enough, and then the call must not be sent."""

    async def settle(self, request: Request, outcome: Outcome | None) -> None:
        """Replace what was put by for a call by what it cost."""


async def run_lane(
    model: "Model",
    lane: Sequence[Request],
    connections: int,
    record: Callable[[Outcome], None],
    asked: Asked,
    purse: Purse | None,
) -> None:
    """Send the requests of one model configuration.

    Args:
        model: the opened model.
        lane: its requests.
        connections: how many may be under way at once.
        record: takes every outcome as it comes.
        asked: where a refused key, a spent budget and what was left unsent are noted.
        purse: where the money comes from; None if it does not matter.
    """
    remaining: Iterator[Request] = iter(lane)
    left = len(lane)

    async def work() -> None:
        nonlocal left
        for request in remaining:  # shared by the workers of the lane: each takes the next
            if request.model.label in asked.refused_keys:
                return
            if purse and not await purse.reserve(request):
                asked.budget_spent = True
                return
            outcome: Outcome | None = None
            try:
                outcome = await call(model, request)
            except KeyRefusedError as error:
                asked.refused_keys[request.model.label] = str(error)
                return
            finally:
                if purse:
                    await purse.settle(request, outcome)
            left -= 1
            record(outcome)

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(connections, len(lane))):
            workers.create_task(work())
    if left:
        asked.not_sent[lane[0].model.label] = left
