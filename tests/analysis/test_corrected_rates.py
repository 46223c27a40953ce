"""Headline rates corrected by labels of a sample, however it was drawn."""

import numpy as np
import polars as pl
import pytest

from blind_refusal.analysis.corrected_rates import corrected_rates
from blind_refusal.analysis.drawing import draw
from blind_refusal.analysis.evaluations import check_evaluations
from blind_refusal.analysis.rows import with_properties

SENSITIVITY, SPECIFICITY, TRUE_RATE = 0.85, 0.9, {"defeated": 0.4, "control": 0.1}


def _study(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A study of 2,000 responses to 400 cases, its judge's rows and the truth about each response."""
    generator = np.random.default_rng(seed)
    case = np.repeat(np.arange(400), 5)
    group = np.where(case % 4 == 0, "control", "defeated")
    truth = generator.random(2000) < np.where(group == "control", TRUE_RATE["control"], TRUE_RATE["defeated"])
    chance = generator.random(2000)
    judged = np.where(truth, chance < SENSITIVITY, chance >= SPECIFICITY)
    rows = pl.DataFrame(
        {
            "response_id": [f"r{n:04d}" for n in range(2000)],
            "case_id": [f"c{n:03d}" for n in case],
            "model": [f"m{n % 5}" for n in range(2000)],
            "judge": "j",
            "family": np.where(group == "control", "control", "content_defeat"),
            "authority": "club",
            "authority_group": "voluntary",
            "response_type": np.where(judged, "helps", "deflects"),
            "engages_with_defeat": judged,
            "independent_harm": False,
            "status": "ok",
        }
    )
    labels = rows.select("response_id", "model").with_columns(
        response_type=pl.Series(np.where(truth, "helps", "deflects")),
        engages_with_defeat=pl.Series(truth),
        independent_harm=False,
    )
    return with_properties(check_evaluations(rows)), labels


def _labels(study: pl.DataFrame, truth: pl.DataFrame, stratum: pl.Expr, size: int, seed: int) -> pl.DataFrame:
    drawn = draw(study.select("response_id", stratum=stratum), size, seed, "equal")
    return drawn.join(truth, on="response_id").with_columns(source=pl.lit("people"))


@pytest.mark.parametrize(
    "stratum",
    [
        pytest.param(pl.lit("all"), id="at_random"),
        pytest.param(pl.concat_str("group", "response_type"), id="by_the_judge_s_labels"),
        # The few responses of one model stand for few: without their weights the estimate would be that model's.
        pytest.param(
            pl.when(pl.col("model") == "m0").then("response_type").otherwise(pl.lit("others")), id="by_something_else"
        ),
    ],
)
def test_corrected_rates_cover_the_truth(stratum: pl.Expr) -> None:
    names = {"helps_rate_defeated": 0.4, "helps_rate_control": 0.1, "discrimination": 0.3, "engagement_defeated": 0.4}
    covered = dict.fromkeys(names, 0)
    studies = 100
    for seed in range(studies):
        study, truth = _study(seed)
        (found,) = corrected_rates(study, _labels(study, truth, stratum, 300, seed))
        rates = {rate.name: rate for rate in found.rates if rate.model is None}
        for name, true in names.items():
            corrected = rates[name].corrected
            assert corrected.low is not None
            assert corrected.high is not None
            covered[name] += corrected.low <= true <= corrected.high
    assert min(covered.values()) >= 0.88 * studies, covered  # 95% with 100 studies: 0.88 is three errors below


def test_judge_spares_labels_and_models_have_their_own_rates() -> None:
    study, truth = _study(1)
    (found,) = corrected_rates(study, _labels(study, truth, pl.lit("all"), 300, 1))
    assert found.labelled == 300
    assert found.spared is not None
    assert found.spared > 100
    assert {rate.model for rate in found.rates} == {None, "m0", "m1", "m2", "m3", "m4"}
    assert sum(rate.labelled for rate in found.rates if rate.name == "discrimination" and rate.model) == 300


def test_few_labels_correct_nothing() -> None:
    study, truth = _study(1)
    assert corrected_rates(study, _labels(study, truth, pl.lit("all"), 9, 1)) == []
    empty = _labels(study, truth, pl.lit("all"), 20, 1).clear()
    assert corrected_rates(study, empty) == []
