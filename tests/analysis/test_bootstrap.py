import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from blind_refusal.analysis import NOTHING, CaseSums, rate_by_bootstrap
from blind_refusal.analysis.bootstrap import Collapsed, bootstrap, percentiles, replicate, statistic_with_interval

Floats = NDArray[np.float64]


def sums_of(values: list[float], strata: list[int] | None = None) -> tuple[Floats, NDArray[np.int64]]:
    return np.array(values, dtype=np.float64)[:, None], np.array(strata or [0] * len(values), dtype=np.int64)


def plain(values: Floats, cases: NDArray[np.int64]) -> CaseSums:
    return CaseSums.of(values[:, None], cases)


def test_cases_with_the_same_sums_are_put_together_within_a_stratum() -> None:
    collapsed = Collapsed.of(*sums_of([1, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 1]))
    assert collapsed.sums[:, 0].tolist() == [0, 1, 0, 1]
    assert collapsed.counts.tolist() == [1, 2, 1, 2]
    assert collapsed.strata.tolist() == [0, 0, 1, 1]
    assert collapsed.total().tolist() == [4]


def test_the_spread_of_a_sum_is_the_unbiased_one() -> None:
    # Strata 1, 1, 0 and 2, 5: variance of the total = 3 * 1/3 + 2 * 4.5 = 10; its mean is 9.
    values, strata = sums_of([1, 1, 0, 2, 5], [0, 0, 0, 1, 1])
    totals = bootstrap(lambda drawn: drawn, values, strata, 100_000, 7)[:, 0]
    assert totals.mean() == pytest.approx(9, abs=0.05)
    assert totals.var() == pytest.approx(10, abs=0.15)


def test_collapsing_changes_nothing_but_the_work() -> None:
    """Cases that differ in a column that plays no part are not collapsed; the distribution must be the same."""
    generator = np.random.default_rng(1)
    values = (generator.random(60) < 0.3).astype(np.float64)
    strata = np.arange(60) % 3
    apart = np.column_stack([values, np.arange(60.0)])
    ends = [
        percentiles(bootstrap(lambda drawn: drawn[:, :1] / 60, sums, strata, 20_000, 3))
        for sums in (values[:, None], apart)
    ]
    assert ends[0][0] == pytest.approx(ends[1][0], abs=0.02)
    assert ends[0][1] == pytest.approx(ends[1][1], abs=0.02)


def test_the_seed_settles_everything_and_another_seed_does_not() -> None:
    values, strata = sums_of([0, 1, 1, 0, 1, 0, 0, 1])
    first, again, other = (np.concatenate(list(replicate(values, strata, 500, seed))) for seed in (11, 11, 12))
    assert (first == again).all()
    assert (first != other).any()


def test_a_family_of_one_case_joins_another() -> None:
    # On its own it would count once in every replicate and add no variance.
    values, strata = sums_of([0, 1, 0, 1, 5], [0, 0, 0, 0, 1])
    drawn = np.concatenate(list(replicate(values, strata, 2000, 1)))[:, 0]
    assert drawn.min() < 5


@pytest.mark.parametrize(
    ("values", "cases"),
    [
        pytest.param([0.0], [1], id="one row"),
        pytest.param([1.0, 1.0, 1.0], [1, 1, 1], id="one case"),
        pytest.param([0.0] * 12, list(range(12)), id="all equal"),
        pytest.param([1.0] * 12, list(range(12)), id="all equal and true"),
    ],
)
def test_rates_that_show_no_variance_get_no_false_certainty(values: list[float], cases: list[int]) -> None:
    found = rate_by_bootstrap(plain(np.array(values), np.array(cases)))
    assert found.estimate == values[0]
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low > 0.15


def test_nothing_has_no_rate() -> None:
    assert rate_by_bootstrap(plain(np.zeros(0), np.zeros(0, dtype=np.int64))) == NOTHING


def test_intervals_are_those_of_the_closed_form_where_it_is_good() -> None:
    generator = np.random.default_rng(3)
    sums = plain((generator.random(900) < 0.4).astype(np.float64), np.repeat(np.arange(300), 3))
    closed, resampled = sums.rates()[0], rate_by_bootstrap(sums)
    assert resampled.estimate == closed.estimate
    assert (resampled.low, resampled.high) == pytest.approx((closed.low, closed.high), abs=0.005)


def test_replicates_without_a_value_are_left_out_unless_they_are_many() -> None:
    values = np.arange(100.0)
    values[:20] = np.nan
    assert statistic_with_interval(50, values, 9).low == pytest.approx(np.percentile(values[20:], 2.5))
    values[:40] = np.nan
    found = statistic_with_interval(50, values, 9)
    assert (found.estimate, found.n) == (None, 9)
    assert found.note


def test_memory_does_not_grow_with_the_replicates() -> None:
    generator = np.random.default_rng(4)
    sums = generator.integers(0, 1000, (3000, 4)).astype(np.float64)
    strata = np.arange(3000) % 5
    peaks = []
    for replicates in (2000, 8000):
        tracemalloc.start()
        for _ in replicate(sums, strata, replicates, 1):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


@pytest.mark.parametrize(("cases", "models", "true_rate"), [(15, 1, 0.5), (60, 3, 0.3), (100, 3, 0.1)])
def test_intervals_cover_the_true_rate(cases: int, models: int, true_rate: float) -> None:
    generator = np.random.default_rng(20260406)
    within_case = 0.3
    strength = (1 - within_case) / within_case
    covered = 0
    for study in range(300):
        rates = generator.beta(true_rate * strength, (1 - true_rate) * strength, size=cases)
        answers = (generator.random((cases, models)) < rates[:, None]).astype(np.float64)
        found = rate_by_bootstrap(plain(answers.ravel(), np.repeat(np.arange(cases), models)), 1000, study)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= true_rate <= found.high
    assert 0.91 <= covered / 300 <= 0.985
