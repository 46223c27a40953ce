"""Conditions and wordings: the base makes the headline, every other variant is compared with it case by case."""

import polars as pl
import pytest

from blind_refusal.analysis import summarise


def _rows(condition: str | None, wording: str | None, helped: set[int]) -> list[dict[str, object]]:
    return [
        {
            "response_id": f"{condition}-{wording}-{n}",
            "case_id": f"c{n}",
            "model": "m",
            "condition": condition,
            "wording": wording,
            "judge": "j",
            "family": "control" if n < 10 else "content_defeat",
            "authority": "club",
            "authority_group": "voluntary",
            "response_type": "helps" if n in helped else "deflects",
            "engages_with_defeat": False,
            "independent_harm": False,
            "status": "ok",
        }
        for n in range(30)
    ]


def test_headline_rests_on_the_base_and_variants_are_compared_with_it() -> None:
    table = pl.DataFrame(
        [
            *_rows("follow", "original", set()),
            *_rows("none", "original", set(range(10, 20))),
            *_rows("none", "short", set(range(10, 22))),
        ]
    )
    summary = summarise(table, replicates=100)
    assert summary.headline.helps_rate_defeated.estimate == pytest.approx(0.5)
    assert summary.missing.responses == 30
    by_name = {(variant.condition, variant.wording): variant for variant in summary.variants}
    assert list(by_name) == [("none", "original"), ("follow", "original"), ("none", "short")]
    assert by_name["none", "original"].base
    assert by_name["none", "original"].changes is None
    follow = by_name["follow", "original"]
    assert follow.headline.helps_rate_defeated.estimate == 0
    assert follow.changes is not None
    assert follow.changes["helps_rate_defeated"].change.estimate == pytest.approx(-0.5)
    assert follow.changes["helps_rate_defeated"].more_than_noise
    short = by_name["none", "short"].changes
    assert short is not None
    assert short["helps_rate_defeated"].change.estimate == pytest.approx(0.1)
    assert not short["helps_rate_defeated"].more_than_noise


def test_one_variant_is_none() -> None:
    assert summarise(pl.DataFrame(_rows(None, None, set()), infer_schema_length=None), replicates=100).variants == []
