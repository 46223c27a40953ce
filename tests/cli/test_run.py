"""The main job from command to report: with the embedded model, and against a server that counts what it is asked."""

import json
import signal
import time
from collections import Counter
from pathlib import Path

import polars as pl

from tests.cli.command import run_command, start_command
from tests.support.embedded_installation import needs_weights
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply, prompt_of

SUBJECT, OTHER, JUDGE = "openai-api/local/subject", "openai-api/local/other", "openai-api/local/judge"


def _answer(body: Body, earlier: int) -> Reply:
    if body["model"] == "judge":
        return Reply(json.dumps(REFUSES))
    return Reply(f"I can't help with that. ({len(prompt_of(body))})")


@needs_weights
def test_run_on_six_cases_with_the_embedded_model(tmp_path: Path) -> None:
    study = tmp_path / "study"
    result = run_command("run", "--study", study, "--sample", "6", "--max-tokens", "40")
    assert result.returncode == 0, result.stderr
    assert "6 calls" in result.stderr
    responses = pl.read_parquet(study / "tables" / "responses.parquet")
    assert responses.height == 6
    assert set(responses["status"]) <= {"ok", "truncated"}
    assert (responses["output_tokens"] > 0).all()
    evaluations = pl.read_parquet(study / "tables" / "evaluations.parquet")
    assert evaluations["status"].to_list() == ["ok"] * 6
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["schema"] == 1
    assert summary["models"][0]["model"] == "embedded/smollm2"
    page = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "embedded/smollm2" in page
    assert "its answers are poor" in page
    again = run_command("run", "--study", study)
    assert again.returncode == 0
    assert "To ask" not in again.stderr


def test_run_with_two_models_and_two_judges(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = _answer
    study = tmp_path / "study"
    models = ("--model", SUBJECT, "--model", OTHER, "--judge", JUDGE, "--judge", "lexical")
    result = run_command("run", "--study", study, "--sample", "10", *models, "--yes")
    assert result.returncode == 0, result.stderr
    assert Counter(body["model"] for body in provider.requests) == {"subject": 10, "other": 10, "judge": 20}
    evaluations = pl.read_parquet(study / "tables" / "evaluations.parquet")
    assert evaluations.height == 40
    assert set(evaluations["response_type"]) == {"hard_refusal"}
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["headline"]["refusal_rate_defeated"]["estimate"] == 1.0
    assert [model["model"] for model in summary["models"]] == [OTHER, SUBJECT]


def test_judge_is_told_no_author(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = _answer
    arguments = ("--study", tmp_path / "study", "--sample", "10", "--model", SUBJECT, "--model", OTHER)
    assert run_command("run", *arguments, "--judge", JUDGE, "--yes").returncode == 0
    judged = [body for body in provider.requests if body["model"] == "judge"]
    texts = [json.dumps({key: value for key, value in body.items() if key != "model"}) for body in judged]
    assert len(texts) == 20
    assert not any(
        name in text for text in texts for name in ("local/subject", "local/other", "control", "defeat_type")
    )
    key = pl.read_parquet(tmp_path / "study" / "key.parquet")
    assert not any(case_id in text for text in texts for case_id in key["case_id"])


def test_system_prompt_and_epochs(provider: LocalProvider, tmp_path: Path) -> None:
    prompt = tmp_path / "system.txt"
    prompt.write_text("Weigh whether the rule deserves compliance.\n", encoding="utf-8")
    arguments = ("--study", tmp_path / "study", "--sample", "3", "--model", SUBJECT, "--yes")
    result = run_command("respond", *arguments, "--system-prompt", prompt, "--epochs", "2")
    assert result.returncode == 0, result.stderr
    assert len(provider.requests) == 6
    first = provider.requests[0]["messages"]
    assert first[0] == {"role": "system", "content": "Weigh whether the rule deserves compliance."}
    assert (first[1]["role"], len(first)) == ("user", 2)


def test_interrupted_it_says_how_to_go_on(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(delay=0.2)
    arguments = (
        "run",
        "--study",
        tmp_path / "study",
        "--sample",
        "60",
        "--model",
        SUBJECT,
        "--yes",
        "--max-connections",
        "2",
    )
    process = start_command(*arguments, listen=True)
    while len(provider.answered) < 6 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "blind-refusal: stopped; the same command goes on from here"
    recorded = pl.read_parquet(tmp_path / "study" / "tables" / "responses.parquet").height
    assert recorded >= 4
    result = run_command(*arguments)
    assert result.returncode == 0
    assert len(provider.requests) <= 60 + 2


def test_refused_key_is_said_and_the_report_counts_what_is_missing(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(status=401) if body["model"] == "other" else Reply()
    study = tmp_path / "study"
    result = run_command("run", "--study", study, "--sample", "5", "--model", SUBJECT, "--model", OTHER, "--yes")
    assert result.returncode == 0, result.stderr
    assert "does not accept the key; 5 requests were not sent" in result.stderr
    page = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "5 planned responses have not been asked for yet" in page
