"""Forest plots: rows in order under their headings, marks where they belong, nothing outside the picture."""

from typing import Any

import pytest

from blind_refusal.reporting.charts import NARROW, WIDE, Layout, Mark, Scale, forest_chart
from blind_refusal.reporting.svg import inline_svg


def mark(name: str, *, heading: str = "", series: str = "", estimate: float = 0.5) -> Mark:
    return Mark(
        name=name,
        heading=heading,
        series=series,
        estimate=estimate,
        low=estimate / 2,
        high=estimate * 1.5,
        text=f"{estimate:.2f}",
        hover=f"{heading} {name} {series}",
    )


def data_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    sets = [layer.get("data", {}) for layer in spec["layer"]] + [spec.get("data", {})]
    values = [one.get("values") or spec["datasets"][one["name"]] for one in sets if one]
    return max(values, key=len)


def texts(spec: dict[str, Any]) -> str:
    return inline_svg(spec, "n", "title", "description")


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_rows_of_one_name_under_two_headings_stay_apart(layout: Layout) -> None:
    marks = [mark("κ", heading="Type"), mark("κ", heading="Harm", estimate=0.25), mark("raw", heading="Harm")]
    spec = forest_chart(marks, Scale("agreement", "coefficient", 0.0), layout)
    rows = data_of(spec)
    assert [row["estimate"] for row in rows] == [0.5, 0.25, 0.5]
    assert len({row["row"] for row in rows}) == 3
    svg = texts(spec)
    assert svg.count(">κ<") == 2
    assert ">TYPE<" in svg
    assert ">HARM<" in svg
    assert svg.index(">TYPE<") < svg.index(">HARM<")


def test_odds_ratios_beyond_the_picture_are_cut() -> None:
    marks = [
        Mark(name="far", estimate=1e5, low=1e-7, high=1e9, text="", hover="far"),
        Mark(name="near", estimate=1.0, low=0.9, high=1.1, text="", hover="near"),
    ]
    rows = data_of(forest_chart(marks, Scale("odds", "odds", 1.0), WIDE))
    assert (rows[0]["low"], rows[0]["estimate"], rows[0]["high"]) == (1 / 64, 64.0, 64.0)


@pytest.mark.parametrize("kind", ["rate", "points", "coefficient", "odds", "rank"])
@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_every_kind_of_axis_can_be_drawn(kind: str, layout: Layout) -> None:
    marks = [mark(f"row {number}", series=series) for number in range(3) for series in ("as judged", "corrected")]
    svg = texts(forest_chart(marks, Scale("title of axis", kind, 0.5), layout))
    assert "title of axis" in svg
    assert svg.count("<title>") == 6  # a hover text for each mark
    assert "as judged" in svg


def test_hostile_names_are_drawn_as_text() -> None:
    names = ["'+alert(1)+'", '|]}"\\', "<b>&amp;", "h0|x", "datum.value"]
    svg = texts(forest_chart([mark(name) for name in names], Scale("x", "rate"), WIDE))
    for shown in ("'+alert(1)+'", '|]}"\\', "&lt;b&gt;&amp;amp;", "h0|x", "datum.value"):
        assert f">{shown}<" in svg
