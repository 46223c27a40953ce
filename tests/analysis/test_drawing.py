"""Drawing responses to be labelled."""

import polars as pl
import pytest

from blind_refusal.analysis.drawing import Allocation, allocate, draw

STRATA = pl.DataFrame({"response_id": [f"r{n:03d}" for n in range(200)], "stratum": ["a"] * 150 + ["b"] * 50})


@pytest.mark.parametrize(
    ("allocation", "shares"),
    [("proportional", {"a": 30, "b": 10}), ("equal", {"a": 20, "b": 20}), ("root", {"a": 25, "b": 15})],
    ids=["proportional", "equal", "root"],
)
def test_sample_is_shared_out(allocation: Allocation, shares: dict[str, int]) -> None:
    drawn = draw(STRATA, 40, 7, allocation)
    assert dict(drawn.group_by("stratum").len().iter_rows()) == shares


def test_inclusion_probabilities_weigh_the_sample_to_the_whole() -> None:
    drawn = draw(STRATA, 31, 7, "equal")
    assert (1 / drawn["inclusion_probability"]).sum() == pytest.approx(200)


def test_draw_depends_on_the_seed_and_not_on_the_order_of_rows() -> None:
    assert draw(STRATA, 40, 7).equals(draw(STRATA.reverse(), 40, 7))
    assert not draw(STRATA, 40, 7).equals(draw(STRATA, 40, 8))


@pytest.mark.parametrize("allocation", ["proportional", "equal", "root"])
def test_drawing_more_keeps_what_was_drawn(allocation: Allocation) -> None:
    before: set[str] = set()
    for size in range(4, 201):
        drawn = set(draw(STRATA, size, 7, allocation)["response_id"])
        assert len(drawn) == size
        assert before < drawn
        before = drawn


def test_even_shares_are_even_where_one_stratum_is_used_up() -> None:
    assert allocate({"a": 60, "b": 30, "c": 4}, 18, "equal") == {"a": 7, "b": 7, "c": 4}


@pytest.mark.parametrize(
    ("sizes", "size", "shares"),
    [
        pytest.param({"a": 1000, "b": 3, "c": 1}, 100, {"a": 97, "b": 2, "c": 1}, id="at_least_two"),
        pytest.param({"a": 3, "b": 2}, 100, {"a": 3, "b": 2}, id="more_than_there_is"),
        pytest.param({}, 10, {}, id="nothing"),
        pytest.param({"a": 50, "b": 50}, 2, {"a": 1, "b": 1}, id="fewer_than_two_each"),
    ],
)
def test_allocation_at_the_edges(sizes: dict[str, int], size: int, shares: dict[str, int]) -> None:
    assert allocate(sizes, size, "proportional") == shares
