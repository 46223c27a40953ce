"""Spending no more than one may: a call is sent only if even its dearest outcome can be paid."""

import asyncio
from dataclasses import dataclass, field

from blind_refusal.asking.outcomes import Outcome
from blind_refusal.asking.prices import Prices
from blind_refusal.asking.requests import Request

_CHARACTERS_PER_TOKEN = 2.5
"""Fewer than English prose has, so that what is put by for a prompt is rather too much."""

_TOKENS_PER_MESSAGE = 10
"""Of what providers put around a message."""


@dataclass
class Budget:
    """Money that may be spent on calls. One object serves all lanes of one run."""

    limit: float
    """Dollars, those spent before included."""
    spent: float = 0.0
    _reserved: dict[str, float] = field(default_factory=dict, repr=False)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, repr=False)

    async def reserve(self, request: Request) -> bool:
        """Put by what a call may cost at most; wait for calls under way if only their money is missing.

        Returns:
            False if the money does not suffice; then the call must not be sent.
        """
        return await self.put_by(request.key, dearest(request))

    async def settle(self, request: Request, outcome: Outcome | None) -> None:
        """Replace what was put by for a call by what it cost; nothing if it has no outcome."""
        await self.pay(request.key, price_of(request, outcome))

    async def put_by(self, key: str, most: float) -> bool:
        """Put money by under a request's key, as `reserve` does.

        What lay under the same key is replaced: the call it was for came to nothing, and its request is sent again.
        """
        async with self._changed:
            self._reserved.pop(key, None)
            while self.spent + sum(self._reserved.values()) + most > self.limit:
                if not self._reserved or self.spent + most > self.limit:
                    return False
                await self._changed.wait()
            self._reserved[key] = most
            return True

    async def pay(self, key: str, cost: float) -> None:
        """Take out what was put by under a key, and count what the call cost."""
        async with self._changed:
            self._reserved.pop(key, None)
            self.spent += cost
            self._changed.notify_all()


def price_of(request: Request, outcome: Outcome | None) -> float:
    """Return what a call has cost, in dollars; nothing without an outcome or without known prices."""
    prices = request.model.prices
    return 0.0 if outcome is None or prices is None else prices.of(outcome)


def dearest(request: Request) -> float:
    """Return what a call may cost at most: no caching, and as much output as its limit allows."""
    prices: Prices | None = request.model.prices
    if prices is None:
        return 0.0
    texts = [message.text for message in request.messages]
    tokens = sum(len(text) / _CHARACTERS_PER_TOKEN + _TOKENS_PER_MESSAGE for text in texts)
    return prices.cost(int(tokens) + 1, 0, int(request.model.generate.get("max_tokens", 0)))
