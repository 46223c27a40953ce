import warnings

import numpy as np
import polars as pl
import pytest

from blind_refusal.analysis import drivers
from blind_refusal.analysis.design import NOT_CODED
from blind_refusal.analysis.drivers import Driver, Drivers, find_drivers
from tests.support.evaluation_rows import defeated, row
from tests.support.scored_rows import scored_rows, simulated


def by_level(found: Drivers) -> dict[tuple[str, str], Driver]:
    return {(one.variable, one.level): one for one in found.drivers}


def test_one_response_a_case_and_one_variable_give_the_fourfold_table() -> None:
    # Controls 10 of 50 help, the defeated 30 of 50: odds ratio (30/20) / (10/40) = 6, difference 0.4.
    rows = [row(f"c{place}", response_type="helps" if place < 10 else "deflects") for place in range(50)]
    rows += [defeated(f"d{place}", "helps" if place < 30 else "deflects") for place in range(50)]
    found = find_drivers(scored_rows(*rows))
    (driver,) = found.drivers
    assert (driver.variable, driver.level, driver.reference) == ("family", "content_defeat", "control")
    assert (driver.n, driver.k, found.n, found.cases) == (50, 30, 100, 100)
    assert driver.odds_ratio.estimate == pytest.approx(6)
    assert driver.effect.estimate == pytest.approx(0.4)
    # Robust errors with Mancl & DeRouen's correction: residuals over 1 - 1/50. Variance of each log odds is
    # (50/49)^2 / (50 p q): 0.086775 and 0.130163; half width t98 * sqrt of their sum.
    half = 1.984467 * np.sqrt((50 / 49) ** 2 * (1 / (50 * 0.6 * 0.4) + 1 / (50 * 0.2 * 0.8)))
    assert driver.odds_ratio.low == pytest.approx(6 * np.exp(-half), rel=1e-3)
    assert driver.odds_ratio.high == pytest.approx(6 * np.exp(half), rel=1e-3)
    half = 1.984467 * np.sqrt((50 / 49) ** 2 * (0.6 * 0.4 / 50 + 0.2 * 0.8 / 50))
    assert driver.effect.low == pytest.approx(0.4 - half, abs=1e-3)
    assert any("model has but one level" in note for note in found.notes)


def test_a_level_without_help_has_no_ratio_and_spoils_no_other() -> None:
    rows = simulated(3, defeated=120, control=40, dual_use=-1.0)
    never = pl.when(pl.col("family") == "control").then(statement=False).otherwise("helps")
    rows = rows.with_columns(helps=never)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_drivers(rows)
    by_key = by_level(found)
    assert by_key["family", "control"].odds_ratio.estimate is None
    assert by_key["family", "control"].n == 40
    assert any(
        "family: control has no finite odds ratio: none of its 40 responses help" in note for note in found.notes
    )
    assert found.n == 120
    for key in (("family", "content_defeat"), ("dual_use", "true")):
        ratio = by_key[key].odds_ratio
        assert ratio.low is not None
        assert ratio.high is not None
        assert ratio.high / ratio.low < 20


def test_a_level_that_others_settle_is_left_out() -> None:
    rows = simulated(4, defeated=160, control=60, models=(0.0, 0.5))
    rows = rows.with_columns(authority_group=pl.when(pl.col("dual_use")).then(pl.lit("x")).otherwise(pl.lit("y")))
    found = find_drivers(rows)
    assert ("authority_group", "x") not in by_level(found)
    assert any("authority_group: x is settled by other levels" in note for note in found.notes)


def test_separation_by_two_levels_together_is_seen() -> None:
    # Neither dual use nor voluntary: nobody helps; both: all do; one of them: half. No level alone is one-sided, yet
    # the odds of both main effects grow without end.
    rows = simulated(5, defeated=240, control=0)
    dual, voluntary = pl.col("dual_use"), pl.col("authority_group") == "voluntary"
    half = pl.col("case_code") // 12 % 2 == 0
    found = find_drivers(rows.with_columns(helps=(dual & voluntary) | ((dual ^ voluntary) & half)))
    assert (found.n, found.drivers) == (0, [])
    assert any("in combination separate" in note for note in found.notes)


def test_missing_values_are_a_level_of_their_own() -> None:
    rows = simulated(6, defeated=200, control=80).with_columns(
        dual_use=pl.when(pl.col("case_code") % 5 == 0).then(None).otherwise("dual_use")
    )
    assert by_level(find_drivers(rows))["dual_use", NOT_CODED].n == 56


def test_too_few_cases_leave_out_the_least_important_variables() -> None:
    rows = simulated(7, defeated=24, control=18, levels=(0.3, -0.5))
    found = find_drivers(rows)
    assert {one.variable for one in found.drivers} == {"family"}
    assert any("Too few cases or responses to take in dual_use, authority_group" in note for note in found.notes)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([defeated("d", "helps")], id="one row"),
        pytest.param([defeated("d", "helps", model=name) for name in "abc"], id="one case"),
        pytest.param([defeated(f"d{place}", "deflects") for place in range(60)], id="all equal"),
    ],
)
def test_where_there_is_nothing_to_fit_it_says_so(rows: list[dict[str, str | bool | int | None]]) -> None:
    found = find_drivers(scored_rows(*rows))
    assert (found.n, found.drivers, found.within_case) == (0, [], None)
    assert found.notes


def test_no_rows() -> None:
    assert find_drivers(scored_rows(row("c")).clear()).n == 0


def test_of_many_responses_a_sample_of_whole_cases_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "MOST_ROWS", 600)
    found = find_drivers(simulated(9, defeated=200, control=100, models=(0.0,) * 4))
    assert (found.n, found.cases) == (600, 150)
    assert "Fitted to a random sample of 150 of 300 cases." in found.notes


def test_responses_to_a_case_are_not_independent() -> None:
    found = find_drivers(simulated(8, defeated=150, control=60, models=(0.0,) * 5, case_spread=2.0))
    assert found.within_case is not None
    assert found.within_case > 0.25


def test_intervals_cover_the_true_effects() -> None:
    """Population values of the marginal odds ratio and effect come from one large study."""
    models = (0.0, 0.6)
    truth = by_level(find_drivers(simulated(0, defeated=4_500, control=1_500, models=models, dual_use=-1.0)))
    keys = [("model", "model-01"), ("dual_use", "true")]
    covered = {key: np.zeros(2) for key in keys}
    for study in range(80):
        found = by_level(find_drivers(simulated(study + 1, defeated=90, control=30, models=models, dual_use=-1.0)))
        for key in keys:
            for place, name in enumerate(("odds_ratio", "effect")):
                statistic, value = getattr(found[key], name), getattr(truth[key], name).estimate
                covered[key][place] += statistic.low <= value <= statistic.high
    for key in keys:
        assert (covered[key] >= 70).all(), covered
