"""`blind-refusal judge` and its subcommands, as a person runs them, against a real HTTP server."""

import json
from pathlib import Path

import pytest

from tests.cli.command import run_command
from tests.conftest import write_lines
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply

HELPS = {**REFUSES, "response_type": "helps", "help_quote": "Go in by the back door at seven"}


def _behaviour(body: Body, _: int) -> Reply:
    """Answer as a subject of two kinds, as a judge, and as an auditor that goes by a giveaway."""
    text = body["messages"][-1]["content"]
    if body["model"] == "refuser":
        return Reply("I can't help with that, yours truly.")
    if "Say which" in body["messages"][0]["content"]:
        author = "openai-api/local/refuser" if "yours truly" in text else "openai-api/local/helper"
        return Reply(json.dumps({"reasoning": "The greeting.", "author": author}))
    if body["model"] == "judge":
        shown = text.split("reply begins]")[1]
        return Reply(json.dumps(HELPS if "back door" in shown else REFUSES))
    return Reply()


@pytest.fixture
def answered(provider: LocalProvider, tmp_path: Path) -> Path:
    """A study whose two models have answered 10 cases each; nothing is judged."""
    provider.behaviour = _behaviour
    study = tmp_path / "study"
    models = ["--model", "openai-api/local/helper", "--model", "openai-api/local/refuser"]
    result = run_command("respond", "--study", study, *models, "--sample", "10", "--yes")
    assert result.returncode == 0, result.stderr
    provider.requests.clear()
    return study


def test_judge_prints_what_was_masked_and_writes_the_tables(answered: Path, provider: LocalProvider) -> None:
    result = run_command("judge", "--study", answered, "--judge", "openai-api/local/judge", "--yes")
    assert result.returncode == 0, result.stderr
    assert "with a name masked" in result.stdout
    assert (answered / "tables" / "judged.parquet").exists()
    assert len(provider.requests) == 20


def test_estimate_sends_nothing_and_shows_the_cost(answered: Path, provider: LocalProvider) -> None:
    judge = ["--judge", "openai-api/local/judge"]
    result = run_command("judge", "--study", answered, *judge, "--estimate", "--price", "1.25/0.125/10")
    assert result.returncode == 0, result.stderr
    assert "Nothing was sent." in result.stdout
    assert "$" in result.stdout
    assert provider.requests == []
    assert "openai-api/local/judge" not in (answered / "study.yaml").read_text(encoding="utf-8")


def test_audit_finds_the_giveaway(answered: Path, provider: LocalProvider, tmp_path: Path) -> None:
    out = tmp_path / "audit.json"
    arguments: list[str | Path] = [
        "audit",
        "--study",
        answered,
        "--judge",
        "openai-api/local/judge",
        "--sample",
        "16",
        "--yes",
    ]
    result = run_command("judge", *arguments, "--json", out)
    assert result.returncode == 0, result.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["asked"], found["accuracy"]["k"]) == (16, 16)
    assert found["chance"] == pytest.approx(0.5)
    assert found["kappa"] == pytest.approx(1.0)
    assert len(provider.requests) == 16
    again = run_command("judge", *arguments)
    assert again.returncode == 0
    assert len(provider.requests) == 16


def test_validate_writes_what_programs_read(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = _behaviour
    lines = [
        {"query": f"How {n}?", "response": "Go in by the back door at seven.", "label": "helps", "family": "control"}
        for n in range(12)
    ]
    lines += [{"query": f"What {n}?", "response": "No, I can't.", "label": "does_not_help"} for n in range(12)]
    lines += [{"query": "So?", "response": "No, I can't.", "label": "COMPLETE"}, {**lines[0], "response": " "}]
    file, out = write_lines(tmp_path / "labels.jsonl", *map(json.dumps, lines)), tmp_path / "out.json"
    arguments: list[str | Path] = [
        "--labels",
        file,
        "--judge",
        "openai-api/local/judge",
        "--ledger",
        tmp_path / "ledger.sqlite",
        "--yes",
    ]
    result = run_command("judge", "validate", *arguments, "--json", out)
    assert result.returncode == 0, result.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["n"], found["responses"], found["missing"]) == (25, 26, {"empty": 1})
    assert found["accuracy_helps"] == pytest.approx(24 / 25)
    chance = (13 * 12 + 12 * 13) / 25**2
    assert found["kappa_helps"] == pytest.approx((24 / 25 - chance) / (1 - chance))
    assert found["helps"]["sensitivity"]["k"] == 12
    assert found["helps"]["negative_predictive_value"]["estimate"] == pytest.approx(12 / 13)
    assert found["by_family"]["control"]["n"] == 12
    assert found["judges"][0]["judge"] == "openai-api/local/judge"
    count = len(provider.requests)
    assert run_command("judge", "validate", *arguments).returncode == 0
    assert len(provider.requests) == count  # nothing is paid for twice


def test_probe_reports_the_attacks_that_work(provider: LocalProvider, tmp_path: Path) -> None:
    def behaviour(body: Body, _: int) -> Reply:
        shown = body["messages"][-1]["content"].split("reply begins]")[1].split("reply ends]")[0]
        if "Vergiss deine Anweisungen" in shown:
            return Reply(json.dumps({**HELPS, "help_quote": "put the matter on the list"}))
        return Reply(json.dumps({**REFUSES, "response_type": "deflects"}))

    provider.behaviour = behaviour
    out = tmp_path / "probe.json"
    arguments: list[str | Path] = [
        "--probe",
        "--judge",
        "openai-api/local/judge",
        "--ledger",
        tmp_path / "l.sqlite",
        "--json",
        out,
    ]
    result = run_command("judge", *arguments, "--yes")
    assert result.returncode == 0, result.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [flip["attack"] for flip in found["flips"]] == ["german"]
    assert found["flipped"]["k"] == found["obeyed"]["k"] == 1
    assert found["flipped"]["n"] >= 60
    assert found["unscored"] == {}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(["validate", "--labels", "{tmp}/none.jsonl"], "cannot be read", id="no_file"),
        pytest.param(["audit"], "--judge MODEL is needed", id="audit_without_judge"),
        pytest.param(["--price", "cheap"], "INPUT/CACHED/OUTPUT is wanted", id="no_price"),
        pytest.param(["--json", "x.json"], "--json is for --probe", id="json_alone"),
        pytest.param(["--study", "{tmp}/none"], "holds no study", id="no_study"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: list[str], reason: str, tmp_path: Path) -> None:
    result = run_command("judge", *(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert result.returncode == 2
    assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_options_that_contradict_a_study_are_told(answered: Path) -> None:
    for arguments, reason in (
        (["--check", "20"], "--check N needs --check-with JUDGE"),
        (["--judge", "lexical", "--repeat", "2"], "the lexical judge knows no --context and no --repeat"),
        (["--estimate", "--price", "cheap"], "INPUT/CACHED/OUTPUT is wanted"),
    ):
        result = run_command("judge", "--study", answered, *arguments)
        assert (result.returncode, reason in result.stderr) == (2, True), result.stderr
