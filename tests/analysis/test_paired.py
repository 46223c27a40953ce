import numpy as np
import pytest
from numpy.typing import NDArray

from blind_refusal.analysis import CaseSums, paired_difference, wilson
from blind_refusal.analysis.paired import Contrast, holm, wald_p


def column(values: NDArray[np.bool_], cases: NDArray[np.int64] | None = None) -> CaseSums:
    return CaseSums.of(values.reshape(-1, 1), np.arange(values.size) if cases is None else cases)


def pairs(both: int, first_only: int, second_only: int, neither: int) -> tuple[CaseSums, CaseSums]:
    first = [True] * (both + first_only) + [False] * (second_only + neither)
    second = [True] * both + [False] * first_only + [True] * second_only + [False] * neither
    return column(np.array(first)), column(np.array(second))


def test_one_response_a_case_gives_newcombes_interval() -> None:
    # 20, 12, 2, 16: rates 32/50 and 22/50; phi = (320 - 24 - 25) / sqrt(32 * 18 * 22 * 28) = 271 / 595.67 = 0.45495.
    found = paired_difference(*pairs(20, 12, 2, 16))
    (p_low, p_high), (q_low, q_high) = wilson(0.64, 50), wilson(0.44, 50)
    below, above, phi = (0.64 - p_low, q_high - 0.44), (p_high - 0.64, 0.44 - q_low), 0.45495
    low = 0.2 - np.sqrt(below[0] ** 2 - 2 * phi * below[0] * below[1] + below[1] ** 2)
    high = 0.2 + np.sqrt(above[0] ** 2 - 2 * phi * above[0] * above[1] + above[1] ** 2)
    assert found.estimate == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)
    assert (found.low, found.high) == pytest.approx((0.0562, 0.3292), abs=5e-5)


def test_a_negative_correlation_is_not_shrunk() -> None:
    # 36, 12, 2, 0: phi = (0 - 24) / sqrt(48 * 2 * 38 * 12) = -0.1147.
    found = paired_difference(*pairs(36, 12, 2, 0))
    assert (found.low, found.high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize(
    "counts", [(20, 0, 0, 20), (40, 0, 0, 0), (1, 0, 0, 0)], ids=["mixed", "all alike", "one case"]
)
def test_groups_that_agree_throughout_are_not_equal_beyond_doubt(counts: tuple[int, int, int, int]) -> None:
    found = paired_difference(*pairs(*counts))
    assert found.estimate == 0
    assert found.low is not None
    assert found.low < -0.02


def test_a_difference_of_agreeing_responses_counts_cases() -> None:
    once = paired_difference(*pairs(5, 10, 3, 22))
    first, second = (np.repeat(sums.hits[:, 0] > 0, 6) for sums in pairs(5, 10, 3, 22))
    cases = np.repeat(np.arange(40), 6)
    often = paired_difference(column(first, cases), column(second, cases))
    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=0.02)


@pytest.mark.parametrize(
    ("cases", "models", "shift"),
    [(20, 1, 1.0), (40, 6, 0.7), (100, 1, 0.0)],
    ids=["few", "many models", "no difference"],
)
def test_intervals_cover_the_true_difference(cases: int, models: int, shift: float) -> None:
    generator = np.random.default_rng(8)
    nodes, weights = np.polynomial.hermite_e.hermegauss(50)
    true_rates = [weights @ (1 / (1 + np.exp(-(level + 1.5 * nodes)))) / weights.sum() for level in (shift - 1, -1)]
    truth, covered = true_rates[0] - true_rates[1], 0
    for _ in range(400):
        level = generator.normal(size=(cases, 1)) * 1.5 - 1
        first, second = (generator.random((cases, models)) < 1 / (1 + np.exp(-(level + step))) for step in (shift, 0))
        ids = np.repeat(np.arange(cases), models)
        found = paired_difference(column(first, ids), column(second, ids))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.985


def test_holm() -> None:
    assert holm([0.01, 0.04, None, 0.03, 0.5]) == pytest.approx([0.04, 0.09, None, 0.09, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([None]) == [None]


def test_wald() -> None:
    assert wald_p(2.0, 1.0, 10) == pytest.approx(0.07339, abs=1e-5)  # t = 2 with 10 degrees of freedom
    assert wald_p(2.0, 0.0, 10) is None
    assert wald_p(2.0, 1.0, 0) is None


def test_a_change_of_discrimination_may_be_as_large_as_two() -> None:
    yes, no = np.ones(4, dtype=np.bool_), np.zeros(4, dtype=np.bool_)
    names = ("helps_rate_defeated", "helps_rate_control")
    strata = [0, 0, 1, 1]
    defeated, control = np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, 1])
    ends = []
    for one in (no, yes):
        sums = CaseSums.of(one.reshape(-1, 1), range(4), strata)
        other = CaseSums.of((~one).reshape(-1, 1), range(4), strata)
        masked = [
            CaseSums(side.hits * rows[:, None], rows, side.strata)
            for side, rows in ((sums, defeated), (other, control))
        ]
        ends.append(dict(zip(names, masked, strict=True)))
    found = Contrast.of("discrimination", ends[0], ends[1])
    assert (found.first.estimate, found.second.estimate, found.change.estimate) == (-1, 1, 2)
    assert found.p == pytest.approx(2 / 16)  # four cases that all changed: 2 of the 16 patterns of signs
