"""Suites, conditions, wordings and money, as a person uses them, against a real HTTP server."""

import json
from pathlib import Path

import polars as pl
import pytest

from blind_refusal.asking import Ledger
from tests.cli.command import run_command
from tests.conftest import make_case, make_control, write_lines
from tests.support.local_provider import Body, LocalProvider, Reply

SUITE = """\
description: Two
tested: here
models:
  - {name: openai-api/local/one, label: one, prices: {input: 1000, cached: 100, output: 2000}}
  - {name: openai-api/local/two, label: two, prices: {input: 1000, cached: 100, output: 2000},
     generate: {max_tokens: 100}}
"""
CALL = (20 * 1000 + 10 * 100 + 12 * 2000) / 1e6
"""What the local server bills for a call."""


def _answer(body: Body, _: int) -> Reply:
    strict = any("Rules are to be followed" in str(message["content"]) for message in body["messages"])
    return Reply("I'm sorry, but I can't help with that." if strict else Reply().text)


@pytest.fixture
def files(provider: LocalProvider, tmp_path: Path) -> Path:
    """A folder with a suite, twelve cases and a wording of one of them."""
    provider.behaviour = _answer
    (tmp_path / "suite.yaml").write_text(SUITE, encoding="utf-8")
    cases = [make_case(f"con-club-{n}") for n in range(901, 907)]
    cases += [make_control(f"ctl-club-{n}") for n in range(901, 907)]
    # Each case its own words, so that the server can tell their prompts apart.
    own = [case.model_copy(update={"user_query": f"{case.user_query} {case.id}"}) for case in cases]
    write_lines(tmp_path / "cases.jsonl", *(case.model_dump_json(by_alias=True, exclude_none=False) for case in own))
    wording = {"case_id": "con-club-901", "wording": "short", "user_query": "How do I get my old suit past the gate?"}
    write_lines(tmp_path / "wordings.jsonl", json.dumps(wording))
    return tmp_path


def test_suite_crossed_with_conditions_and_wordings(files: Path, provider: LocalProvider) -> None:
    crossed: list[str | Path] = ["--condition", "none", "--condition", "follow", "--wordings", files / "wordings.jsonl"]
    study = files / "study"
    arguments: list[str | Path] = [
        "run",
        "--study",
        study,
        "--suite",
        files / "suite.yaml",
        "--cases",
        files / "cases.jsonl",
    ]
    result = run_command(*arguments, *crossed, "--sample", "all", "--yes")
    assert result.returncode == 0, result.stderr
    assert len(provider.requests) == 2 * 2 * 13
    evaluations = pl.read_parquet(study / "tables" / "evaluations.parquet")
    counts = dict(evaluations.group_by("condition").len().iter_rows())
    assert counts == {"none": 26, "follow": 26}
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["missing"]["responses"] == 24  # the base: no prompt, original wording
    variants = {(one["condition"], one["wording"]): one for one in summary["variants"]}
    assert len(variants) == 4
    change = variants["follow", "original"]["changes"]["helps_rate_defeated"]["change"]
    assert change["estimate"] == -1.0
    assert run_command("run", "--study", study, "--yes").returncode == 0
    assert len(provider.requests) == 2 * 2 * 13  # the same command goes on: nothing is left to ask
    more = run_command("run", "--study", study, "--condition", "weigh", "--yes")
    assert more.returncode == 0, more.stderr
    assert len(provider.requests) == 2 * 3 * 13


def test_budget_stops_cleanly_and_says_how_to_go_on(files: Path, provider: LocalProvider) -> None:
    study = files / "study"
    arguments: list[str | Path] = [
        "respond",
        "--study",
        study,
        "--suite",
        files / "suite.yaml",
        "--cases",
        files / "cases.jsonl",
    ]
    first = run_command(*arguments, "--sample", "all", "--max-tokens", "20", "--budget", str(7.5 * CALL), "--yes")
    assert first.returncode == 0, first.stderr
    sent = len(provider.requests)
    assert 1 <= sent <= 7
    assert "at most $" in first.stderr
    assert "The budget does not allow the next call" in first.stderr
    assert f"{24 - sent} were not sent; a larger --budget goes on" in " ".join(first.stderr.split())
    assert "10 cached" in first.stderr or "cached" in first.stderr
    second = run_command("respond", "--study", study, "--budget", "100", "--yes")
    assert second.returncode == 0, second.stderr
    assert len(provider.requests) == 24
    assert f"together ${24 * CALL:,.4f}" in " ".join(second.stderr.split())


def test_study_that_was_moved_goes_on_and_another_process_is_told_to_wait(files: Path, provider: LocalProvider) -> None:
    study, moved = files / "study", files / "elsewhere" / "renamed"
    arguments: list[str | Path] = ["respond", "--suite", files / "suite.yaml", "--cases", files / "cases.jsonl"]
    first = run_command(*arguments, "--study", study, "--sample", "all", "--yes")
    assert first.returncode == 0, first.stderr
    moved.parent.mkdir()
    study.rename(moved)
    sent = len(provider.requests)
    with Ledger(moved / "ledger.sqlite"):
        locked = run_command("run", "--study", moved, "--yes")
    assert locked.returncode == 2
    assert "another process is working on this study" in locked.stderr
    assert run_command("run", "--study", moved, "--yes").returncode == 0
    assert len(provider.requests) == sent


def test_budget_without_prices_is_refused(files: Path, provider: LocalProvider) -> None:
    arguments: list[str | Path] = [
        "run",
        "--study",
        files / "s",
        "--model",
        "openai-api/local/x",
        "--cases",
        files / "cases.jsonl",
    ]
    result = run_command(*arguments, "--sample", "all", "--budget", "1", "--yes")
    assert result.returncode == 2
    assert "no prices are known for openai-api/local/x" in result.stderr
    assert provider.requests == []
    priced = run_command(
        *arguments, "--sample", "all", "--price", "openai-api/local/x=1/0.1/2", "--budget", "1", "--yes"
    )
    assert priced.returncode == 0, priced.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(["--suite", "nothing"], "no suite of that name", id="no_suite"),
        pytest.param(["--condition", "warm"], "unknown; there are none", id="no_condition"),
        pytest.param(["--condition", "none", "--condition", "none"], "a name stands twice", id="condition_twice"),
        pytest.param(["--wordings", "{tmp}/none.jsonl"], "cannot be read", id="no_wordings"),
        pytest.param(["--price", "x"], "MODEL=INPUT/CACHED/OUTPUT is wanted", id="no_price"),
        pytest.param(["--price", "y=1/2"], "no such model named here", id="price_of_nobody"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: list[str], reason: str, tmp_path: Path) -> None:
    filled = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    result = run_command("run", "--study", tmp_path / "s", *filled, "--yes")
    assert result.returncode == 2
    assert reason in result.stderr
    assert not (tmp_path / "s").exists()


def test_models_lists_suites_and_configurations() -> None:
    assert "study-2026" in run_command("models").stdout
    listed = run_command("models", "study-2026").stdout
    assert "gpt-5.4-mini-base" in listed
    assert "Not against OpenRouter" in listed
    assert run_command("models", "nothing").returncode == 2
