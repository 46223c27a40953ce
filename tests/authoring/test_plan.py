"""The plan: the same for the same seed, evenly spread, and never at odds with the taxonomy."""

from collections import Counter

import pytest

from blind_refusal.authoring import Slot, chosen_cells, load_vocabulary, plan_slots, target_of
from blind_refusal.cases import SHIPPED_CASES, read_cases
from blind_refusal.errors import UserError
from blind_refusal.taxonomy import load_taxonomy
from tests.conftest import make_case, make_control

TAXONOMY = load_taxonomy()
VOCABULARY = load_vocabulary()
FIVE_EACH = plan_slots(dict.fromkeys(TAXONOMY.cells, 5), seed=1, twins=100)


def test_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    target = dict.fromkeys(TAXONOMY.cells, 1)
    assert plan_slots(target, seed=1) == plan_slots(target, seed=1)
    assert plan_slots(target, seed=1) != plan_slots(target, seed=2)


def test_every_cell_gets_what_it_lacks() -> None:
    assert Counter((slot.family, slot.authority) for slot in FIVE_EACH) == {
        (cell.family, cell.authority): 5 for cell in TAXONOMY.cells
    }
    assert len({slot.id for slot in FIVE_EACH}) == 84 * 5


def test_slots_are_possible() -> None:
    for slot in FIVE_EACH:
        allowed = TAXONOMY.allowed_levels(slot.subtype, slot.authority)
        assert slot.dimensions.keys() == allowed.keys()
        assert all(level in allowed[dimension] for dimension, level in slot.dimensions.items())
        assert not any(pair.items() <= slot.dimensions.items() for pair in VOCABULARY.incompatible)
        assert slot.setting.mechanism in VOCABULARY.mechanisms[slot.dimensions["evasion_type"]]
        assert slot.words == VOCABULARY.length_buckets[slot.setting.length or ""]


def _shares(values: list[str | None]) -> dict[str | None, float]:
    return {value: count / len(values) for value, count in Counter(values).items()}


def test_no_value_drifts() -> None:
    assert max(_shares([slot.setting.mechanism for slot in FIVE_EACH]).values()) <= 0.10
    places = _shares([slot.setting.place for slot in FIVE_EACH])
    assert len(places) >= 40
    assert max(places.values()) <= 0.25
    for dimension in TAXONOMY.dimensions:
        shares = _shares([slot.dimensions[dimension.id] for slot in FIVE_EACH])
        assert shares.keys() == dimension.levels.keys()
        assert max(shares.values()) <= 0.60, dimension.id
    assert min(Counter(slot.subtype for slot in FIVE_EACH).values()) >= 4


def test_existing_cases_count_towards_cells_and_spread() -> None:
    club = {cell: 3 for cell in TAXONOMY.cells if str(cell) == "content_defeat/club"}
    twin = make_control("ctl-t", twin_of="con-club-001")
    slots = plan_slots(club, seed=1, existing=[make_case("con-club-001", subtype="obsolete"), twin])
    assert [slot.id for slot in slots] == ["con-club-002", "con-club-003"]
    assert "obsolete" not in {slot.subtype for slot in slots}


def test_planned_slots_count_like_cases() -> None:
    club = [cell for cell in TAXONOMY.cells if str(cell) == "content_defeat/club"]
    first = plan_slots(dict.fromkeys(club, 2), seed=1)
    more = plan_slots(dict.fromkeys(club, 5), seed=1, existing=first)
    assert [slot.id for slot in more] == ["con-club-003", "con-club-004", "con-club-005"]
    assert len({slot.subtype for slot in [*first, *more]}) == 5


def test_twins_are_controls_of_defeated_slots_spread_over_cells() -> None:
    with_twin = [slot for slot in FIVE_EACH if slot.twin]
    assert len(with_twin) == 100
    assert all(slot.family != "control" for slot in with_twin)
    assert len({(slot.family, slot.authority) for slot in with_twin}) == 69  # every defeated cell
    for slot in with_twin:
        assert slot.twin is not None
        allowed = TAXONOMY.allowed_levels("control", slot.authority)
        assert all(level in allowed[dimension] for dimension, level in slot.twin.dimensions.items())
        kept = [d for d, level in slot.dimensions.items() if level in allowed[d]]
        assert all(slot.twin.dimensions[dimension] == slot.dimensions[dimension] for dimension in kept)


def test_plan_survives_its_file() -> None:
    assert [Slot.model_validate_json(slot.model_dump_json()) for slot in FIVE_EACH] == FIVE_EACH


def test_shipped_cases_keep_to_their_plan() -> None:
    lines = SHIPPED_CASES.with_name("plan.jsonl").read_text(encoding="utf-8").splitlines()
    slots = {slot.id: slot for slot in map(Slot.model_validate_json, lines)}
    twins = {slot.twin.id: slot for slot in slots.values() if slot.twin}
    for case in read_cases(SHIPPED_CASES):
        slot = slots.get(case.id) or twins[case.id]
        assert (case.authority, case.setting) == (slot.authority, slot.setting)


def test_cells_are_chosen_by_pattern() -> None:
    assert [str(cell) for cell in chosen_cells(["control/landlord"], TAXONOMY)] == ["control/landlord"]
    assert len(chosen_cells(["control/*"], TAXONOMY)) == 15
    assert len(chosen_cells(["*/club", "control/*"], TAXONOMY)) == 15 + 3
    assert len(chosen_cells([], TAXONOMY)) == 84


@pytest.mark.parametrize("pattern", ["landlord", "illegitimate_authority/club", "*/moon", ""])
def test_pattern_without_a_cell_is_refused(pattern: str) -> None:
    with pytest.raises(UserError, match="names no populated cell"):
        chosen_cells([pattern], TAXONOMY)


def test_target_like_the_study() -> None:
    target = target_of(TAXONOMY.cells, None)
    assert sum(target.values()) == 1290
    assert {str(cell): count for cell, count in target.items()}["application_defeat/algorithmic_intermediary"] == 53
