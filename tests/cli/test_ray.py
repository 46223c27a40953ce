"""`--engine ray` from command to report, on two nodes that ask the embedded model's server."""

import json
import signal
import time
from pathlib import Path

import polars as pl
import pytest

from tests.cli.command import run_command, start_command
from tests.support.embedded_installation import needs_weights
from tests.support.local_provider import LocalProvider, Reply

pytest.importorskip("ray", reason="the extra `ray` is not installed")

from tests.support.ray_nodes import kill_one_worker_when, two_nodes


@needs_weights
def test_run_on_two_nodes_against_the_embedded_models_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from blind_refusal.asking.embedded_server import start_server

    server = start_server(2)
    monkeypatch.setenv("LOCAL_API_KEY", server.api_key)
    monkeypatch.setenv("LOCAL_BASE_URL", f"{server.address}/v1")
    study = tmp_path / "study"
    with two_nodes() as address:
        killing = kill_one_worker_when(server.is_busy)
        result = run_command(
            *("run", "--study", study, "--model", "openai-api/local/smollm2", "--sample", "16", "--max-tokens", "40"),
            *("--engine", "ray", "--ray-address", address, "--max-connections", "2", "--yes"),
        )
        killing.join(1)
        assert not killing.is_alive()
    assert result.returncode == 0, result.stderr
    responses = pl.read_parquet(study / "tables" / "responses.parquet")
    assert responses.height == 16
    assert set(responses["status"]) <= {"ok", "truncated"}
    assert (responses["output_tokens"] > 0).all()
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["models"][0]["model"] == "openai-api/local/smollm2"
    written = result.stderr + "".join(
        file.read_text(encoding="utf-8", errors="ignore") for file in study.rglob("*") if file.is_file()
    )
    assert server.api_key not in written


def test_interrupted_it_says_how_to_go_on_and_keeps_what_came(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(delay=0.2)
    study = tmp_path / "study"
    arguments = (
        "respond",
        "--study",
        study,
        "--model",
        "openai-api/local/m",
        "--sample",
        "80",
        "--max-connections",
        "4",
    )
    with two_nodes() as address:
        command = (*arguments, "--yes", "--engine", "ray", "--ray-address", address)
        process = start_command(*command, listen=True)
        while len(provider.answered) < 20 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert said.splitlines()[-1] == "blind-refusal: stopped; the same command goes on from here"
        recorded = pl.read_parquet(study / "tables" / "responses.parquet").height
        assert recorded >= 15
        assert run_command(*command).returncode == 0
    assert pl.read_parquet(study / "tables" / "responses.parquet").height == 80
    assert len(provider.requests) <= 80 + 8  # those under way, and those whose answer had not reached the desk


@pytest.mark.parametrize("option", [("--ray-workers", "2"), ("--ray-address", "127.0.0.1:6379")])
def test_options_of_ray_without_its_engine_are_refused(option: tuple[str, str], tmp_path: Path) -> None:
    result = run_command("respond", "--study", tmp_path / "study", *option)
    assert result.returncode == 2
    assert "--engine ray" in result.stderr


def test_batches_from_a_cluster_are_refused(tmp_path: Path) -> None:
    result = run_command("respond", "--study", tmp_path / "study", "--engine", "ray", "--batch")
    assert result.returncode == 2
    assert "--batch leaves the spreading to the provider" in result.stderr


def test_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = run_command(
        *("respond", "--study", tmp_path / "study", "--model", "openai-api/local/m", "--sample", "2", "--yes"),
        *("--engine", "ray", "--ray-address", "127.0.0.1:1"),
        environment={"LOCAL_API_KEY": "k-0123456789", "LOCAL_BASE_URL": "http://127.0.0.1:9/v1"},
    )
    assert result.returncode == 2
    assert "blind-refusal: no Ray cluster at 127.0.0.1:1: " in result.stderr
    assert "Traceback" not in result.stderr
