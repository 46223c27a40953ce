"""Drawing a sample of responses to be labelled: stratified, seeded, with known inclusion probabilities."""

import hashlib
import heapq
import math
from collections.abc import Mapping
from typing import Literal

import polars as pl

Allocation = Literal["proportional", "equal", "root"]
"""How a sample is shared out over strata: by their sizes, evenly, or by the square roots of their sizes."""

DRAWN_SCHEMA = {"response_id": pl.String, "stratum": pl.String, "inclusion_probability": pl.Float64}

LEAST_PER_STRATUM = 2
"""A stratum shows its own variance only from two on."""


def draw(strata: pl.DataFrame, size: int, seed: int, allocation: Allocation = "proportional") -> pl.DataFrame:
    """Draw responses.

    The order in which a stratum gives its responses up depends on the seed alone: who draws more later keeps what was
    drawn before (permanent random numbers; Ohlsson 1995).

    Args:
        strata: table with `response_id` and `stratum`, one row per response that could be drawn.
        size: how many to draw; all, if there are no more.
        seed: of the draw.
        allocation: how the sample is shared out.

    Returns:
        A table of `DRAWN_SCHEMA`: what was drawn, in the order of the ids.
    """
    sizes = dict(strata.group_by("stratum").len().sort("stratum").iter_rows())
    shares = allocate(sizes, size, allocation)
    rows = []
    for (stratum,), group in strata.partition_by("stratum", as_dict=True).items():
        ids = sorted(group["response_id"].to_list(), key=lambda one: _number(seed, one))
        share = shares[stratum]
        rows += [(response_id, stratum, share / len(ids)) for response_id in ids[:share]]
    return pl.DataFrame(rows, schema=DRAWN_SCHEMA, orient="row").sort("response_id")


def _number(seed: int, response_id: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{response_id}".encode()).digest()


def allocate(sizes: Mapping[str, int], size: int, allocation: Allocation) -> dict[str, int]:
    """Share a sample out over strata; none gets more than it has, and each at least two if the sample is large enough.

    Args:
        sizes: how many responses each stratum has.
        size: of the sample.
        allocation: how to share out.
    """
    total = min(size, sum(sizes.values()))
    weigh = {"proportional": float, "equal": lambda _: 1.0, "root": math.sqrt}[allocation]
    floor = {name: min(LEAST_PER_STRATUM, count) for name, count in sizes.items()}
    taken = floor if sum(floor.values()) <= total else dict.fromkeys(sizes, 0)
    # Sainte-Laguë's divisors: whoever is furthest below its share is next, and a larger sample takes nothing away.
    queue = [(-weigh(sizes[name]) / (2 * count + 1), name) for name, count in taken.items() if count < sizes[name]]
    heapq.heapify(queue)
    for _ in range(total - sum(taken.values())):
        _, name = heapq.heappop(queue)
        taken[name] += 1
        if taken[name] < sizes[name]:
            heapq.heappush(queue, (-weigh(sizes[name]) / (2 * taken[name] + 1), name))
    return taken
