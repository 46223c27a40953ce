"""Rates corrected for a judge's errors: hand-worked values, degenerate input, and coverage by simulation."""

from collections.abc import Sequence

import numpy as np
import pytest

from blind_refusal.analysis.correction import FEWEST_LABELS, JudgedSample, correct


def _sample(judged: Sequence[int], labels: Sequence[int | None], strata: Sequence[int] | None = None) -> JudgedSample:
    return JudgedSample(
        judged=np.array(judged, dtype=bool),
        labelled=np.array([label is not None for label in labels]),
        labels=np.array([bool(label) for label in labels]),
        cases=np.arange(len(judged)),
        strata=np.array(strata if strata else [0] * len(judged)),
    )


def test_estimate_is_the_one_worked_by_hand() -> None:
    # 40 judged, 20 of them yes. 20 labelled: judge yes on 10, of which 6 are so; judge no on 10, of which 2 are so.
    judged = [1] * 10 + [0] * 10 + [1] * 10 + [0] * 10
    labels: list[int | None] = [1] * 6 + [0] * 4 + [1] * 2 + [0] * 8 + [None] * 20
    found = correct(_sample(judged, labels))
    # λ = cov / var = (6 - 8 · 10 / 20) / (10 - 10 · 10 / 20) = 0.4
    assert found.judge_weight == pytest.approx(0.4)
    assert found.raw.estimate == 0.5
    assert found.corrected.estimate == pytest.approx(0.4 * 0.5 + (8 - 0.4 * 10) / 20)
    assert found.labels_alone.estimate == pytest.approx(8 / 20)
    assert (found.labels_alone.n, found.labels_alone.k, found.labelled) == (20, 8, 20)
    # Sensitivity 6/8, specificity 8/12: (0.5 + 8/12 - 1) / (6/8 + 8/12 - 1)
    assert found.confusion.estimate == pytest.approx((0.5 + 8 / 12 - 1) / (6 / 8 + 8 / 12 - 1))


def test_strata_are_weighted_by_their_sizes() -> None:
    # Stratum 0: 90 responses, 10 labelled, 1 so. Stratum 1: 10 responses, all labelled, 9 so. The judge says no always.
    labels: list[int | None] = [1] + [0] * 9 + [None] * 80 + [1] * 9 + [0]
    found = correct(_sample([0] * 100, labels, [0] * 90 + [1] * 10))
    assert found.corrected.estimate == pytest.approx(0.9 * 0.1 + 0.1 * 0.9)
    assert found.judge_weight == 0.0
    assert found.confusion.n == 0  # a judge that never says yes tells nothing


def test_everything_labelled_leaves_the_labels() -> None:
    labels: Sequence[int | None] = [1] * 12 + [0] * 28
    found = correct(_sample([1] * 20 + [0] * 20, labels))
    assert found.corrected.estimate == pytest.approx(0.3)
    assert found.corrected.low is not None
    assert found.corrected.low < 0.3  # cases of another draw would still differ


@pytest.mark.parametrize(
    ("judged", "labels"),
    [
        pytest.param([], [], id="empty"),
        pytest.param([1], [1], id="one_row"),
        pytest.param([1] * 50, [None] * 50, id="no_labels"),
        pytest.param([0, 1] * 20, [0] * (FEWEST_LABELS - 1) + [None] * (41 - FEWEST_LABELS), id="too_few_labels"),
    ],
)
def test_too_few_labels_correct_nothing(judged: list[int], labels: list[int | None]) -> None:
    found = correct(_sample(judged, labels))
    assert found.corrected.n == found.confusion.n == found.labels_alone.n == 0
    assert found.judge_weight is None


@pytest.mark.parametrize("value", [0, 1], ids=["all_no", "all_yes"])
def test_all_equal_keeps_its_interval_open(value: int) -> None:
    found = correct(_sample([value] * 60, [value] * 30 + [None] * 30))
    assert found.corrected.estimate == value
    assert found.corrected.low is not None
    assert found.corrected.high is not None
    assert found.corrected.high - found.corrected.low > 0.03


def test_stratum_without_labels_is_merged() -> None:
    found = correct(_sample([1, 0] * 30, [1, 0] * 10 + [None] * 40, [0] * 20 + [1] * 39 + [2]))
    assert found.corrected.estimate == pytest.approx(0.5)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        JudgedSample(np.ones(2, bool), np.ones(2, bool), np.ones(2, bool), np.arange(2), np.zeros(3, np.int64))


SENSITIVITY, SPECIFICITY = 0.9, 0.6
STUDIES, RESPONSES, LABELS = 1_000, 2_000, 200


@pytest.mark.parametrize("true_rate", [0.5, 0.25, 0.05])
def test_interval_covers_the_true_rate_where_the_judged_one_does_not(true_rate: float) -> None:
    generator = np.random.default_rng(20_261_124)
    covered = covered_raw = 0
    cases, strata = np.arange(RESPONSES), np.zeros(RESPONSES, dtype=np.int64)
    for _ in range(STUDIES):
        truth = generator.random(RESPONSES) < true_rate
        chance = generator.random(RESPONSES)
        judged = np.where(truth, chance < SENSITIVITY, chance >= SPECIFICITY)
        labelled = np.zeros(RESPONSES, dtype=bool)
        labelled[generator.permutation(RESPONSES)[:LABELS]] = True
        found = correct(JudgedSample(judged, labelled, truth, cases, strata))
        covered += _covers(found.corrected.low, true_rate, found.corrected.high)
        covered_raw += _covers(found.raw.low, true_rate, found.raw.high)
    assert 0.93 <= covered / STUDIES <= 0.97
    assert covered_raw / STUDIES < 0.5


def _covers(low: float | None, rate: float, high: float | None) -> bool:
    return low is not None and high is not None and low <= rate <= high
