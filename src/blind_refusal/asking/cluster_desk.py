"""The desk of a cluster: an actor beside the ledger that takes the workers' outcomes in, and holds the money."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blind_refusal.asking.budget import Budget, dearest, price_of
from blind_refusal.asking.outcomes import Outcome
from blind_refusal.asking.requests import Request

if TYPE_CHECKING:
    from ray.actor import ActorHandle

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class News:
    """What the desk hands over."""

    outcomes: list[bytes]
    """New ones, pickled."""
    refused_keys: dict[str, str]
    budget_spent: bool


class Desk:
    """Where the workers' outcomes come in, on the ledger's node: knows what has its outcome, and holds the money."""

    def __init__(self, limit: float | None, spent: float) -> None:
        self._budget = None if limit is None else Budget(limit, spent)
        self._known: set[str] = set()
        self._waiting: list[bytes] = []
        self._refused: dict[str, str] = {}
        self._budget_spent = False
        self._came = asyncio.Event()
        self._stopping = False

    async def stop(self) -> None:
        """Let nothing further be sent: workers bring in what is under way and find all other requests done."""
        self._stopping = True

    async def look_up(self, keys: list[str]) -> tuple[set[str], dict[str, str]]:
        """Return which of the keys have an outcome, and the models whose key was refused."""
        return set(keys) if self._stopping else self._known.intersection(keys), dict(self._refused)

    async def deliver(self, key: str, outcome: bytes) -> bool:
        """Take an outcome in, and say whether to go on; an outcome that is there already is left as it is."""
        if key not in self._known:
            self._known.add(key)
            self._waiting.append(outcome)
            self._came.set()
        return not self._stopping

    async def put_by(self, key: str, most: float) -> bool:
        """Put money by for a call; False if there is not enough."""
        return self._budget is None or await self._budget.put_by(key, most)

    async def pay(self, key: str, cost: float) -> None:
        """Count what a call cost."""
        if self._budget is not None:
            await self._budget.pay(key, cost)

    async def note(self, refused: dict[str, str], budget_spent: bool) -> None:
        """Note why a worker left requests unsent."""
        self._refused.update(refused)
        self._budget_spent = self._budget_spent or budget_spent

    async def take(self) -> News:
        """Wait a moment for outcomes, and hand over what is new."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), _LOOK_SECONDS)
        self._came.clear()
        taken, self._waiting = self._waiting, []
        return News(taken, dict(self._refused), self._budget_spent)


def open_desk(budget: Budget | None) -> "ActorHandle[Any]":
    """Open a desk on the node of this process, holding what is left of the budget."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    remote: Any = ray.remote(Desk)
    desk: ActorHandle[Any] = remote.options(num_cpus=0, max_concurrency=10_000, scheduling_strategy=here).remote(
        budget.limit if budget else None, budget.spent if budget else 0.0
    )
    return desk


class RemotePurse:
    """The money at the desk, as a worker reaches it."""

    def __init__(self, desk: "ActorHandle[Any]") -> None:
        self._desk = desk

    async def reserve(self, request: Request) -> bool:
        """Put by what a call may cost."""
        return bool(await self._desk.put_by.remote(request.key, dearest(request)))

    async def settle(self, request: Request, outcome: Outcome | None) -> None:
        """Count what it cost."""
        await self._desk.pay.remote(request.key, price_of(request, outcome))
