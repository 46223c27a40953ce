"""Coefficients of agreement against worked examples from the literature and against arithmetic done by hand."""

import numpy as np
import pytest

from blind_refusal.analysis.coefficients import MISSING, agreement_coefficients, codes, kappa

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: 12 units, 4 observers, labels 1 to 5.
KRIPPENDORFF = [
    "1  2  3  3  2  1  4  1  2  .  .  .",
    "1  2  3  3  2  2  4  1  2  5  .  3",
    ".  3  3  3  2  3  4  2  2  5  1  .",
    "1  2  3  3  2  4  4  1  2  5  1  .",
]


def by_observer(rows: list[str], categories: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    table = [[None if cell == "." else cell for cell in row.split()] for row in rows]
    return codes([list(unit) for unit in zip(*table, strict=True)], list(categories))


def from_table(table: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return two raters' codes from a confusion matrix of counts."""
    return np.array([(one, two) for one, row in enumerate(table) for two, n in enumerate(row) for _ in range(n)])


def test_krippendorffs_example() -> None:
    found = agreement_coefficients(by_observer(KRIPPENDORFF, "12345"), 5)
    # 40 pairable values: 9, 13, 10, 5, 3 of the labels 1 to 5; agreeing coincidences 7 + 10 + 8 + 4 + 3 = 32.
    # Expected: 9*8 + 13*12 + 10*9 + 5*4 + 3*2 = 344. alpha = (39*32 - 344) / (40*39 - 344) = 904 / 1216.
    assert found.alpha.estimate == pytest.approx(904 / 1216)
    assert round(found.alpha.estimate or 0, 3) == 0.743
    assert (found.items, found.raters) == (11, 4)


def test_krippendorffs_binary_example() -> None:
    # The same paper, section A: two observers, ten units, alpha 0.095.
    found = agreement_coefficients(by_observer(["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"], "01"), 2)
    assert round(found.alpha.estimate or 0, 3) == 0.095
    assert found.raw.estimate == pytest.approx(0.6)


def test_krippendorffs_nominal_example_of_two_observers() -> None:
    # Section B: labels a to e, twelve units, alpha 0.692.
    found = agreement_coefficients(by_observer(["a a b b d c c c e d d a", "b a b b b c c c e d d d"], "abcde"), 5)
    assert round(found.alpha.estimate or 0, 3) == 0.692


def test_cohens_example() -> None:
    # The example of Cohen (1960), as counts of 200: observed 0.70; by chance 0.50*0.60 + 0.30*0.30 + 0.20*0.10 = 0.41.
    # kappa = 0.29 / 0.59 = 0.492.
    found = agreement_coefficients(from_table([[88, 10, 2], [14, 40, 6], [18, 10, 12]]), 3)
    assert found.raw.estimate == pytest.approx(0.70)
    assert found.kappa.estimate == pytest.approx(0.29 / 0.59)
    assert round(found.kappa.estimate or 0, 3) == 0.492


def test_gwets_example_of_skewed_labels() -> None:
    # Gwet (2008), 125 persons: 118 agreed on one label, 5 and 2 disagreed, none agreed on the other.
    # Observed 0.944; labels 0.972 and 0.028: chance 2 * 0.972 * 0.028 = 0.054432. AC1 = 0.889568 / 0.945568 = 0.9408.
    # kappa: chance (123/125)(120/125) + (2/125)(5/125) = 0.94528; (0.944 - 0.94528) / 0.05472 = -0.0234.
    found = agreement_coefficients(from_table([[118, 5], [2, 0]]), 2)
    assert found.ac1.estimate == pytest.approx(0.889568 / 0.945568)
    assert found.kappa.estimate == pytest.approx((0.944 - 0.94528) / 0.05472)


def test_conger_of_three_raters_by_hand() -> None:
    ratings = codes([["y", "y", "y"], ["y", "y", "n"], ["n", "n", "n"], ["y", "n", "n"]], ["y", "n"])
    # Agreement of pairs: 1, 1/3, 1, 1/3: mean 2/3. "y" is used by the raters in 3/4, 2/4, 1/4; chance of pairs:
    # 1-2: 3/4*1/2 + 1/4*1/2 = 1/2; 1-3: 3/16 + 3/16 = 3/8; 2-3: 1/8 + 3/8 = 1/2: mean 11/24.
    # kappa = (2/3 - 11/24) / (13/24) = 5/13. AC1: shares 1/2 and 1/2, chance 1/2: 1/3.
    found = agreement_coefficients(ratings, 2)
    assert found.raw.estimate == pytest.approx(2 / 3)
    assert found.kappa.estimate == pytest.approx(5 / 13)
    assert found.ac1.estimate == pytest.approx(1 / 3)


def test_gwets_example_of_four_raters_with_missing_labels() -> None:
    # Gwet (2014) takes up Krippendorff's example, the twelfth unit with its one label included: AC1 0.77544.
    found = agreement_coefficients(by_observer(KRIPPENDORFF, "12345"), 5)
    assert found.raw.estimate == pytest.approx(9 / 11)
    assert round(found.ac1.estimate or 0, 5) == 0.77544


def test_gwets_example_of_two_abstractors() -> None:
    # Gwet (2014), 100 patients in three categories, with published 95% intervals from standard errors.
    found = agreement_coefficients(from_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]]), 3)
    published = {
        "raw": (0.89, 0.828, 0.952),
        "kappa": (0.7964094, 0.680, 0.913),
        "ac1": (0.8493305, 0.764, 0.935),
        "alpha": (0.7972585, 0.680, 0.914),
    }
    for name, (estimate, low, high) in published.items():
        ours = getattr(found, name)
        assert ours.estimate == pytest.approx(estimate, abs=1e-7)
        assert (ours.low, ours.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))


def test_item_with_one_label_counts_for_chance_alone() -> None:
    full, single = from_table([[2, 1], [0, 1]]), np.array([[1, MISSING]])
    found = agreement_coefficients(np.vstack([full, single, [[MISSING, MISSING]]]), 2)
    without = agreement_coefficients(full, 2)
    assert (found.items, found.raw, found.alpha.estimate) == (4, without.raw, without.alpha.estimate)
    # Labels of item: 0, 0, half, 1, 1: shares 2.5/5 each; chance 1/2: AC1 (3/4 - 1/2) / (1/2).
    assert found.ac1.estimate == pytest.approx(0.5)
    # The first rater says 0 in 3 of 5, the second in 2 of 4: chance 0.6*0.5 + 0.4*0.5.
    assert found.kappa.estimate == pytest.approx(0.5)


def test_third_rater_who_labelled_nothing_is_no_rater() -> None:
    full = from_table([[20, 5], [10, 15]])
    wide = np.column_stack([full, np.full(len(full), MISSING)])
    assert agreement_coefficients(wide, 2) == agreement_coefficients(full, 2)


def test_weights_stand_for_repeated_items() -> None:
    small = from_table([[4, 1], [2, 3]])
    weights = np.array([2.0] * 5 + [1.0] * 5)
    repeated = np.vstack([np.repeat(small[:5], 2, axis=0), small[5:]])
    weighted, plain = agreement_coefficients(small, 2, weights), agreement_coefficients(repeated, 2)
    for name in ("raw", "kappa", "ac1"):
        assert getattr(weighted, name).estimate == pytest.approx(getattr(plain, name).estimate)
    assert agreement_coefficients(small, 2, [7.0] * 10) == agreement_coefficients(small, 2)
    assert agreement_coefficients(small, 2, weights * 3) == weighted


def test_wrong_weights_are_refused() -> None:
    for weights in ([1.0], [1.0, 0.0], [1.0, -2.0]):
        with pytest.raises(ValueError, match="weight"):
            agreement_coefficients(np.array([[0, 0], [1, 1]]), 2, weights)


def test_nothing() -> None:
    for ratings in (codes([], ["y", "n"]), np.array([[0, MISSING], [MISSING, 1]])):
        found = agreement_coefficients(ratings, 2)
        assert found.items == 0
        assert {one.estimate for one in (found.raw, found.kappa, found.ac1, found.alpha)} == {None}
        assert kappa(ratings, 2) is None


def test_all_labels_equal() -> None:
    found = agreement_coefficients(np.zeros((20, 2), dtype=np.int64), 2)
    assert (found.raw.estimate, found.kappa.estimate, found.ac1.estimate, found.alpha.estimate) == (
        1.0,
        None,
        1.0,
        None,
    )
    assert found.kappa.note == "all labels are the same one, which chance explains"
    # Wilson's lower limit for 20 of 20 is 20 / (20 + 1.96**2) = 0.8389; AC1 expects no agreement by chance here.
    assert found.raw.low == pytest.approx(20 / (20 + 1.959964**2), rel=1e-5)
    assert found.ac1.low == found.raw.low


def test_only_one_label_to_choose_from() -> None:
    found = agreement_coefficients(np.zeros((5, 2), dtype=np.int64), 1)
    assert found.ac1.estimate is None


def test_perfect_agreement_on_two_labels_is_not_certain() -> None:
    found = agreement_coefficients(from_table([[10, 0], [0, 10]]), 2)
    low = 20 / (20 + 1.959964**2)
    for one in (found.kappa, found.ac1):
        assert (one.estimate, one.high) == (1.0, 1.0)
        assert one.low == pytest.approx(1 - (1 - low) / 0.5, rel=1e-5)
    # alpha expects (10*9 + ... ) pairs without replacement: 2*20*19 / (40*39) = 0.4872.
    assert found.alpha.low == pytest.approx(1 - (1 - low) / (1 - 760 / 1560), rel=1e-5)


def test_perfect_disagreement() -> None:
    found = agreement_coefficients(from_table([[0, 10], [10, 0]]), 2)
    assert (found.raw.estimate, found.kappa.estimate, found.ac1.estimate) == (0.0, -1.0, -1.0)
    assert found.kappa.high is not None
    assert -1 < found.kappa.high < 0


def test_rater_who_never_varies_leaves_kappa_at_an_uncertain_zero() -> None:
    # kappa is 0 whatever is drawn: (1/2 - 1/2) / (1/2). Wilson's limits for 10 of 20 are 0.2993 and 0.7007.
    kappa_ = agreement_coefficients(from_table([[10, 10], [0, 0]]), 2).kappa
    assert kappa_.estimate == pytest.approx(0.0)
    assert kappa_.low == pytest.approx(-0.4014, abs=1e-4)
    assert kappa_.high == pytest.approx(0.4014, abs=1e-4)


@pytest.mark.parametrize(("one", "two"), [(0, 0), (0, 1)], ids=["agreed", "not agreed"])
def test_one_item_tells_next_to_nothing(one: int, two: int) -> None:
    found = agreement_coefficients(np.array([[one, two]]), 2)
    assert found.raw.low is not None
    assert found.raw.high is not None
    assert found.raw.high - found.raw.low > 0.75
    assert found.ac1.low is not None
    assert found.ac1.high is not None
    assert found.ac1.high - found.ac1.low > 0.75


def test_same_seed_same_interval() -> None:
    ratings = from_table([[40, 9], [11, 40]])
    assert agreement_coefficients(ratings, 2) == agreement_coefficients(ratings, 2)
    other = agreement_coefficients(ratings, 2, seed=1)
    assert other.kappa.estimate == agreement_coefficients(ratings, 2).kappa.estimate
    assert other.kappa.low != agreement_coefficients(ratings, 2).kappa.low


def test_interval_is_that_of_the_published_standard_error() -> None:
    # Fleiss, Cohen & Everitt (1969), large-sample standard error of kappa: with 2000 items the bootstrap must agree.
    table = np.array([[880, 100, 20], [140, 400, 60], [180, 100, 120]])
    found = agreement_coefficients(from_table(table.tolist()), 3)
    p = table / table.sum()
    rows, columns, estimate = p.sum(axis=1), p.sum(axis=0), found.kappa.estimate or 0
    chance = float(rows @ columns)
    on = sum(p[i, i] * (1 - (rows[i] + columns[i]) * (1 - estimate)) ** 2 for i in range(3))
    off = (1 - estimate) ** 2 * sum(p[i, j] * (columns[i] + rows[j]) ** 2 for i in range(3) for j in range(3) if i != j)
    variance = (on + off - (estimate - chance * (1 - estimate)) ** 2) / ((1 - chance) ** 2 * table.sum())
    assert ((found.kappa.high or 0) - (found.kappa.low or 0)) / 2 == pytest.approx(1.96 * variance**0.5, rel=0.06)


def test_intervals_cover_the_truth() -> None:
    # 100 items of two labels, two raters who are each right 9 times in 10. With prevalence 0.3, the truth for kappa:
    # agreement 0.82; each says yes 0.3*0.9 + 0.7*0.1 = 0.34; chance 0.34**2 + 0.66**2 = 0.5512; kappa 0.2688 / 0.4488.
    rng = np.random.default_rng(1)
    truth, covered = 0.2688 / 0.4488, 0
    for _ in range(400):
        items = rng.random((100, 1)) < 0.3
        ratings = (items ^ (rng.random((100, 2)) < 0.1)).astype(np.int64)
        found = agreement_coefficients(ratings, 2, replicates=500).kappa
        covered += (found.low or -1) <= truth <= (found.high or 1)
    assert 0.92 <= covered / 400 <= 0.975


def test_unknown_label_is_refused() -> None:
    with pytest.raises(KeyError):
        codes([["y", "maybe"]], ["y", "n"])


def test_full_agreement_under_unequal_weights_is_one_and_no_more() -> None:
    generator = np.random.default_rng(1)
    for _ in range(300):
        said = generator.integers(0, 2, generator.integers(2, 9))
        weights = generator.choice([1.0, 40 / 7, 66 / 13, 1.65], len(said))
        found = agreement_coefficients(np.stack([said, said], axis=1).astype(np.int64), 2, weights)
        for statistic in (found.raw, found.kappa, found.ac1, found.alpha):
            assert statistic.estimate is None or 0.999 < statistic.estimate <= 1
