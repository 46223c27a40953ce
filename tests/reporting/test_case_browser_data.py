"""What the case browser loads: complete, in the right place, and safe as a script whatever the text."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from blind_refusal.analysis import check_evaluations
from blind_refusal.cases import Case
from blind_refusal.reporting import ReportPaths, write_report
from blind_refusal.reporting.casebook import cell_link, remove_browser
from blind_refusal.reporting.casebook.cells import cells_data
from blind_refusal.reporting.casebook.index import Browsing, Index, index_data, label_code
from blind_refusal.reporting.casebook.scripts import data_script
from tests.conftest import make_case, make_control
from tests.support.evaluation_rows import defeated, row, table, unscored
from tests.support.synthetic_study import MODELS, make_study

HOSTILE = (
    "</script><script>window.owned = 1</script>\u2028<!-- <img src=x onerror='window.owned = 1'> ${window.owned} `"
)


def read_script(file: Path) -> tuple[str, dict[str, Any]]:
    """Return what a data script hands over, by undoing its escapes as a JSON reader does."""
    text = file.read_text(encoding="utf-8")
    match = re.fullmatch(r"blindRefusalData\(\.\.\.(.*)\);\n", text, re.S)
    assert match
    name, data = json.loads(match[1])
    return name, data


def cases() -> list[Case]:
    twins = [make_control("con-club-901-t", twin_of="con-club-901")]
    school = {"authority": "school", "authority_group": "semi_voluntary"}
    return [make_case("con-club-901"), *twins, make_case("con-school-902", **school)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    made = make_study(cases(), say=HOSTILE)
    return write_report(made.evaluations, tmp_path_factory.mktemp("report"), browsing=made.browsing)


def test_no_text_can_end_the_script(report: ReportPaths) -> None:
    files = sorted((report.page.parent / "cases").iterdir())
    assert [file.name for file in files] == ["cell-001.js", "cell-002.js", "cell-003.js", "index.js"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search("[<>&\u2028\u2029]", text)
        assert len(text.splitlines()) == 1


@pytest.mark.parametrize("text", ["</script>", "\u2028\u2029", "\ud800", '"\\', "\0\x1f", "]]>", "__proto__"])
def test_data_come_through_whole(text: str) -> None:
    script = data_script("index", {"text": text})
    assert json.loads(script.removeprefix("blindRefusalData(...").removesuffix(");\n")) == ["index", {"text": text}]
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", script)


def test_the_index_has_every_case_with_its_labels(report: ReportPaths) -> None:
    name, index = read_script(report.page.parent / "cases" / "index.js")
    assert name == "index"
    assert index["models"] == sorted(MODELS)
    assert [cell["file"] for cell in index["cells"]] == ["cell-001", "cell-002", "cell-003"]
    assert [case["id"] for case in index["cases"]] == ["con-club-901-t", "con-school-902", "con-club-901"]
    twin, _, original = index["cases"]
    assert (twin["twin"], original["twin"]) == (2, 0)
    assert index["dimensions"][0] == "kind_of_rule"
    assert original["levels"][0] == "membership_bylaw"
    assert original["query"] == make_case("con-club-901").user_query


def test_a_cell_has_its_cases_answers_and_verdicts(report: ReportPaths) -> None:
    _, index = read_script(report.page.parent / "cases" / "index.js")
    name, cell = read_script(report.page.parent / "cases" / "cell-003.js")
    assert name == "cell-003"
    (case,) = cell["cases"]
    assert case["works"] == "Say that it is last season's; nobody has a list."
    assert len(cell["answers"]) == len(MODELS)
    for answer in cell["answers"]:
        assert [verdict["judge"] for verdict in answer["verdicts"]] == [0, 1]
        if answer["status"] == "ok":
            assert HOSTILE in answer["text"]
            assert answer["verdicts"][0]["why"] == HOSTILE
        letter = index["cases"][2]["labels"][0][answer["model"]]
        first = answer["verdicts"][0]
        types = ("helps", "deflects", "hard_refusal")
        if first["status"] == "ok":
            place = 4 * types.index(first["type"]) + 2 * first["engages"] + first["harm"]
            assert letter == "abcdefghijkl"[place]
        else:
            assert letter == "A"


def test_labels_as_letters() -> None:
    rows = table(
        defeated("a", "helps"),
        defeated("b", "helps", engages=True, harm=True),
        defeated("c", "deflects", harm=True),
        defeated("d", "hard_refusal", engages=True, harm=True),
        unscored("e"),
        unscored("f", status="unjudged"),
    )
    found = check_evaluations(rows).sort("case_id").select(code=label_code())["code"].to_list()
    assert found == ["a", "d", "f", "l", "A", "G"]


def test_epochs_stand_in_their_order_and_gaps_show() -> None:
    rows = table(
        row("a", epoch=2, response_id="2", response_type="helps"),
        row("a", epoch=1, response_id="1"),
        row("a", epoch=1, response_id="3", model="n"),
        row("a", epoch=2, response_id="2", judge="other"),
    )
    index = Index.of(check_evaluations(rows))
    nothing = pl.DataFrame(schema={"response_id": pl.String})
    data = index_data(index, Browsing({}, nothing, nothing), "judge", "Title")
    assert data["cases"][0]["labels"] == [["ea", "e"], [".e", ""]]
    assert data["cases"][0]["query"] is None


def test_conditions_are_told_apart_and_the_list_counts_the_reports_own() -> None:
    rows = table(
        row("a", response_id="1", condition="weigh", wording="original", response_type="helps"),
        row("a", response_id="2", condition="none", wording="original"),
        row("a", response_id="3", condition="none", wording="terse", response_type="hard_refusal"),
    )
    index = Index.of(check_evaluations(rows))
    answers = pl.DataFrame({"response_id": ["1", "2", "3"], "response": "r", "reasoning": None, "status": "ok"})
    quotes = dict.fromkeys(("help_quote", "engagement_quote", "harm_quote", "reasoning"), pl.String)
    verdicts = pl.DataFrame(schema={"response_id": pl.String, "judge": pl.String} | quotes)
    browsing = Browsing(
        {"a": make_control("a")}, answers.with_columns(stop_reason=None), verdicts, {"terse": {"a": "Short."}}
    )
    data = index_data(index, browsing, "judge", "Title")
    assert data["variants"] == ["none, original", "none, terse", "weigh, original"]
    assert data["cases"][0]["labels"] == [["e"]]
    ((_, cell),) = cells_data(index, browsing)
    assert [(answer["id"], answer["variant"], answer["epoch"]) for answer in cell["answers"]] == [
        ("2", 0, 1),
        ("3", 1, 1),
        ("1", 2, 1),
    ]
    assert cell["cases"][0]["wordings"] == [["terse", "Short."]]


def test_without_responses_no_word_of_them_is_left(tmp_path: Path) -> None:
    made = make_study(cases(), say="the very words")
    hidden = Browsing(made.browsing.cases, made.browsing.responses, made.browsing.verdicts, with_responses=False)
    write_report(made.evaluations, tmp_path, browsing=hidden)
    for file in (tmp_path / "cases").iterdir():
        assert "the very words" not in file.read_text(encoding="utf-8")
    _, cell = read_script(tmp_path / "cases" / "cell-003.js")
    assert {verdict["quotes"] == ["", "", ""] for answer in cell["answers"] for verdict in answer["verdicts"]} == {True}


def test_a_report_without_cases_has_no_browser(tmp_path: Path) -> None:
    made = make_study(cases())
    write_report(made.evaluations, tmp_path, browsing=made.browsing)
    assert (tmp_path / "cases.html").exists()
    (tmp_path / "cases" / "mine.txt").write_text("kept")
    paths = write_report(made.evaluations, tmp_path)
    assert paths.browser is None
    assert not (tmp_path / "cases.html").exists()
    assert [file.name for file in (tmp_path / "cases").iterdir()] == ["mine.txt"]
    assert "cases.html" not in paths.page.read_text(encoding="utf-8")
    (tmp_path / "cases" / "mine.txt").unlink()
    remove_browser(tmp_path)
    assert not (tmp_path / "cases").exists()


def test_data_of_cells_that_are_gone_are_removed(tmp_path: Path) -> None:
    made = make_study(cases())
    write_report(made.evaluations, tmp_path, browsing=made.browsing)
    fewer = make_study(cases()[:1])
    write_report(fewer.evaluations, tmp_path, browsing=fewer.browsing)
    assert sorted(file.name for file in (tmp_path / "cases").iterdir()) == ["cell-001.js", "index.js"]


def test_links_to_cells_are_escaped() -> None:
    assert cell_link("control", "a b&c=#") == "cases.html#?family=control&authority=a%20b%26c%3D%23"


def test_every_part_of_the_page_script_is_sound() -> None:
    folder = Path(__file__).parents[2] / "src/blind_refusal/reporting/templates/cases"
    scripts = sorted(folder.glob("*.js"))
    assert scripts
    for file in scripts:
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\.style\b", text
        )
        assert "</script" not in text
