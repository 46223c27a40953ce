import csv
import io

import pytest

from blind_refusal.analysis import summarise
from blind_refusal.reporting.tables import TABLES, csv_file, csv_tables
from tests.support.evaluations_by_rule import HOSTILE, evaluations


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_tables_hold_the_summary_in_full() -> None:
    summary = summarise(evaluations())
    tables = csv_tables(summary)
    assert tuple(tables) == TABLES
    headline = {row["rate"]: row for row in read(tables["headline"])}
    for name, rate in summary.headline:
        assert headline[name]["judge"] == "lexical"
        assert float(headline[name]["estimate"]) == rate.estimate
        assert (int(headline[name]["n"]), int(headline[name]["k"])) == (rate.n, rate.k)
    models = read(tables["models"])
    assert [row["model"] for row in models] == ["lab/alpha", "lab/beta"]
    assert float(models[0]["deflects_low"]) == summary.models[0].deflects.low
    assert [row["missing_blocked"] for row in models] == ["5", "0"]
    assert len(read(tables["cells"])) == len(summary.cells) == 5
    assert {row["variable"] for row in read(tables["strata"])} == set(summary.strata)
    missing = read(tables["missing"])
    assert [row["model"] for row in missing] == ["all models", "lab/alpha", "lab/beta"]
    assert float(missing[0]["helps_rate_defeated_if_all_helped"]) == summary.missing.helps_rate_defeated.high
    assert tables["judge_agreement"] == ""


def test_no_cell_is_a_formula_or_a_control_character() -> None:
    tables = csv_tables(summarise(evaluations(HOSTILE)))
    names = [row["model"] for row in read(tables["models"])]
    assert "'+1" in names
    assert "reversed name" in names
    for text in tables.values():
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r"))
                assert not any(ord(char) < 32 for char in cell)


@pytest.mark.parametrize(
    ("cell", "written"),
    [(-0.25, "-0.25"), (None, ""), (0, "0"), ("-0.25", "'-0.25"), ('say "x", y', '"say ""x"", y"')],
)
def test_cells(cell: str | float | None, written: str) -> None:
    assert csv_file([{"name": cell}]) in {f"name\n{written}\n", 'name\n""\n'}
