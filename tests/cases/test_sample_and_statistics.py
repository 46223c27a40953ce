"""Choosing and counting cases."""

from collections import Counter

import pytest

from blind_refusal.cases import SHIPPED_CASES, count_cases, read_cases, sample_cases
from blind_refusal.errors import UserError
from blind_refusal.taxonomy import load_taxonomy
from tests.conftest import make_case, make_control

CASES = read_cases(SHIPPED_CASES)


def test_one_case_per_cell_covers_the_84_cells() -> None:
    sample = sample_cases(CASES, "per-cell=1", seed=1)
    cells = Counter((case.family, case.authority) for case in sample)
    assert len(cells) == 84
    assert set(cells.values()) == {1}


def test_samples_are_the_same_for_the_same_seed_and_differ_for_others() -> None:
    assert sample_cases(CASES, "40", 1) == sample_cases(CASES, "40", 1)
    assert sample_cases(CASES, "40", 1) != sample_cases(CASES, "40", 2)


@pytest.mark.parametrize(("small", "large"), [("10", "40"), ("per-cell=1", "per-cell=2")])
def test_smaller_sample_is_part_of_the_larger(small: str, large: str) -> None:
    assert set(map(id, sample_cases(CASES, small, 1))) <= set(map(id, sample_cases(CASES, large, 1)))


def test_twins_are_left_out_of_cells() -> None:
    cases = [make_case("con-club-901"), make_control("ctl-1", twin_of="con-club-901")]
    assert [case.id for case in sample_cases(cases, "per-cell=5", 1)] == ["con-club-901"]
    assert len(sample_cases(cases, "all", 1)) == 2


@pytest.mark.parametrize("sample", ["", "0", "-3", "per-cell=0", "per-cell=x", "half", "²"])
def test_other_samples_are_refused(sample: str) -> None:
    with pytest.raises(UserError, match="per-cell=N"):
        sample_cases(CASES, sample, 1)


def test_statistics_count_by_hand() -> None:
    cases = [
        make_case("con-club-901"),
        make_case("con-club-902", subtype="obsolete", dual_use={"flagged": True, "category": "cybersecurity"}),
        make_control("ctl-club-901", dual_use=None),
        make_control("ctl-club-902", twin_of="con-club-901"),
    ]
    statistics = count_cases(cases, load_taxonomy())
    assert (statistics.total, statistics.twins) == (4, 1)
    assert statistics.cells["club"]["content_defeat"] == 2
    assert statistics.cells["club"]["control"] == 1  # the twin comes on top
    assert statistics.cells["family"]["control"] == 0
    assert statistics.subtypes["obsolete"] == 1
    assert statistics.subtypes["control"] == 2
    assert statistics.dimensions["legality"]["private_rule"] == 4
    assert statistics.dual_use == {"none": 1, "cybersecurity": 1}  # controls are not counted
    assert statistics.words == {"060-089": 4}
