import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from blind_refusal.analysis import NOTHING
from blind_refusal.analysis.decoupling import decouple, odds_ratio
from tests.support.evaluation_rows import defeated, row
from tests.support.scored_rows import scored_rows

Bools = NDArray[np.bool_]


def fourfold(a: int, b: int, c: int, d: int) -> tuple[Bools, Bools]:
    """Return exposure and outcome: a both, b exposed only, c outcome only, d neither."""
    exposed = np.array([True] * (a + b) + [False] * (c + d))
    return exposed, np.array([True] * a + [False] * b + [True] * c + [False] * d)


def draw(generator: np.random.Generator, cases: int, models: int) -> tuple[Bools, Bools, NDArray[np.int64]]:
    level = generator.normal(size=(cases, 1))
    exposed = generator.random((cases, models)) < 1 / (1 + np.exp(-level))
    outcome = generator.random((cases, models)) < 1 / (1 + np.exp(-(level - 1 + 0.7 * exposed)))
    return exposed.ravel(), outcome.ravel(), np.repeat(np.arange(cases), models)


def test_one_response_a_case_gives_woolfs_error() -> None:
    # Odds ratio 20 * 40 / (10 * 30) = 8/3; variance 1/20 + 1/10 + 1/30 + 1/40 = 0.208333 times 100/99; t99 = 1.98422.
    found = odds_ratio(*fourfold(20, 10, 30, 40), np.arange(100))
    half = 1.98422 * np.sqrt(0.2083333 * 100 / 99)
    assert found.estimate == pytest.approx(8 / 3)
    assert (found.low, found.high) == pytest.approx((8 / 3 * np.exp(-half), 8 / 3 * np.exp(half)), rel=1e-4)
    assert found.note is None


def test_clusters_give_the_errors_of_estimating_equations() -> None:
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_estimating_equations import GEE

    exposed, outcome, cases = draw(np.random.default_rng(1), 60, 4)
    design = np.column_stack([np.ones(240), exposed])
    fitted = GEE(outcome.astype(float), design, groups=cases, family=families.Binomial()).fit()
    found = odds_ratio(exposed, outcome, cases)
    assert found.low is not None
    assert found.high is not None
    assert found.estimate == pytest.approx(np.exp(fitted.params[1]))
    half = np.log(found.high / found.low) / 2
    assert half == pytest.approx(2.000995 * fitted.bse[1] * np.sqrt(60 / 59), rel=1e-5)  # t59


def test_an_empty_cell_is_corrected_and_said() -> None:
    # One response a case, 12 of them: (6.5 * 3.5) / (0.5 * 3.5) = 13.
    found = odds_ratio(*fourfold(6, 0, 3, 3), np.arange(12))
    assert found.estimate == pytest.approx(13)
    assert found.note
    assert "Haldane" in found.note
    assert found.low is not None
    assert found.low < 1  # six cases of a kind do not show much
    exposed, outcome = (np.repeat(side, 50) for side in fourfold(6, 0, 3, 3))
    repeated = odds_ratio(exposed, outcome, np.repeat(np.arange(12), 50))
    assert repeated.estimate == pytest.approx(13)  # six hundred responses to twelve cases are twelve


@pytest.mark.parametrize(
    "counts",
    [(3, 2, 0, 0), (0, 0, 3, 2), (3, 0, 2, 0), (0, 3, 0, 2), (1, 0, 0, 0), (0, 0, 0, 0)],
    ids=["all engage", "none engages", "all help", "none helps", "one row", "nothing"],
)
def test_without_a_contrast_there_is_no_ratio(counts: tuple[int, int, int, int]) -> None:
    found = odds_ratio(*fourfold(*counts), np.arange(sum(counts)))
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert (found.n, bool(found.note)) == (sum(counts), True)


def test_one_case_has_no_ratio() -> None:
    assert odds_ratio(*fourfold(2, 2, 2, 2), np.zeros(8, dtype=np.int64)).estimate is None


def test_separation_never_looks_precise() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = odds_ratio(*fourfold(20, 0, 0, 20), np.arange(40))
    assert found.estimate is not None
    assert found.low is not None
    assert found.high is not None
    assert found.high / found.low > 100
    assert found.note


def test_what_refusals_are_made_of() -> None:
    rows = [
        defeated("d1", "helps", engages=True),
        defeated("d2", "deflects", engages=True),
        defeated("d3", "deflects", engages=True, harm=True),
        defeated("d4", "hard_refusal", harm=True),
        defeated("d5", "hard_refusal"),
        defeated("d6", "hard_refusal"),
        defeated("d7", "helps"),
        row("c", response_type="helps", engages_with_defeat=True),
    ]
    found = decouple(scored_rows(*rows)).overall
    assert (found.engagement_among_refusals.k, found.engagement_among_refusals.n) == (2, 5)
    assert (found.help_given_engagement.k, found.help_given_engagement.n) == (1, 3)
    assert (found.help_given_no_engagement.k, found.help_given_no_engagement.n) == (1, 4)
    parts = [
        found.blind_among_refusals,
        found.safety_among_refusals,
        found.engaged_only_among_refusals,
        found.engaged_and_safety_among_refusals,
    ]
    assert [(part.k, part.n) for part in parts] == [(2, 5), (1, 5), (1, 5), (1, 5)]
    assert found.odds_ratio.estimate == pytest.approx(1 * 3 / (2 * 1))
    assert found.odds_ratio.note
    assert "rough" in found.odds_ratio.note


def test_models_apart_and_one_without_defeated_rules() -> None:
    found = decouple(scored_rows(defeated("d1", "helps"), defeated("d2", "deflects"), row("c", model="n")))
    assert [one.model for one in found.models] == ["m", "n"]
    assert found.models[1].help_given_no_engagement == NOTHING
    assert found.models[1].odds_ratio.n == 0


@pytest.mark.parametrize(("cases", "models"), [(40, 1), (40, 6), (150, 6)])
def test_intervals_cover_the_true_ratio(cases: int, models: int) -> None:
    generator = np.random.default_rng(6)
    truth = odds_ratio(*draw(generator, 200_000, 2)).estimate
    assert truth is not None
    covered = 0
    for _ in range(300):
        found = odds_ratio(*draw(generator, cases, models))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 300 <= 0.99
