import numpy as np
import pytest

from blind_refusal.analysis import NOTHING
from blind_refusal.analysis.twins import TwinMissing, compare_twins, pair_twins
from tests.support.evaluation_rows import Row, defeated, row, unscored
from tests.support.scored_rows import rows_of

NO_MISSING = TwinMissing(defeated_absent=0, defeated_unscored=0, control_unscored=0, both_unscored=0)


def pair(number: int, helps_defeated: bool, helps_control: bool, model: str = "m") -> list[Row]:
    kinds = ["helps" if helps else "deflects" for helps in (helps_defeated, helps_control)]
    return [
        defeated(f"d{number}", kinds[0], model=model),
        row(f"c{number}", response_type=kinds[1], twin_of=f"d{number}", model=model),
    ]


def pairs(only_defeated: int, only_control: int, both: int, neither: int) -> list[Row]:
    outcomes = [(True, False)] * only_defeated + [(False, True)] * only_control
    outcomes += [(True, True)] * both + [(False, False)] * neither
    return [one for number, (first, second) in enumerate(outcomes) for one in pair(number, first, second)]


def test_the_four_outcomes_and_mcnemar() -> None:
    twins = compare_twins(rows_of(*pairs(9, 2, 3, 6)))
    assert twins is not None
    found = twins.overall
    assert (found.pairs, found.twins, found.missing) == (20, 20, NO_MISSING)
    counts = [getattr(found, name).k for name in ("only_defeated", "only_control", "both", "neither")]
    assert counts == [9, 2, 3, 6]
    assert found.difference.estimate == pytest.approx(7 / 20)
    # Of 11 pairs that differ, 9 or more on one side: 2 * (55 + 11 + 1) / 2048.
    assert found.p == pytest.approx(134 / 2048)
    assert found.p_mid == pytest.approx((134 - 55) / 2048)
    assert twins.models[0].model == "m"
    assert twins.models[0].only_defeated == found.only_defeated


def test_models_that_answer_the_same_twins_are_one_cluster() -> None:
    rows = [one for model in "abcdef" for number in range(4) for one in pair(number, number < 3, False, model=model)]
    twins = compare_twins(rows_of(*rows))
    assert twins is not None
    assert (twins.overall.pairs, twins.overall.twins) == (24, 4)
    assert twins.overall.p == pytest.approx(2 / 8)  # three pairs of cases, all the same way
    assert [one.p for one in twins.models] == [pytest.approx(2 / 8)] * 6
    assert twins.overall.difference.low is not None
    assert twins.overall.difference.low < 0.3


def test_what_is_missing_is_counted() -> None:
    rows = [
        *pair(0, True, False),
        row("c1", twin_of="elsewhere"),
        unscored("d2", family="content_defeat"),
        row("c2", twin_of="d2"),
        defeated("d3", "helps"),
        unscored("c3", twin_of="d3"),
        unscored("d4", family="content_defeat"),
        unscored("c4", twin_of="d4"),
        row("c5"),
        defeated("d6", "helps"),
    ]
    twins = compare_twins(rows_of(*rows))
    assert twins is not None
    assert twins.overall.pairs == 1
    assert twins.overall.missing == TwinMissing(
        defeated_absent=1, defeated_unscored=1, control_unscored=1, both_unscored=1
    )


def test_only_missing_partners_give_no_rates() -> None:
    twins = compare_twins(rows_of(row("c1", twin_of="d1"), defeated("d1", "helps", model="n")))
    assert twins is not None
    assert (twins.overall.pairs, twins.overall.difference, twins.overall.both) == (0, NOTHING, NOTHING)
    assert twins.overall.missing.defeated_absent == 1
    assert twins.overall.p is None


def test_without_twins_there_is_nothing_to_compare() -> None:
    assert compare_twins(rows_of(row("c"), defeated("d", "helps"))) is None


@pytest.mark.parametrize("numbered", [True, False], ids=["epochs", "no epochs"])
def test_several_responses_to_a_case_are_paired_in_turn(numbered: bool) -> None:
    rows: list[Row] = []
    for epoch in (1, 2, 3):
        for one in pair(0, epoch > 1, False):
            changes: Row = {"response_id": f"{one['case_id']}/{epoch}"} | ({"epoch": epoch} if numbered else {})
            rows.append(one | changes)
    found = pair_twins(rows_of(*rows))
    assert found.height == 3
    twins = compare_twins(rows_of(*rows))
    assert twins is not None
    assert (twins.overall.pairs, twins.overall.twins, twins.overall.only_defeated.k) == (3, 1, 2)


def test_the_difference_covers_the_true_one() -> None:
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(150):
        level = generator.normal(size=30)
        helps = generator.random((30, 2)) < 1 / (1 + np.exp(-(level[:, None] + np.array([[0.0, -2.0]]))))
        rows = [one for number, (first, second) in enumerate(helps) for one in pair(number, bool(first), bool(second))]
        twins = compare_twins(rows_of(*rows))
        assert twins is not None
        difference = twins.overall.difference
        assert difference.low is not None
        assert difference.high is not None
        covered += difference.low <= 0.5 - 0.15494 <= difference.high  # by quadrature
    assert 0.9 <= covered / 150 <= 1
