import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from blind_refusal.analysis import NOTHING, Estimate, difference, rate, wilson


def independent(k: int, n: int) -> Estimate:
    """Return the rate of n cases with one row each, of which k have the property."""
    return rate([True] * k + [False] * (n - k), list(range(n)))


def bits(text: str) -> list[bool]:
    return [letter == "1" for letter in text]


# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
PUBLISHED_RATES = [
    pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263"),
    pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148"),
    pytest.param(0, 20, 0.0000, 0.1611, id="0 of 20"),
    pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29"),
]

# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10.
PUBLISHED_DIFFERENCES = [
    pytest.param((56, 70), (48, 80), 0.0524, 0.3339, id="56/70 - 48/80"),
    pytest.param((9, 10), (3, 10), 0.1705, 0.8090, id="9/10 - 3/10"),
    pytest.param((5, 56), (0, 29), -0.0381, 0.1926, id="5/56 - 0/29"),
    pytest.param((0, 10), (0, 20), -0.1611, 0.2775, id="0/10 - 0/20"),
    pytest.param((10, 10), (0, 10), 0.6075, 1.0000, id="10/10 - 0/10"),
]


@pytest.mark.parametrize(("k", "n", "low", "high"), PUBLISHED_RATES)
def test_wilson_gives_the_published_limits(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k / n, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("k", "n", "low", "high"), PUBLISHED_RATES)
def test_one_row_a_case_is_the_textbook_interval(k: int, n: int, low: float, high: float) -> None:
    found = independent(k, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert (found.n, found.k, found.estimate) == (n, k, k / n)


@pytest.mark.parametrize(("first", "second", "low", "high"), PUBLISHED_DIFFERENCES)
def test_differences_have_the_published_limits(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(independent(*first), independent(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    assert found.estimate == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (found.n, found.k) == (first[1] + second[1], first[0] + second[0])


def test_cases_are_clusters() -> None:
    # Four cases of two rows: 11, 00, 10, 00. Rate 3/8. Residuals per case 1.25, -0.75, 0.25, -0.75; their squares sum
    # to 2.75, so the variance is 4/3 * 2.75 / 64 = 0.0572917. Eight independent rows: 0.375 * 0.625 / 7 = 0.0334821.
    # Effective size 8 * 0.0334821 / 0.0572917 = 4.67532; times (t7/t3)^2 = (2.364624/3.182446)^2 = 0.552082: 2.58116.
    found = rate(bits("11001000"), [1, 1, 2, 2, 3, 3, 4, 4])
    assert (found.low, found.high) == pytest.approx(wilson(0.375, 2.58116), abs=1e-5)
    assert (found.low, found.high) == pytest.approx((0.06796, 0.83157), abs=1e-4)


def test_differences_between_strata_do_not_widen_the_interval() -> None:
    # Rows 1, 1 | 0, 1. Rate 3/4. The first stratum varies not at all; in the second the residuals -0.75 and 0.25 vary
    # by 2 * 0.5 = 1, so the variance is 1/16, the same as that of four independent rows: 0.1875/3 = 1/16. Effective
    # size 4 times (t3/t2)^2 = (3.182446/4.302653)^2 = 0.547077.
    found = rate(bits("1101"), [1, 2, 3, 4], [0, 0, 1, 1])
    assert (found.low, found.high) == pytest.approx(wilson(0.75, 4 * 0.547077), abs=1e-5)
    # Each stratum all alike: no variance within strata at all, and the size is that of the rows, less for t3/t2.
    parted = rate(bits("1100"), [1, 2, 3, 4], [0, 0, 1, 1])
    assert (parted.low, parted.high) == pytest.approx(wilson(0.5, 4 * 0.547077), abs=1e-5)


@pytest.mark.parametrize(
    ("strata", "same_as"),
    [
        pytest.param([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], id="all alone"),
        pytest.param([0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0], id="one alone joins the only other"),
        pytest.param([0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 1], id="one alone joins the smallest"),
        pytest.param([0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 1, 1], id="two alone join each other"),
    ],
)
def test_strata_of_one_case_are_collapsed(strata: list[int], same_as: list[int]) -> None:
    values = [True, False, False, True, True, False]
    assert rate(values, range(6), strata) == rate(values, range(6), same_as)


def test_more_models_on_the_same_cases_do_not_stand_for_more_cases() -> None:
    values = np.array([True] * 10 + [False] * 30)
    alone = rate(values, range(40))
    agreeing = rate(np.repeat(values, 5), np.repeat(np.arange(40), 5))
    assert (agreeing.n, agreeing.k) == (200, 50)
    assert (agreeing.low, agreeing.high) == pytest.approx((alone.low, alone.high), abs=0.01)


def test_the_effective_size_is_never_above_the_rows() -> None:
    # Every case answered alike (one of two rows): no variance between cases, yet 12 rows are only 12 rows.
    found = rate([True, False] * 6, [case for case in range(6) for _ in range(2)])
    assert found.low is not None
    assert found.low <= wilson(0.5, 12)[0]


def test_nothing_has_no_rate() -> None:
    assert rate([], []) == NOTHING == Estimate(estimate=None, low=None, high=None, n=0, k=0)
    assert difference(independent(1, 2), NOTHING) == NOTHING
    assert difference(NOTHING, independent(1, 2)) == NOTHING


@pytest.mark.parametrize(
    ("values", "cases", "low", "high"),
    [
        pytest.param([False], [1], 0.0, 0.7935, id="one row"),  # 3.8415 / (1 + 3.8415)
        pytest.param([True], [1], 0.2065, 1.0, id="one row with the property"),
        pytest.param([False] * 9, [1] * 9, 0.0, 0.7935, id="one case, many rows"),
        pytest.param([False] * 30, list(range(10)) * 3, 0.0, 0.2775, id="all equal: 10 cases count"),
        pytest.param([True] * 30, list(range(10)) * 3, 0.7225, 1.0, id="all equal and true"),
    ],
)
def test_rows_that_agree_count_as_cases(values: list[bool], cases: list[int], low: float, high: float) -> None:
    found = rate(values, cases)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_one_case_with_mixed_answers_says_next_to_nothing() -> None:
    found = rate([True, False, False], [7, 7, 7])
    assert found.estimate == pytest.approx(1 / 3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.02
    assert found.high > 0.95


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40))
def test_intervals_hold_their_estimate_and_mirror(rows: list[tuple[bool, int]]) -> None:
    values, cases = [value for value, _ in rows], [case for _, case in rows]
    strata = [case % 2 for case in cases]
    found = rate(values, cases, strata)
    mirrored = rate([not value for value in values], cases, strata)
    assert found.low is not None
    assert found.high is not None
    assert found.estimate is not None
    assert mirrored.low is not None
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.high - found.low > 0.01
    assert mirrored.low == pytest.approx(1 - found.high)


@pytest.mark.parametrize("true_rate", [0.5, 0.1])
def test_intervals_cover_the_true_rate(true_rate: float) -> None:
    """In 400 studies of 60 cases × 3 models with a case effect, about 95% of intervals hold the true rate."""
    generator = np.random.default_rng(20260406)
    within_case = 0.3
    strength = (1 - within_case) / within_case
    covered = 0
    for _ in range(400):
        case_rates = generator.beta(true_rate * strength, (1 - true_rate) * strength, size=60)
        answers: NDArray[np.bool_] = generator.random((60, 3)) < case_rates[:, None]
        found = rate(answers.ravel(), np.repeat(np.arange(60), 3))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= true_rate <= found.high
    assert 0.92 <= covered / 400 <= 0.98


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"estimate": 0.5, "low": 0.6, "high": 0.7, "n": 2, "k": 1}, id="estimate outside"),
        pytest.param({"estimate": 0.5, "low": None, "high": 0.7, "n": 2, "k": 1}, id="half an interval"),
        pytest.param({"estimate": 0.0, "low": 0.0, "high": 0.0, "n": 0, "k": 0}, id="a rate over nothing"),
        pytest.param({"estimate": 0.5, "low": 0.1, "high": 0.7, "n": 2, "k": 3}, id="more than all"),
    ],
)
def test_impossible_estimates_are_refused(fields: dict[str, float | None]) -> None:
    with pytest.raises(ValidationError):
        Estimate.model_validate(fields)
