"""Drawing a sample of responses to be labelled: stratified, seeded, with known inclusion probabilities."""

import hashlib
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
    floor = {name: min(LEAST_PER_STRATUM, count) for name, count in sizes.items()}
    if sum(floor.values()) > total:
        floor = dict.fromkeys(sizes, 0)
    weigh = {"proportional": float, "equal": lambda _: 1.0, "root": math.sqrt}[allocation]
    weights = {name: weigh(count) for name, count in sizes.items()}
    taken = dict(floor)
    while (left := total - sum(taken.values())) > 0:
        open_strata = [name for name in sizes if taken[name] < sizes[name]]
        scale = sum(weights[name] for name in open_strata)
        # Largest remainders; whoever falls short of its share the most goes first.
        wanted = {name: total * weights[name] / scale - taken[name] for name in open_strata}
        positive = {name: want for name, want in wanted.items() if want > 0} or dict.fromkeys(open_strata, 1.0)
        for name in sorted(positive, key=lambda one: (-positive[one], one)):
            if left <= 0:
                break
            step = min(sizes[name] - taken[name], max(1, int(positive[name])), left)
            taken[name] += step
            left -= step
    return taken
