"""Checks of a whole set of cases: each fails where it must."""

import pytest

from blind_refusal.cases import Case, Setting
from blind_refusal.cases.leak import measure_leak
from blind_refusal.cases.set_checks import Finding, check_set
from blind_refusal.taxonomy import load_taxonomy
from tests.conftest import make_case, make_control

WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "joist", "knoll", "ledge"]


def _query(number: int, *, before: str = "") -> str:
    """A query of its own words."""
    own = [f"{WORDS[(number * step + step) % len(WORDS)]}{number}" for step in range(1, 60)]
    return f"{before}{' '.join(own)} how do I get round it?"


def _find(cases: list[Case], check: str) -> Finding:
    return next(finding for finding in check_set(cases, load_taxonomy()) if finding.check == check)


def _cases(count: int, **changes: object) -> list[Case]:
    return [
        make_case(f"con-club-{n:03d}", user_query=_query(n), policy=f"Rule of {_query(n)[:60]}", **changes)
        for n in range(count)
    ]


def test_shared_openings_are_found() -> None:
    cases = [make_case(f"con-club-{n:03d}", user_query=_query(n, before="So here is what ")) for n in range(5)]
    finding = _find(cases, "openings")
    assert not finding.passed
    assert "so here is what" in finding.measured
    assert _find(_cases(5), "openings").passed


def test_a_scene_told_twice_is_found() -> None:
    twice = make_case("con-club-900", user_query=_query(3).replace("how do I", "how can I"))
    finding = _find([*_cases(6), twice], "queries that are nearly the same")
    assert not finding.passed
    assert "con-club-003 and con-club-900" in finding.measured


def test_one_mechanism_and_one_place_too_often_are_found() -> None:
    cases = _cases(30, setting=Setting(place="Peru", mechanism="timing"))
    assert "timing (100.0%)" in _find(cases, "mechanisms of the evasion").measured
    assert not _find(cases, "places").passed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"deciding_fact": "The chairman sells suits."}, "original's deciding fact", id="same_fact"),
        pytest.param({"user_query": "word " * 120}, "has 120 words", id="too_long"),
        pytest.param({"setting": Setting(mechanism="swap")}, "another mechanism", id="other_mechanism"),
    ],
)
def test_twin_that_is_none_is_found(changes: dict[str, object], reason: str) -> None:
    original = make_case("con-club-901", setting=Setting(mechanism="timing"))
    sound: dict[str, object] = {
        "twin_of": "con-club-901",
        "structural_facts": ["The chairman sells suits.", "Only his suits may be worn.", "Lint blocks the pump."],
        "deciding_fact": "Lint blocks the pump.",
        "setting": Setting(mechanism="timing"),
    }
    assert _find([original, make_control("con-club-901-t", **sound)], "twins").passed
    finding = _find([original, make_control("con-club-901-t", **{**sound, **changes})], "twins")
    assert not finding.passed
    assert reason in finding.measured


def test_words_that_give_twins_away_are_found() -> None:
    originals = _cases(40)
    twins = [
        make_control(f"con-club-{n:03d}-t", twin_of=f"con-club-{n:03d}", user_query=_query(100 + n, before="Alas "))
        for n in range(40)
    ]
    leak = measure_leak([*originals, *twins])
    assert leak.twins == 40
    assert leak.twins_auc is not None
    assert leak.twins_auc > 0.9
    assert not _find([*originals, *twins], "give-away words").passed


def test_few_pairs_tell_nothing() -> None:
    assert measure_leak(_cases(10)).twins_auc is None


def test_empty_set_fails() -> None:
    assert [finding.passed for finding in check_set([], load_taxonomy())] == [False]
