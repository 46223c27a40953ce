"""From the published counts the analysis gets the published results back, within the rounding of the tables."""

import polars as pl
import pytest

from blind_refusal.analysis import Summary, summarise
from tests.support.published_counts import (
    FAMILIES,
    HEADLINE,
    RESPONSES_CONTROL,
    RESPONSES_DEFEATED,
    TABLE_2,
    TABLE_3,
    TABLE_6,
    TABLE_7,
)
from tests.support.published_evaluations import published_evaluations

ROUNDING = 0.0505
"""Half a unit of the last printed digit, in per cent."""
COUNTED = 0.09
"""The same for the ways of not helping: rounded shares need not add up, and one takes what the others leave."""


@pytest.fixture(scope="module")
def evaluations() -> pl.DataFrame:
    return published_evaluations()


@pytest.fixture(scope="module")
def summary(evaluations: pl.DataFrame) -> Summary:
    return summarise(evaluations, replicates=200)


def percent(share: float | None) -> float:
    assert share is not None
    return 100 * share


def test_the_number_of_responses(summary: Summary) -> None:
    assert summary.headline.refusal_rate_defeated.n == RESPONSES_DEFEATED
    assert summary.headline.helps_rate_control.n == RESPONSES_CONTROL


@pytest.mark.parametrize("name", HEADLINE)
def test_the_headline(summary: Summary, name: str) -> None:
    found = getattr(summary.headline, name)
    assert percent(found.estimate) == pytest.approx(HEADLINE[name], abs=ROUNDING)
    assert getattr(summary.headline_by_bootstrap, name).estimate == found.estimate


@pytest.mark.parametrize("model", TABLE_3)
def test_help_and_blindness_on_controls_and_defeated_rules(summary: Summary, model: str) -> None:
    help_control, help_defeated, blind_control, blind_defeated = TABLE_3[model]
    found = next(one for one in summary.discrimination.models if one.model == model)
    assert percent(found.helps_control.estimate) == pytest.approx(help_control, abs=ROUNDING)
    assert percent(found.helps_defeated.estimate) == pytest.approx(help_defeated, abs=ROUNDING)
    assert percent(found.difference.estimate) == pytest.approx(help_defeated - help_control, abs=2 * ROUNDING)
    profiles = {one.group: one for one in summary.profiles.models if one.model == model}
    assert percent(profiles["control"].pure_rule_blind.estimate) == pytest.approx(blind_control, abs=ROUNDING)
    assert percent(profiles["defeated"].pure_rule_blind.estimate) == pytest.approx(blind_defeated, abs=ROUNDING)


def test_the_widest_gap_is_the_published_one(summary: Summary) -> None:
    best = max(summary.discrimination.models, key=lambda one: one.difference.estimate or 0)
    assert best.model == "grok-4-fast"
    assert percent(best.difference.estimate) == pytest.approx(35.8, abs=2 * ROUNDING)


@pytest.mark.parametrize("model", TABLE_2)
def test_categories_of_all_responses(evaluations: pl.DataFrame, model: str) -> None:
    alike = evaluations.filter(pl.col("model") == model).with_columns(family=pl.lit("content_defeat"))
    (found,) = summarise(alike, replicates=2).profiles.overall
    names = ("pure_rule_blind", "safety_grounded", "engaged_only", "engaged_and_safety", "helps")
    shares = [percent(getattr(found, name).estimate) for name in names]
    assert shares == pytest.approx(list(TABLE_2[model]), abs=COUNTED)


def test_help_and_engagement_by_model_and_family(summary: Summary) -> None:
    found = {(one.model, one.family): one for one in summary.profiles.model_families}
    assert len(found) == len(TABLE_7) * len(FAMILIES)
    for model in TABLE_7:
        for place, family in enumerate(FAMILIES):
            profile = found[model, family]
            assert percent(profile.helps.estimate) == pytest.approx(TABLE_7[model][place], abs=ROUNDING)
            assert percent(profile.engages.estimate) == pytest.approx(TABLE_6[model][place], abs=ROUNDING)
