"""Drawing what people label: reproducible, stratified, growing without forgetting, with known probabilities."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import polars as pl
import pytest

from blind_refusal.errors import UserError
from blind_refusal.review import Assignment, Design, LabelStore, Phase, Purpose, draw, draw_for_correction, draw_into


def frame(**strata: int) -> pl.DataFrame:
    """Make a frame with a column `family`, so many items each."""
    rows = [(f"{name}-{number:03d}", name) for name, size in strata.items() for number in range(size)]
    return pl.DataFrame(rows, schema=["item_id", "family"], orient="row")


def design(size: int, **changes: object) -> Design:
    standard: dict[str, object] = {"phase": Phase.VERDICTS, "by": ("family",), "size": size, "seed": 7}
    return Design.model_validate(standard | changes)


def per_stratum(drawn: Sequence[Assignment]) -> dict[str, int]:
    return dict(Counter({one.item_id: one.stratum for one in drawn}.values()))


def items_of(drawn: Sequence[Assignment], rater: str) -> list[str]:
    return [one.item_id for one in drawn if one.rater == rater]


def test_proportional_sample_has_the_shares_of_the_strata_and_says_how_likely_each_item_was() -> None:
    drawn = draw(frame(a=60, b=30, c=10), design(20), ["ana"])
    assert per_stratum(drawn) == {"a": 12, "b": 6, "c": 2}
    assert {one.inclusion_probability for one in drawn} == {0.2}
    assert len(set(items_of(drawn, "ana"))) == 20


def test_equal_sample() -> None:
    drawn = draw(frame(a=60, b=30, c=4), design(12, allocation="equal"), ["ana"])
    assert per_stratum(drawn) == {"a": 4, "b": 4, "c": 4}
    assert {one.stratum: one.inclusion_probability for one in drawn} == {"a": 4 / 60, "b": 4 / 30, "c": 1.0}


def test_same_seed_same_sample_other_seed_other_sample() -> None:
    population = frame(a=50, b=50)
    first = draw(population, design(20), ["ana", "ben"])
    assert draw(population.reverse(), design(20), ["ana", "ben"]) == first
    other = draw(population, design(20, seed=8), ["ana", "ben"])
    assert set(items_of(other, "ana")) != set(items_of(first, "ana"))


def test_every_item_is_as_likely_as_its_probability_says() -> None:
    population = frame(a=8, b=4)
    counts = Counter(one.item_id for seed in range(2000) for one in draw(population, design(6, seed=seed), ["ana"]))
    # Binomial(2000, 1/2): standard deviation 22.4; five of them are 112.
    assert len(counts) == 12
    assert all(abs(count - 1000) < 112 for count in counts.values())


def test_each_rater_has_an_order_of_their_own() -> None:
    drawn = draw(frame(a=30), design(30), ["ana", "ben"])
    hers, his = items_of(drawn, "ana"), items_of(drawn, "ben")
    assert set(hers) == set(his)
    assert hers != his
    assert hers != sorted(hers)
    assert [one.position for one in drawn if one.rater == "ben"] == list(range(30))


@pytest.mark.parametrize(
    ("overlap", "shared", "each"),
    [(1.0, 40, 40), (0.25, 10, 25), (0.3, 12, 26), (0.0, 0, 20)],
    ids=["all", "quarter", "three tenths", "none"],
)
def test_overlap(overlap: float, shared: int, each: int) -> None:
    drawn = draw(frame(a=60, b=20), design(40, overlap=overlap), ["ana", "ben"])
    hers, his = set(items_of(drawn, "ana")), set(items_of(drawn, "ben"))
    assert len(hers & his) == shared
    assert (len(hers), len(his)) == (each, each)
    assert all(one.shared == (one.item_id in hers & his) for one in drawn)


@pytest.mark.parametrize("allocation", ["proportional", "equal", "root"])
@pytest.mark.parametrize("overlap", [0.0, 0.4, 1.0])
def test_drawing_more_keeps_all_that_was_drawn(allocation: str, overlap: float) -> None:
    population = frame(a=61, b=23, c=7, d=2)
    drawn: list[Assignment] = []
    for number, size in enumerate((10, 11, 17, 40, 41, 93, 200), 1):
        more = draw(population, design(size, allocation=allocation, overlap=overlap), ["ana", "ben"], drawn)
        places = {(one.item_id, one.rater): (one.position, one.shared) for one in more}
        assert all(places[one.item_id, one.rater] == (one.position, one.shared) for one in drawn)
        assert {one.draw for one in more} == {number}
        counts = per_stratum(more)
        for one in more:
            assert one.inclusion_probability == counts[one.stratum] / {"a": 61, "b": 23, "c": 7, "d": 2}[one.stratum]
        assert size <= sum(counts.values()) <= size + 3 or sum(counts.values()) == 93
        drawn = more
    assert {one.inclusion_probability for one in drawn} == {1.0}


def test_positions_go_on_where_they_ended() -> None:
    population = frame(a=40)
    first = draw(population, design(10), ["ana"])
    more = draw(population, design(25), ["ana"], first)
    assert items_of(more, "ana")[:10] == items_of(first, "ana")
    assert [one.position for one in more] == list(range(25))


def test_rater_who_comes_later_gets_what_is_shared() -> None:
    population = frame(a=40)
    first = draw(population, design(20, overlap=0.5), ["ana", "ben"])
    more = draw(population, design(20, overlap=0.5), ["ana", "ben", "cem"], first)
    assert set(items_of(more, "cem")) == set(items_of(first, "ana")) & set(items_of(first, "ben"))
    assert [one for one in more if one.rater != "cem"] == [one.model_copy(update={"draw": 2}) for one in first]
    left = draw(population, design(20, overlap=0.5), ["ben"], first)
    assert items_of(left, "ana") == items_of(first, "ana")


def test_items_that_have_come_to_a_stratum_get_their_share() -> None:
    small, large = frame(a=20), frame(a=60)
    first = draw(small, design(10), ["ana"])
    more = draw(large, design(10), ["ana"], first)
    drawn = set(items_of(more, "ana"))
    assert set(items_of(first, "ana")) < drawn
    assert {one.inclusion_probability for one in more} == {len(drawn) / 60}
    assert drawn == set(items_of(draw(large, design(len(drawn)), ["ana"]), "ana"))


def test_missing_value_is_a_stratum_of_its_own() -> None:
    population = pl.DataFrame(
        {"item_id": ["x", "y", "z"], "family": ["a", "a", "a"], "response_type": ["helps", None, None]}
    )
    drawn = draw(population, design(3, by=("family", "response_type")), ["ana"])
    assert {one.item_id: one.stratum for one in drawn} == {"x": "a × helps", "y": "a × (missing)", "z": "a × (missing)"}


MISTAKES = {
    "no such column": (frame(a=5), design(3, by=("colour",)), ["ana"], "there is no colour"),
    "nothing there": (frame(), design(3), ["ana"], "nothing to label"),
    "item twice": (pl.concat([frame(a=2), frame(a=2)]), design(3), ["ana"], "stands twice"),
    "nobody": (frame(a=5), design(3), [], "name each person"),
    "somebody twice": (frame(a=5), design(3), ["ana", "ana"], "name each person"),
    "too many strata": (frame(a=5, b=5, c=5), design(2), ["ana"], "3 strata"),
}


@pytest.mark.parametrize(("population", "wanted", "raters", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes(population: pl.DataFrame, wanted: Design, raters: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        draw(population, wanted, raters)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 8}, "with seed 7, not 8"),
        ({"by": ()}, "with by family, not none"),
        ({"allocation": "equal"}, "proportional, not equal"),
        ({"overlap": 0.5}, "with overlap"),
    ],
    ids=["seed", "strata", "allocation", "overlap"],
)
def test_more_is_drawn_only_in_the_same_way(change: dict[str, object], message: str) -> None:
    population = frame(a=20)
    before = draw(population, design(5), ["ana"])
    with pytest.raises(UserError, match=message):
        draw(population, design(6, **change), ["ana"], before)


def test_items_drawn_before_must_still_be_there() -> None:
    before = draw(frame(a=20), design(20), ["ana"])
    with pytest.raises(UserError, match="is no longer there, nor are 14 others"):
        draw(frame(a=5), design(20), ["ana"], before)


def test_draw_goes_into_the_store_and_again_changes_nothing(store: LabelStore) -> None:
    population = frame(a=30, b=10)
    drawn = draw_into(store, population, design(12), ["ben", "ana"])
    assert (drawn.items, drawn.new) == (12, 24)
    assert [(one.stratum, one.population, one.drawn, one.inclusion_probability) for one in drawn.strata] == [
        ("a", 30, 9, 0.3),
        ("b", 10, 3, 0.3),
    ]
    assert store.assignments("ana", Phase.VERDICTS) == [one for one in drawn.assignments if one.rater == "ana"]
    assert draw_into(store, population, design(12), ["ben", "ana"]).new == 0
    assert draw_into(store, population, design(4), ["ben", "ana"]).assignments == drawn.assignments
    assert store.all_assignments(Phase.VERDICTS) == drawn.assignments
    assert store.assignments("ana", Phase.CASES) == []
    more = draw_into(store, population, design(20), ["ben", "ana"])
    assert (more.items, more.new) == (20, 16)
    assert {one.inclusion_probability for one in store.assignments("ben", Phase.VERDICTS)} == {0.5}


def test_lead_is_no_rater(store: LabelStore) -> None:
    store.add_rater("lena", "lead")
    with pytest.raises(UserError, match="is a lead here"):
        draw_into(store, frame(a=5), design(5), ["lena"])
    assert store.all_assignments(Phase.VERDICTS) == []


def test_correction_is_a_sample_of_its_own_that_reuses_what_it_can(store: LabelStore) -> None:
    population = frame(a=60, b=60).with_columns(response_type=pl.lit("helps"))
    draw_into(store, population, design(20), ["ana"])
    correction = draw_for_correction(store, population, ["ana"], size=40, seed=7)
    assert {one.design.purpose for one in correction.assignments} == {Purpose.CORRECTION}
    review = {one.item_id for one in store.assignments("ana", Phase.VERDICTS, Purpose.REVIEW)}
    assert review < {one.item_id for one in correction.assignments}
    everything = store.assignments("ana", Phase.VERDICTS)
    assert len(everything) == len({one.item_id for one in everything}) == 40
    assert {one.inclusion_probability for one in store.all_assignments(Phase.VERDICTS, Purpose.CORRECTION)} == {1 / 3}


def test_samples_grow_together() -> None:
    population = frame(a=50, b=31)
    sizes = [set(items_of(draw(population, design(size), ["ana"]), "ana")) for size in range(4, 81, 7)]
    assert all(len(small - large) <= 1 for small, large in pairwise(sizes))
