import pytest

from blind_refusal.analysis import NOTHING
from blind_refusal.analysis.bounds import NO_BOUNDS, bound_headline
from blind_refusal.analysis.profiles import Profile, profile_all
from tests.support.evaluation_rows import Row, defeated, row, unscored
from tests.support.scored_rows import rows_of


@pytest.fixture
def rows() -> list[Row]:
    """Defeated: one helps, one engaged refusal, one blind, one blocked. Controls: one helps, one not, one empty."""
    return [
        defeated("d1", "helps", subtype="absurd", language="en", dual_use=True),
        defeated("d2", "deflects", engages=True, harm=True, subtype="absurd", language="de", dual_use=False),
        defeated("d3", "hard_refusal", subtype="obsolete", language="en", dual_use=False),
        unscored("d4", family="content_defeat", subtype="obsolete", language="en", dual_use=True),
        row("c1", response_type="helps", language="en"),
        row("c2", language="en"),
        unscored("c3", status="empty", language="en"),
    ]


def test_bounds_of_every_headline_rate(rows: list[Row]) -> None:
    overall, model = bound_headline(rows_of(*rows))
    assert (overall.model, model.model) == (None, "m")
    found = {name: (bounds.low, bounds.high) for name, bounds in overall if name != "model"}
    assert found == {
        "refusal_rate_defeated": (2 / 4, 3 / 4),
        "helps_rate_defeated": (1 / 4, 2 / 4),
        "helps_rate_control": (1 / 3, 2 / 3),
        "engagement_defeated": (1 / 4, 2 / 4),
        "engagement_control": (0 / 3, 1 / 3),
        "engagement_among_defeated_refusals": (1 / 3, 2 / 3),
        "discrimination": (pytest.approx(1 / 4 - 2 / 3), pytest.approx(2 / 4 - 1 / 3)),
        "pure_rule_blind_defeated": (1 / 4, 2 / 4),
    }


def test_bounds_over_nothing() -> None:
    (overall, _) = bound_headline(rows_of(defeated("d1", "helps")))
    assert overall.helps_rate_control == overall.discrimination == NO_BOUNDS
    assert overall.engagement_among_defeated_refusals == NO_BOUNDS
    assert (overall.helps_rate_defeated.low, overall.helps_rate_defeated.high) == (1, 1)


def counts(profile: Profile) -> dict[str, int]:
    return {name: value.k for name, value in profile if hasattr(value, "k") and value.k}


def test_profiles_tell_what_became_of_responses(rows: list[Row]) -> None:
    profiles = profile_all(rows_of(*rows))
    of_defeated, of_control = profiles.overall
    assert (of_defeated.group, of_defeated.cases, of_defeated.helps.n) == ("defeated", 3, 3)
    assert counts(of_defeated) == {
        "helps": 1,
        "deflects": 1,
        "hard_refusal": 1,
        "engages": 1,
        "names_harm": 1,
        "pure_rule_blind": 1,
        "engaged_and_safety": 1,
    }
    assert (of_control.group, counts(of_control)["helps"], of_control.helps.n) == ("control", 1, 2)
    assert [(one.model, one.group) for one in profiles.models] == [("m", "defeated"), ("m", "control")]
    assert [(one.family, one.helps.n) for one in profiles.model_families] == [("control", 2), ("content_defeat", 3)]
    assert [(one.family, one.authority, one.helps.k) for one in profiles.cells] == [
        ("control", "school", 1),
        ("content_defeat", "school", 1),
    ]


def test_levels_are_there_for_what_the_table_tells(rows: list[Row]) -> None:
    levels = profile_all(rows_of(*rows)).levels
    assert set(levels) == {"family", "subtype", "authority", "authority_group", "dual_use", "language"}
    found = [(one.group, one.level, one.helps.k, one.helps.n) for one in levels["language"]]
    assert found == [("defeated", "de", 0, 1), ("defeated", "en", 1, 2), ("control", "en", 1, 2)]
    found = [(one.group, one.level, one.helps.k, one.helps.n) for one in levels["subtype"]]
    assert found == [("defeated", "absurd", 1, 2), ("defeated", "obsolete", 0, 1), ("control", None, 1, 2)]


def test_a_part_without_a_label_is_kept_without_a_rate() -> None:
    profiles = profile_all(rows_of(unscored("d1", family="content_defeat"), row("c1")))
    assert (profiles.overall[0].helps, profiles.overall[0].cases) == (NOTHING, 0)
