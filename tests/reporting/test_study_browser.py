"""The report on a study folder has a case browser, with answers or without; a bare table of evaluations has none."""

from pathlib import Path

import pytest

from blind_refusal.cli.main import main
from blind_refusal.study import Study
from blind_refusal.study.browsing import browsing_of
from blind_refusal.study.published import import_published
from tests.reporting.test_case_browser_data import read_script
from tests.support.published_folder import write_published


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return import_published(write_published(tmp_path / "published"), tmp_path / "study").study


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command and return its exit code."""
    monkeypatch.setattr("sys.argv", ["blind-refusal", *arguments])
    try:
        main()
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0


def said_by_models(folder: Path) -> bool:
    return any("lab-a says something" in file.read_text(encoding="utf-8") for file in (folder / "cases").iterdir())


def test_a_study_is_browsed_with_its_answers(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "report", "--study", str(study.folder)) == 0
    name, index = read_script(study.report / "cases" / "index.js")
    assert (name, index["title"], index["models"]) == ("index", "study", ["lab-a", "lab-b"])
    assert [case["id"] for case in index["cases"]] == ["ctl-club-901", "con-club-901", "con-club-902"]
    assert said_by_models(study.report)
    assert 'href="cases.html"' in (study.report / "index.html").read_text(encoding="utf-8")


def test_answers_can_be_left_out(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "report", "--study", str(study.folder), "--no-responses") == 0
    assert not said_by_models(study.report)
    assert (study.report / "cases.html").exists()


def test_a_table_alone_has_no_browser_and_no_answers_to_leave_out(
    study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = study.table_file("evaluations"), tmp_path / "out"
    assert run(monkeypatch, "report", "--evaluations", str(table), "--out", str(out)) == 0
    assert (out / "index.html").exists()
    assert not (out / "cases.html").exists()
    assert run(monkeypatch, "report", "--evaluations", str(table), "--out", str(out), "--no-responses") == 2
    assert "--no-responses belongs to a study" in capsys.readouterr().err


def test_a_study_without_its_cases_is_browsed_by_what_is_known(study: Study) -> None:
    study.cases_file.unlink()
    assert browsing_of(study).cases == {}
