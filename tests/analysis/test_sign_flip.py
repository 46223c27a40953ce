import numpy as np
import pytest
from scipy.stats import binom, binomtest

from blind_refusal.analysis import sign_flip as module
from blind_refusal.analysis.sign_flip import sign_flip


@pytest.mark.parametrize(("more", "less"), [(5, 15), (0, 6), (8, 8), (1, 0), (30, 12)])
def test_with_one_response_on_each_side_it_is_the_exact_mcnemar_test(more: int, less: int) -> None:
    found = sign_flip(np.array([1] * more + [-1] * less + [0] * 4))
    exact = binomtest(more, more + less).pvalue
    at_observed = binom.pmf(more, more + less, 0.5) * (1 if more == less else 2)
    assert found.p == pytest.approx(exact)
    assert found.mid_p == pytest.approx(exact - at_observed / 2)
    assert found.exact


def test_clusters_are_flipped_whole() -> None:
    # 3, -2, 1: the eight sums are ±6, ±4, ±2, 0, 0; six of them are at least 2 away from zero, two exactly 2.
    found = sign_flip(np.array([3, -2, 1]))
    assert (found.p, found.mid_p) == pytest.approx((6 / 8, 6 / 8 - 1 / 8))


def test_only_proportions_count() -> None:
    assert sign_flip(np.array([30, -20, 10])) == sign_flip(np.array([3, -2, 1]))


@pytest.mark.parametrize("differences", [[], [0], [0, 0, 0]])
def test_without_a_difference_there_is_nothing_to_test(differences: list[int]) -> None:
    found = sign_flip(np.array(differences, dtype=np.int64))
    assert (found.p, found.mid_p) == (None, None)


def test_the_approximation_is_near_the_exact_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    differences = np.array([3, -3, 2, -2, 1, -1, 2, 2, -1, 1] * 12)
    exact = sign_flip(differences)
    monkeypatch.setattr(module, "MOST_EXACT", 10)
    near = sign_flip(differences)
    assert not near.exact
    assert exact.mid_p is not None
    assert near.p == pytest.approx(exact.mid_p, rel=0.15)
