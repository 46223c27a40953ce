from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blind_refusal.analysis import Summary, summarise
from blind_refusal.reporting.charts import (
    NARROW,
    WIDE,
    Layout,
    categories_chart,
    cells_chart,
    families_chart,
    plane_chart,
    spread,
)
from blind_refusal.reporting.svg import chart_png, chart_svg, inline_svg
from tests.support.evaluations_by_rule import HOSTILE, evaluations, without_labels

ELEMENTS = {"svg", "g", "path", "line", "rect", "text", "title", "desc", "tspan"}
LAYOUTS = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]


def charts(summary: Summary, layout: Layout) -> list[dict[str, Any]]:
    return [
        categories_chart(summary.models, layout),
        plane_chart(summary.models, layout),
        families_chart(summary.strata["family"], layout),
        cells_chart(summary.cells, layout),
    ]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pictures_hold_nothing_but_shapes_and_text(layout: Layout) -> None:
    for number, spec in enumerate(charts(summarise(evaluations(HOSTILE)), layout)):
        svg = inline_svg(spec, f"chart{number}", "A title", "A <description>")
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"chart{number}-title chart{number}-desc"
        for element in root.iter():
            assert element.tag.rpartition("}")[2] in {
                "svg",
                "g",
                "path",
                "line",
                "rect",
                "text",
                "title",
                "desc",
                "tspan",
            }
            assert not {name for name in element.attrib if name.startswith(("on", "style", "href", "class"))}
            assert element.get("fill", "none").startswith(("var(--", "none", "transparent"))
            assert element.get("stroke", "none").startswith(("var(--", "none", "transparent"))
        assert "<script" not in svg
        assert "url(" not in svg


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pictures_keep_to_their_width(layout: Layout) -> None:
    names = tuple(f"lab/a-model-with-a-long-name-{number}" for number in range(12))
    for spec in charts(summarise(evaluations(names)), layout):
        width = float(ElementTree.fromstring(chart_svg(spec)).get("width", "inf"))
        assert width <= layout.width + 12


def test_ids_differ_between_pictures() -> None:
    spec = plane_chart(summarise(evaluations()).models, WIDE)
    ids = [
        element.get("id")
        for name in ("one", "two")
        for element in ElementTree.fromstring(inline_svg(spec, name, "t", "d")).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids)) >= 4


def test_figures_can_be_read_off_the_bars() -> None:
    # Model alpha scored 28 defeated responses. By turns of three labels 9 or 10 help in each; see the summary.
    summary = summarise(evaluations())
    model = summary.models[0]
    svg = inline_svg(categories_chart([model], WIDE), "c", "t", "d")
    assert model.helps.estimate is not None
    assert f"{100 * model.helps.estimate:.0f}%" in texts(svg)
    titles = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("title")]
    assert any(title and f"({model.helps.k} of {model.helps.n})" in title for title in titles)


def test_a_model_without_scored_responses_keeps_its_row() -> None:
    failed = without_labels(evaluations(), pl.col("model") == "lab/beta", "error")
    svg = chart_svg(categories_chart(summarise(failed).models, WIDE))
    assert {"alpha", "beta", "no scored response"} <= set(texts(svg))


def test_cells_tell_zero_from_unscored_from_empty() -> None:
    failed = without_labels(evaluations(cases=2), pl.col("family") == "content_defeat", "error")
    svg = chart_svg(cells_chart(summarise(failed).cells, WIDE))
    shown = texts(svg)
    assert "0%" in shown
    assert svg.count("stroke-dasharray") == 1
    hovers = [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("title")]
    assert any(hover.startswith("Content defeat, Family: no scored response") for hover in hovers)


def test_png_is_a_picture() -> None:
    assert chart_png(cells_chart(summarise(evaluations()).cells, NARROW)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param([], [], id="none"),
        pytest.param([5.0], [5.0], id="one"),
        pytest.param([10.0, 50.0], [10.0, 50.0], id="far apart"),
        pytest.param([50.0, 50.0], [45.0, 55.0], id="together"),
        pytest.param([52.0, 48.0], [55.0, 45.0], id="order is kept"),
        pytest.param([0.0, 0.0, 0.0], [0.0, 10.0, 20.0], id="at the edge"),
        pytest.param([99.0, 100.0], [90.0, 100.0], id="at the other edge"),
    ],
)
def test_spread(wanted: list[float], found: list[float]) -> None:
    assert spread(wanted, 10, 100) == pytest.approx(found)


@given(st.lists(st.floats(0, 400), max_size=30))
def test_spread_leaves_room_and_stays_inside(wanted: list[float]) -> None:
    found = sorted(spread(wanted, 13, 400))
    assert all(second - first >= 13 - 1e-6 for first, second in pairwise(found))
    assert all(-1e-6 <= place <= 400 + 1e-6 for place in found)
