import numpy as np
import pytest

from blind_refusal.analysis.comparison import COMPARED, Comparisons, ModelDifference, compare_models
from tests.support.evaluation_rows import Row, defeated, row
from tests.support.scored_rows import scored_rows, simulated


def study(helps: dict[str, str], controls: str = "0000") -> list[Row]:
    """Return rows from strings of zeros and ones: which defeated cases each model helps with, and which controls."""
    rows: list[Row] = []
    for model, pattern in helps.items():
        kinds = {"1": "helps", "0": "deflects"}
        rows += [defeated(f"d{place}", kinds[mark], model=model) for place, mark in enumerate(pattern)]
        rows += [row(f"c{place}", response_type=kinds[mark], model=model) for place, mark in enumerate(controls)]
    return rows


def compared(*rows: Row) -> Comparisons:
    found = compare_models(scored_rows(*rows), replicates=500)
    assert found is not None
    return found


def difference(found: Comparisons, rate: str, first: str = "m", second: str = "n") -> ModelDifference:
    return next(one for one in found.differences if (one.rate, one.first, one.second) == (rate, first, second))


def test_differences_are_paired_by_case() -> None:
    found = compared(*study({"m": "1111110000", "n": "1000010000"}))
    helps = difference(found, "helps_rate_defeated")
    assert helps.difference.estimate == pytest.approx(-0.4)
    assert helps.p == pytest.approx(2 / 16)  # four cases differ, all the same way
    assert helps.cases == 10
    gap = difference(found, "discrimination")
    assert gap.difference.estimate == pytest.approx(-0.4)
    assert gap.p == pytest.approx(2 / 16)  # controls are answered alike
    assert gap.cases == 14


def test_only_cases_that_both_answered_count() -> None:
    rows = study({"m": "111100", "n": "1000"})
    helps = difference(compared(*rows), "helps_rate_defeated")
    assert helps.cases == 4
    assert helps.difference.estimate == pytest.approx(-0.75)


def test_p_values_are_adjusted_for_all_pairs_by_the_same_rate() -> None:
    found = compared(*study({"m": "1" * 12, "n": "0" * 12, "o": "0" * 12}))
    helps = [one for one in found.differences if one.rate == "helps_rate_defeated"]
    raw = 2 / 2**12
    assert [(one.first, one.second, one.p, one.p_holm) for one in helps] == [
        ("m", "n", pytest.approx(raw), pytest.approx(2 * raw)),
        ("m", "o", pytest.approx(raw), pytest.approx(2 * raw)),
        ("n", "o", None, None),
    ]


def test_more_responses_of_one_model_to_a_case_are_tested_by_their_variance() -> None:
    rows = study({"m": "11110000", "n": "10100000"})
    rows += [one | {"response_id": f"{one['response_id']}/2"} for one in rows if one["model"] == "m"]
    helps = difference(compared(*rows), "helps_rate_defeated")
    assert helps.difference.estimate == pytest.approx(-0.25)
    # Influences: two cases -1/8 apart from the mean -1/4 each ... variance 8/7 * (2 * 0.75**2 + 6 * 0.25**2) / 64.
    assert helps.p == pytest.approx(2 * _t_tail(0.25 / np.sqrt(8 / 7 * 1.5 / 64), 7), rel=1e-6)


def _t_tail(value: float, freedom: int) -> float:
    from scipy.stats import t

    return float(t.sf(value, freedom))


def test_ranks_leave_room_for_what_cannot_be_told_apart() -> None:
    found = compared(*study({"a": "1" * 38 + "00", "b": "1" * 36 + "0000", "z": "0" * 40}))
    ranks = {one.model: (one.rank, one.low, one.high) for one in found.ranks if one.rate == "helps_rate_defeated"}
    assert ranks == {"a": (1, 1, 2), "b": (2, 1, 2), "z": (3, 3, 3)}


def test_equal_models_share_a_rank() -> None:
    found = compared(*study({"a": "1100", "b": "1100", "c": "1100"}))
    ranks = [(one.rank, one.low, one.high) for one in found.ranks if one.rate == "discrimination"]
    assert ranks == [(1, 1, 3)] * 3


def test_one_model_has_none_to_compare_with() -> None:
    assert compare_models(scored_rows(*study({"m": "10"}))) is None


def test_a_model_without_responses_to_a_group_is_left_out_of_its_ranks() -> None:
    rows = [*study({"m": "1100", "n": "1000"}), defeated("d0", "helps", model="o")]
    found = compared(*rows)
    assert {one.model for one in found.ranks if one.rate == "discrimination"} == {"m", "n"}
    assert difference(found, "discrimination", "m", "o").difference.estimate is None
    assert difference(found, "discrimination", "m", "o").p is None


def test_no_common_case_means_no_difference() -> None:
    rows = [defeated("d0", "helps"), defeated("d1", "deflects", model="n")]
    helps = difference(compared(*rows), "helps_rate_defeated")
    assert (helps.difference.estimate, helps.p, helps.cases) == (None, None, 0)


def test_equal_models_are_seldom_told_apart() -> None:
    """Of studies in which all models are alike, at most about 5% find a difference, and 95% leave each rank open."""
    false_finds, open_ranks, ranks = 0, 0, 0
    for seed in range(100):
        found = compare_models(simulated(seed, defeated=40, control=16, models=(0.0,) * 4), replicates=300)
        assert found is not None
        for rate in COMPARED[:2]:
            pairs = [one for one in found.differences if one.rate == rate]
            false_finds += any(one.p_holm is not None and one.p_holm < 0.05 for one in pairs)
        of_rate = [one for one in found.ranks if one.rate == "helps_rate_defeated"]
        open_ranks += sum((one.low, one.high) == (1, 4) for one in of_rate)
        ranks += len(of_rate)
    assert false_finds / 200 <= 0.08
    assert open_ranks / ranks >= 0.9
