from pathlib import Path

import polars as pl
import pytest

from blind_refusal.analysis import DIMENSIONS, check_evaluations, read_evaluations
from blind_refusal.errors import UserError
from tests.support.evaluation_rows import Row, defeated, row, table, unscored


def test_absent_optional_columns_become_null() -> None:
    checked = check_evaluations(table(row("a"), unscored("b")))
    for name in ("subtype", *DIMENSIONS, "dual_use", "twin_of", "epoch"):
        assert checked[name].null_count() == 2
    assert checked.schema["dual_use"] == pl.Boolean
    assert checked.schema["epoch"] == pl.Int64


def test_other_columns_are_left_out_and_categories_become_text() -> None:
    given = table(row("a", remark="x")).with_columns(pl.col("family").cast(pl.Categorical))
    checked = check_evaluations(given)
    assert "remark" not in checked.columns
    assert checked.schema["family"] == pl.String


def test_checking_twice_changes_nothing() -> None:
    once = check_evaluations(table(row("a", epoch=1, dual_use=True), defeated("b", "helps", epoch=1, dual_use=None)))
    assert check_evaluations(once).equals(once)


FAULTS = [
    pytest.param([row("a", family="conttrol")], ["family", "'conttrol'", "1 row", "exception_justified"], id="family"),
    pytest.param([row("a", status="fine")], ["status", "'fine'", "unparsed"], id="status"),
    pytest.param([row("a", response_type="refuses")], ["response_type", "'refuses'", "hard_refusal"], id="label"),
    pytest.param([row("a", authority="")], ["authority", "is empty in 1 row"], id="empty text"),
    pytest.param([row("a", subtype=" ")], ["subtype", "blank", "null"], id="blank optional text"),
    pytest.param([row("a", response_type=None)], ["response_type", "null in 1 row", "status is ok"], id="no label"),
    pytest.param([row("a", status="empty")], ["independent_harm", "1 row", "'empty'"], id="label on a failure"),
    pytest.param([row("a"), row("a")], ["response_id", "2 rows share", "'a/m'"], id="the same row twice"),
    pytest.param(
        [row("a"), row("a", model="n", family="content_defeat")],
        ["family", "same case_id", "'a'"],
        id="a case of two families",
    ),
    pytest.param(
        [row("a"), row("b", response_id="a/m", judge="other")],
        ["case_id", "same response_id", "'a/m'"],
        id="a response to two cases",
    ),
]


@pytest.mark.parametrize(("rows", "mentions"), FAULTS)
def test_faults_are_named(rows: list[Row], mentions: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        check_evaluations(table(*rows), Path("given.parquet"))
    for mention in ["given.parquet", *mentions]:
        assert mention in str(caught.value)


def test_all_missing_columns_are_listed_at_once() -> None:
    with pytest.raises(UserError) as caught:
        check_evaluations(table(row("a")).drop("judge", "status"))
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["judge", "status"]


@pytest.mark.parametrize(
    ("column", "values", "mention"),
    [
        pytest.param("model", [3], "Int64, not text", id="numbers for names"),
        pytest.param("dual_use", ["yes"], "String, not true or false", id="words for flags"),
        pytest.param("epoch", [0.5], "Float64, not whole numbers", id="fractions for epochs"),
    ],
)
def test_wrong_types_are_named(column: str, values: list[float] | list[str], mention: str) -> None:
    with pytest.raises(UserError, match=f"{column}: holds {mention}"):
        check_evaluations(table(row("a")).with_columns(pl.Series(column, values)))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(UserError, match="no rows"):
        check_evaluations(table(row("a")).clear())


def test_many_values_are_abridged() -> None:
    rows = [row(f"c{number}", family=f"f{number}") for number in range(5)]
    with pytest.raises(UserError, match=r"'f0', 'f1', 'f2' and 2 more in 5 rows"):
        check_evaluations(table(*rows))


def test_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "evaluations.parquet"
    table(row("a"), defeated("b", "helps")).write_parquet(path)
    assert read_evaluations(path)["case_id"].to_list() == ["a", "b"]


def test_unreadable_files_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.parquet: there is no such file"):
        read_evaluations(tmp_path / "absent.parquet")
    (tmp_path / "text.parquet").write_text("not parquet")
    with pytest.raises(UserError, match="not a readable parquet file") as caught:
        read_evaluations(tmp_path / "text.parquet")
    assert "\n" not in str(caught.value)
