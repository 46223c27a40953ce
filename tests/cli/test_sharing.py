"""Exporting and merging studies, as a person does it, with what others read them with."""

import json
from pathlib import Path

import polars as pl
import pytest
from inspect_ai.log import read_eval_log

from tests.cli.command import run_command
from tests.conftest import make_case, make_control, write_lines
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply

SECRET = "Go in by the back door"


def _answer(body: Body, _: int) -> Reply:
    if body["model"] == "judge":
        return Reply(json.dumps({**REFUSES, "response_type": "helps", "help_quote": SECRET}))
    if body["model"] == "two" and "con-club-901" in str(body["messages"]):
        return Reply("", finish_reason="content_filter")
    return Reply(f"{SECRET} at seven.")


def _run(folder: Path, model: str, **more: str) -> Path:
    options = [part for name, value in more.items() for part in (f"--{name.replace('_', '-')}", value)]
    study = folder / f"study-{model}"
    chosen = ["--model", f"openai-api/local/{model}", "--judge", "openai-api/local/judge"]
    result = run_command(
        "run", "--study", study, *chosen, "--cases", folder / "cases.jsonl", "--sample", "all", "--yes", *options
    )
    assert result.returncode == 0, result.stderr
    return study


@pytest.fixture
def folder(provider: LocalProvider, tmp_path: Path) -> Path:
    provider.behaviour = _answer
    cases = [make_case(f"con-club-{n}") for n in (901, 902)] + [make_control(f"ctl-club-{n}") for n in (901, 902)]
    own = [case.model_copy(update={"user_query": f"{case.user_query} {case.id}"}) for case in cases]
    write_lines(tmp_path / "cases.jsonl", *(case.model_dump_json(by_alias=True) for case in own))
    return tmp_path


def test_inspect_reads_the_logs(folder: Path) -> None:
    study = _run(folder, "two")
    result = run_command("export", "--study", study, "--to", "inspect", "--out", folder / "logs")
    assert result.returncode == 0, result.stderr
    (file,) = (folder / "logs").iterdir()
    log = read_eval_log(str(file))
    assert log.status == "success"
    assert log.eval.model == "openai-api/local/two"
    samples = {sample.id: sample for sample in log.samples or []}
    assert len(samples) == 4
    assert samples["con-club-901"].error is not None
    answered = samples["con-club-902"]
    assert answered.output.completion == f"{SECRET} at seven."
    assert answered.scores is not None
    score = answered.scores["openai-api/local/judge"]
    assert isinstance(score.value, dict)
    assert score.value["response_type"] == "helps"


def test_datasets_reads_the_folder_and_redacting_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _run(folder, "one")
    for options, holds in (([], True), (["--redact"], False)):
        out = folder / f"hf-{holds}"
        result = run_command("export", "--study", study, "--to", "hf", "--out", out, *options)
        assert result.returncode == 0, result.stderr
        texts = [str(pl.read_parquet(file).rows()) for file in (out / "data").iterdir()]
        assert any(SECRET in text for text in texts) is holds
        assert "buy" not in "".join(pl.read_parquet(out / "data" / "cases.parquet").columns)
    logs = run_command("export", "--study", study, "--to", "inspect", "--out", folder / "logs", "--redact")
    assert logs.returncode == 0
    (file,) = (folder / "logs").iterdir()
    assert SECRET not in read_eval_log(str(file)).model_dump_json()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets  # type: ignore[import-untyped]

    cache = str(folder / "cache")
    loaded = datasets.load_dataset(str(folder / "hf-True"), "evaluations", cache_dir=cache)["test"]
    assert set(loaded["response_type"][:]) == {"helps"}
    assert datasets.load_dataset(str(folder / "hf-True"), "responses", cache_dir=cache)["test"].num_rows == 4


def test_studies_of_different_models_merge_and_nothing_is_asked_again(folder: Path, provider: LocalProvider) -> None:
    one, two = _run(folder, "one"), _run(folder, "two")
    count = len(provider.requests)
    result = run_command("merge", one, two, "--study", folder / "both")
    assert result.returncode == 0, result.stderr
    merged = pl.read_parquet(folder / "both" / "tables" / "evaluations.parquet")
    assert dict(merged.group_by("model").len().iter_rows()) == {"openai-api/local/one": 4, "openai-api/local/two": 4}
    apart = pl.concat([pl.read_parquet(study / "tables" / "evaluations.parquet") for study in (one, two)])
    assert merged.sort("response_id").equals(apart.sort("response_id"))
    again = run_command("run", "--study", folder / "both", "--yes")
    assert again.returncode == 0, again.stderr
    assert len(provider.requests) == count


def test_studies_that_differ_are_refused_with_the_difference(folder: Path) -> None:
    one, two = _run(folder, "one"), _run(folder, "two", epochs="2")
    for studies, reason in (
        ([one, two], "differ in epochs: 1 and 2"),
        ([one, one], "model openai-api/local/one is in"),
        ([one], "at least two studies"),
        ([one, folder], "holds no study"),
    ):
        result = run_command("merge", *studies, "--study", folder / "both")
        assert (result.returncode, reason in result.stderr) == (2, True), result.stderr
        assert not (folder / "both").exists()
