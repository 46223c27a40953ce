"""The command line: help, readable errors, exit codes, and the commands on cases."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from blind_refusal.cases import read_cases, to_published, write_cases
from tests.cli.command import run_command
from tests.conftest import make_case, make_control, write_lines


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, blind_refusal.cli.main\n"
        "heavy = {'polars', 'inspect_ai', 'altair', 'pydantic', 'numpy', 'scipy', 'xllamacpp'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    "arguments", [[], ["run"], ["respond"], ["judge"], ["report"], ["cases"], ["cases", "check"]], ids=" ".join
)
def test_help_is_there(arguments: list[str]) -> None:
    result = run_command(*arguments, "--help")
    assert result.returncode == 0
    assert "--help" in result.stdout


def test_version() -> None:
    assert run_command("--version").stdout.startswith("blind-refusal 0.")


USER_ERRORS = {
    "unknown_command": (["fly"], "No such command"),
    "unknown_option": (["run", "--fast"], "No such option"),
    "bad_number": (["run", "--epochs", "0"], "--epochs"),
    "unknown_provider": (["run", "--model", "nowhere/x", "--study", "{tmp}/s"], "nowhere"),
    "bad_model_name": (["run", "--model", "gpt", "--study", "{tmp}/s"], "provider/model is wanted"),
    "bad_sample": (["run", "--sample", "half", "--study", "{tmp}/s"], "per-cell=N"),
    "no_cases": (["run", "--cases", "{tmp}/none.jsonl", "--study", "{tmp}/s"], "none.jsonl"),
    "no_system_prompt": (["run", "--system-prompt", "{tmp}/none.txt", "--study", "{tmp}/s"], "none.txt"),
    "no_study": (["judge", "--study", "{tmp}/s"], "holds no study"),
    "no_study_to_report": (["report", "--study", "{tmp}/s"], "holds no study"),
    "no_evaluations": (["report", "--evaluations", "{tmp}/e.parquet", "--out", "{tmp}/r"], "e.parquet"),
    "no_out": (["report", "--evaluations", "{tmp}/e.parquet"], "needs --out"),
    "no_such_case": (["cases", "show", "nothing"], "no case 'nothing'"),
    "no_such_family": (["cases", "taxonomy", "--family", "weather"], "known: control"),
}


@pytest.mark.parametrize(("arguments", "message"), USER_ERRORS.values(), ids=USER_ERRORS.keys())
def test_users_mistake_is_readable_and_exits_with_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    result = run_command(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "s").exists()


def test_calls_that_may_cost_money_are_not_made_unasked(tmp_path: Path) -> None:
    environment = {"LOCAL_API_KEY": "k", "LOCAL_BASE_URL": "http://127.0.0.1:9/v1"}
    arguments = ("run", "--model", "openai-api/local/a", "--study", tmp_path / "s", "--sample", "3")
    result = run_command(*arguments, environment=environment)
    assert result.returncode == 2
    assert "openai-api/local/a 3" in result.stderr
    assert "say --yes" in result.stderr


def test_check_lists_every_bad_line(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "cases.jsonl", "{}", "nonsense", '{"id": "x", "colour": 1}')
    result = run_command("cases", "check", file)
    assert result.returncode == 2
    for line in (1, 2, 3):
        assert f"{file}:{line}: " in result.stderr
    assert f"{file}:3: colour: Extra inputs" in result.stderr


def test_check_of_the_shipped_cases() -> None:
    result = run_command("cases", "check")
    assert result.returncode == 0
    assert "0 bad lines" in result.stdout


def test_stats_show_and_taxonomy(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    query = "Red \x1b[31mtext\x1b[0m and \u202ebackwards. " + "How do I swim on in my old suit? " * 10
    write_cases(file, [make_case("con-club-901", user_query=query), make_control("ctl-club-901")])
    stats = run_command("cases", "stats", "--cases", file).stdout
    assert "2 cases, 0 of them twins" in stats
    shown = run_command("cases", "show", "con-club-901", "--cases", file).stdout
    assert "The chairman sells suits." in shown
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    taxonomy = run_command("cases", "taxonomy").stdout
    assert "Cells: 84 populated, 11 empty" in taxonomy
    assert "retroactive_application" in taxonomy


def test_convert_there_and_back(tmp_path: Path) -> None:
    ours, published, again = (tmp_path / name for name in ("ours.jsonl", "published.jsonl", "again.jsonl"))
    case = make_case("con-club-901")
    write_cases(ours, [case])
    assert run_command("cases", "convert", ours, published, "--to", "published").returncode == 0
    assert json.loads(published.read_text(encoding="utf-8")) == to_published(case)
    assert run_command("cases", "convert", published, again).returncode == 0
    assert read_cases(again)[0].user_query == case.user_query
