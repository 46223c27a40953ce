"""The published schema of ``summary.json``."""

import json
from pathlib import Path

import pytest

from blind_refusal.analysis import summarise
from blind_refusal.analysis.schema import summary_schema
from tests.support.evaluation_rows import Row, defeated, row, table, unscored
from tests.support.scored_rows import simulated

PUBLISHED = Path(__file__).parents[2] / "docs" / "summary.schema.json"


def test_the_published_schema_is_up_to_date() -> None:
    published = PUBLISHED.read_text(encoding="utf-8")
    assert published == summary_schema(), "python -m blind_refusal.analysis > docs/summary.schema.json"


def validate(document: str) -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(
        json.loads(PUBLISHED.read_text(encoding="utf-8"))
    )
    errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(json.loads(document))]
    assert errors == []


def test_a_summary_with_everything_fits() -> None:
    rows = simulated(1, defeated=100, control=40, models=(0.0, 1.0))
    summary = summarise(rows, replicates=50)
    assert summary.drivers.drivers
    assert summary.comparisons
    validate(summary.model_dump_json())


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([defeated("d", "helps")], id="one row"),
        pytest.param([unscored("d", family="content_defeat"), unscored("c")], id="no label"),
        pytest.param([defeated("d", "helps", model=name) for name in "ab"], id="one case"),
        pytest.param([defeated(f"d{place}", "helps") for place in range(4)], id="all equal"),
        pytest.param([defeated("d", "helps"), row("c", twin_of="d"), row("e", twin_of="gone")], id="twins"),
    ],
)
def test_small_summaries_fit(rows: list[Row]) -> None:
    validate(summarise(table(*rows), replicates=50).model_dump_json())


def test_the_schema_refuses_what_is_no_summary() -> None:
    with pytest.raises(AssertionError):
        validate("{}")
