"""How many labels a corrected rate needs: what is planned is what comes out."""

import numpy as np
import polars as pl
import pytest

from blind_refusal.analysis.corrected_rates import corrected_rates
from blind_refusal.analysis.drawing import draw
from blind_refusal.analysis.evaluations import check_evaluations
from blind_refusal.analysis.label_needs import ALLOCATION, JudgeErrors, labels_needed, strata_for_labels
from blind_refusal.analysis.rows import with_properties

ERRORS = JudgeErrors(sensitivity=0.9, specificity=0.85)


def _study(seed: int, cases: int = 1000, each: int = 4) -> tuple[pl.DataFrame, pl.DataFrame]:
    generator = np.random.default_rng(seed)
    size = cases * each
    case = np.repeat(np.arange(cases), each)
    control = case % 5 == 0
    truth = generator.random(size) < np.where(control, 0.1, 0.3)
    chance = generator.random(size)
    judged = np.where(truth, chance < ERRORS.sensitivity, chance >= ERRORS.specificity)
    rows = pl.DataFrame(
        {
            "response_id": [f"r{n:05d}" for n in range(size)],
            "case_id": [f"c{n:04d}" for n in case],
            "model": [f"m{n % each}" for n in range(size)],
            "judge": "j",
            "family": np.where(control, "control", "content_defeat"),
            "authority": "club",
            "authority_group": "voluntary",
            "response_type": np.where(judged, "helps", "deflects"),
            "engages_with_defeat": generator.random(size) < 0.3,
            "independent_harm": False,
            "status": "ok",
        }
    )
    labels = rows.select("response_id", "engages_with_defeat", "independent_harm").with_columns(
        response_type=pl.Series(np.where(truth, "helps", "deflects"))
    )
    return with_properties(check_evaluations(rows)), labels


@pytest.mark.parametrize("target", ["helps_rate_defeated", "helps_rate_control", "discrimination"])
def test_interval_of_the_planned_sample_has_about_the_wanted_width(target: str) -> None:
    wanted, halves = 0.05, []
    for seed in range(8):
        study, truth = _study(seed)
        need = labels_needed(study, target, wanted, ERRORS)
        assert need.labels is not None
        assert need.labels < study.height / 2
        drawn = draw(strata_for_labels(study), need.labels, seed, ALLOCATION)
        labels = drawn.join(truth, on="response_id").with_columns(source=pl.lit("people"))
        (found,) = corrected_rates(study, labels)
        corrected = next(rate.corrected for rate in found.rates if rate.name == target and rate.model is None)
        assert corrected.low is not None
        assert corrected.high is not None
        halves.append((corrected.high - corrected.low) / 2)
    assert np.mean(halves) == pytest.approx(wanted, rel=0.12)


def test_better_judge_and_wider_interval_need_fewer_labels() -> None:
    study, _ = _study(1)
    base = labels_needed(study, "helps_rate_defeated", 0.04, ERRORS).labels
    better = labels_needed(study, "helps_rate_defeated", 0.04, JudgeErrors(0.97, 0.95)).labels
    wider = labels_needed(study, "helps_rate_defeated", 0.08, ERRORS).labels
    assert base is not None
    assert better is not None
    assert wider is not None
    assert better < base
    assert wider < base


def test_width_that_so_few_cases_cannot_give_is_said_to_be_out_of_reach() -> None:
    study, _ = _study(1, cases=50)
    need = labels_needed(study, "helps_rate_defeated", 0.01, ERRORS)
    assert need.labels is None
    assert need.half_width_without_limit > 0.01
