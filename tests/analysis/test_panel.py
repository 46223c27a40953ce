"""Several judges: agreement, majority with ties kept as ties, and where they disagree."""

import polars as pl
import pytest

from blind_refusal.analysis.evaluations import check_evaluations
from blind_refusal.analysis.panel import Panel, panel_of
from blind_refusal.analysis.rows import with_properties


def _table(votes: dict[str, list[str | None]], families: list[str]) -> pl.DataFrame:
    """One row per judge and response; a vote is a response type, or None where the judge has no verdict."""
    rows = [
        {
            "response_id": f"r{number}",
            "case_id": f"c{number}",
            "model": "m",
            "judge": judge,
            "family": families[number],
            "authority": "club",
            "authority_group": "voluntary",
            "response_type": vote,
            "engages_with_defeat": None if vote is None else vote == "helps",
            "independent_harm": None if vote is None else False,
            "status": "ok" if vote else "unparsed",
        }
        for judge, given in votes.items()
        for number, vote in enumerate(given)
    ]
    return with_properties(check_evaluations(pl.DataFrame(rows, infer_schema_length=None)))


FAMILIES = ["control", "content_defeat", "content_defeat", "content_defeat"]


def _panel(votes: dict[str, list[str | None]]) -> Panel:
    panel = panel_of(_table(votes, FAMILIES))
    assert panel is not None
    return panel


def test_majority_and_ties() -> None:
    panel = _panel(
        {
            "a": ["deflects", "helps", "helps", "helps"],
            "b": ["deflects", "helps", "deflects", "deflects"],
            "c": ["deflects", "deflects", "hard_refusal", None],
        }
    )
    assert panel.judges == ["a", "b", "c"]
    by_label = {label.label: label for label in panel.labels}
    # r0 unanimous; r1 two of three; r2 three different answers; r3 one against one
    assert (by_label["response_type"].unanimous.k, by_label["response_type"].ties) == (1, 2)
    assert (by_label["engages_with_defeat"].unanimous.k, by_label["engages_with_defeat"].ties) == (1, 1)
    assert panel.tied == 2
    assert (panel.headline.helps_rate_defeated.k, panel.headline.helps_rate_defeated.n) == (1, 1)
    assert panel.headline.helps_rate_control.estimate == 0
    disagreement = {one.family: one.disagreement.estimate for one in panel.families}
    assert disagreement == {"content_defeat": 1.0, "control": 0.0}
    assert by_label["independent_harm"].agreement.raw.estimate == 1.0


def test_agreement_of_two_is_worked_by_hand() -> None:
    panel = _panel(
        {"a": ["helps", "helps", "deflects", "deflects"], "b": ["helps", "deflects", "deflects", "deflects"]}
    )
    agreement = panel.labels[0].agreement
    assert agreement.raw.estimate == pytest.approx(0.75)
    assert agreement.kappa.estimate == pytest.approx((0.75 - 0.5) / (1 - 0.5))
    # α: 8 values, 3 helps and 5 deflects; 1 of 4 pairs differs
    assert agreement.alpha.estimate == pytest.approx(1 - 0.25 / (2 * 3 * 5 / (8 * 7)))


def test_one_judge_is_no_panel() -> None:
    assert panel_of(_table({"a": ["helps", "helps", "deflects", None]}, FAMILIES)) is None
    assert panel_of(_table({"a": ["helps"] * 4, "b": [None] * 4}, FAMILIES)) is None
