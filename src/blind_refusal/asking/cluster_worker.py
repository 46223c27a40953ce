"""A worker of a cluster: makes the calls of one model configuration on some node."""

import asyncio
import math
import pickle
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from blind_refusal.asking.calling import Sending, open_model
from blind_refusal.asking.cluster_desk import RemotePurse
from blind_refusal.asking.lanes import Asked, run_lane
from blind_refusal.asking.outcomes import Outcome
from blind_refusal.asking.requests import ModelConfiguration, Request

if TYPE_CHECKING:
    from ray.actor import ActorHandle


class Worker:
    """Makes the calls of one model configuration on some node; Ray Data keeps several of them."""

    def __init__(
        self,
        desk: "ActorHandle[Any]",
        configuration: ModelConfiguration,
        sending: Sending,
        workers: int,
        with_budget: bool,
    ) -> None:
        self._desk = desk
        self._model = open_model(configuration, sending)
        connections = sending.connections(configuration) or self._model.api.max_connections()
        self._connections = max(1, math.ceil(connections / workers))
        self._purse = RemotePurse(desk) if with_budget else None

    async def __call__(self, block: dict[str, Any]) -> AsyncIterator[dict[str, list[int]]]:
        """Send the requests of a block; yields how many outcomes there are, as the outcomes have gone to the desk."""
        requests: list[Request] = [pickle.loads(one) for one in block["request"]]  # noqa: S301 - our own, from our driver
        known, refused = await self._desk.look_up.remote([request.key for request in requests])
        lane = [request for request in requests if request.key not in known]
        stopped: dict[str, str] = {}  # read by the lane before each request, like a refused key
        asked = Asked(refused_keys=refused)
        deliveries: list[asyncio.Task[None]] = []

        async def hand_in(outcome: Outcome) -> None:
            if not await self._desk.deliver.remote(outcome.key, pickle.dumps(outcome)):
                stopped[outcome.model] = asked.refused_keys.setdefault(outcome.model, "stopped")

        def deliver(outcome: Outcome) -> None:
            deliveries.append(asyncio.create_task(hand_in(outcome)))

        await run_lane(self._model, lane, self._connections, deliver, asked, self._purse)
        await asyncio.gather(*deliveries)
        if not stopped:
            await self._desk.note.remote(asked.refused_keys, asked.budget_spent)
        yield {"outcomes": [len(deliveries)]}
