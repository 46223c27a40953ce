"""Studies on bad days: faulty providers, kills, a full disk, a clock that jumps; and no key in what they leave."""

import hashlib
import json
import random
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from blind_refusal.cases import SHIPPED_CASES, read_cases
from tests.cli.command import run_command, start_command
from tests.support.judge_answers import REFUSES
from tests.support.local_provider import Body, LocalProvider, Reply, prompt_of
from tests.support.small_disk import small_disk

SUBJECT, OTHER, JUDGE = "openai-api/local/subject", "openai-api/local/other", "openai-api/local/judge"
LOCKED = "openai-api/local/locked"
FAULTY_SHARE = 0.3
MAX_RETRIES = 2
MALFORMED_TRIES = 3
PASSING = {
    "429": Reply(status=429, headers={"Retry-After": "1"}),
    "500": Reply(status=500),
    "502": Reply(status=502),
    "reset": Reply(reset=True),
    "half a body": Reply(cut=True),
    "time-out": Reply(delay=8.0),
}
MALFORMED = {"wrong JSON": Reply(raw=b'{"choices": ['), "no choices": Reply(choices=False)}
FINAL = {"filter": Reply("", finish_reason="content_filter"), "bad request": Reply(status=400)}
FAULTS = {**PASSING, **MALFORMED, **FINAL}
STATUS_OF_FINAL = {"filter": "blocked", "bad request": "error"}


def _answer(body: Body, earlier: int) -> Reply:
    if body["model"] == "judge":
        return Reply(json.dumps(REFUSES))
    return Reply(f"I can't help with that. ({len(prompt_of(body))})")


# --- faulty providers -----------------------------------------------------------------------------------------------


def _fault(model: str, prompt: str, call: int) -> str | None:
    """Draw what goes wrong with a call, always the same for the same model, prompt and number of the call."""
    draw = random.Random(hashlib.sha256(f"{model}|{prompt}|{call}".encode()).hexdigest())
    return draw.choice(list(FAULTS)) if draw.random() < FAULTY_SHARE else None


def _fate(model: str, prompt: str) -> tuple[str, int]:
    """Work out, by the documented retries, the status that a request must end with and the calls that it takes."""
    calls = 0
    for _ in range(MALFORMED_TRIES):
        retries = 0
        while (fault := _fault(model, prompt, calls)) in PASSING:
            calls += 1
            if retries == MAX_RETRIES:
                return "error", calls
            retries += 1
        calls += 1
        if fault not in MALFORMED:
            return STATUS_OF_FINAL.get(fault or "", "ok"), calls
    return "error", calls


def test_thirty_percent_of_calls_fail_and_all_that_could_be_had_is_there(
    provider: LocalProvider, tmp_path: Path
) -> None:
    calls: Counter[tuple[str, str]] = Counter()

    def behaviour(body: Body, _: int) -> Reply:
        if body["model"] == "locked":
            return Reply(status=401)
        name, prompt = body["model"], prompt_of(body)
        fault = _fault(name, prompt, calls[name, prompt])
        calls[name, prompt] += 1
        return FAULTS[fault] if fault else _answer(body, 0)

    provider.behaviour = behaviour
    study = tmp_path / "study"
    result = run_command(
        *("run", "--study", study, "--sample", "60", "--model", SUBJECT, "--model", LOCKED, "--model", OTHER, "--yes"),
        *("--max-retries", str(MAX_RETRIES), "--timeout", "4", "--max-connections", "30"),
    )
    assert result.returncode == 0, result.stderr
    fates = {(name, prompt): _fate(name, prompt) for name, prompt in calls}
    assert len(fates) == 120
    wrong = [
        (count, fates[name, prompt], [_fault(name, prompt, call) for call in range(count)])
        for (name, prompt), count in calls.items()
        if count != fates[name, prompt][1]
    ]
    assert not wrong
    responses = pl.read_parquet(study / "tables" / "responses.parquet")
    assert responses.height == 120
    assert Counter(responses["status"]) == Counter(status for status, _ in fates.values())
    drawn = Counter(_fault(name, prompt, call) for (name, prompt), count in calls.items() for call in range(count))
    assert set(drawn) == {None, *FAULTS}  # each kind of fault has come up
    assert 0.2 < 1 - drawn[None] / drawn.total() < 0.4
    failed = responses.filter(pl.col("status") == "error")["error"]
    assert failed.len() > 0
    assert failed.str.len_chars().min() > 5  # type: ignore[operator]
    assert "locked: the provider does not accept the key" in " ".join(result.stderr.split())
    assert "60 requests were not sent" in result.stderr
    locked = sum(body["model"] == "locked" for body in provider.requests)
    assert locked <= 30  # those under way when the first came back
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    answered = Counter(responses["status"])["ok"]
    assert (
        summary["headline"]["refusal_rate_defeated"]["n"] + summary["headline"]["helps_rate_control"]["n"] == answered
    )


# --- kills ----------------------------------------------------------------------------------------------------------


def test_twenty_kills_change_no_table_and_send_no_finished_call_again(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(**{**vars(_answer(body, earlier)), "delay": 0.1})
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    models = ("--model", SUBJECT, "--model", OTHER, "--judge", JUDGE)
    arguments = ("--sample", "60", *models, "--max-connections", "2", "--yes")
    moments = random.Random(7)
    sent_before: dict[tuple[str, str], int] = {}
    for kill in range(20):
        begun = len(provider.requests)
        process = start_command("run", "--study", killed, *arguments)
        # At any moment: while the program loads, asks, judges, or writes its tables.
        wait_for_call = kill % 4 != 0
        deadline = time.monotonic() + (30 if wait_for_call else moments.uniform(0.2, 2.5))
        enough = begun + moments.randint(1, 12)
        while len(provider.requests) < enough and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, "it has come to its end before the last kill"
        process.send_signal(signal.SIGKILL)
        process.wait()
        _assert_not_sent(provider.requests[begun:], sent_before)
        sent_before = _finished(killed)
    result = run_command("run", "--study", killed, *arguments)
    assert result.returncode == 0, result.stderr
    # Sent again may be only what was under way when the process was killed: two connections of two models each time.
    assert len(provider.requests) <= 240 + 20 * 4
    assert run_command("run", "--study", undisturbed, *arguments).returncode == 0
    for table in ("responses", "verdicts", "evaluations"):
        assert _table(killed, table).equals(_table(undisturbed, table)), table


def _finished(study: Path) -> dict[tuple[str, str], int]:
    """Return the finished calls of the first stage: (model, item)."""
    ledger = study / "ledger.sqlite"
    if not ledger.exists():
        return {}
    with sqlite3.connect(ledger) as connection:
        if not connection.execute("SELECT name FROM sqlite_master WHERE name = 'outcomes'").fetchone():
            return {}
        rows = connection.execute("SELECT model, item, count(*) FROM outcomes WHERE stage = 'respond' GROUP BY 1, 2")
        return {(model, item): count for model, item, count in rows}


def _assert_not_sent(requests: list[Body], finished: dict[tuple[str, str], int]) -> None:
    assert set(finished.values()) <= {1}
    queries = {case.user_query: case.id for case in read_cases(SHIPPED_CASES)}
    again = {
        (f"openai-api/local/{body['model']}", queries.get(prompt_of(body), ""))
        for body in requests
        if body["model"] != "judge"
    }
    assert not again & set(finished)


def _table(study: Path, name: str) -> pl.DataFrame:
    """Read a table by case and model, without what differs from study to study: seconds, and the opaque ids."""
    table = pl.read_parquet(study / "tables" / f"{name}.parquet")
    if "case_id" not in table.columns:
        whose = pl.read_parquet(study / "tables" / "responses.parquet", columns=["response_id", "case_id", "model"])
        table = table.join(whose.rename({"model": "author"}), on="response_id")
    table = table.drop(column for column in ("response_id", "seconds") if column in table.columns)
    return table.sort(table.columns)


# --- disk and clock -------------------------------------------------------------------------------------------------


def test_full_disk_is_one_line_and_keeps_what_was_recorded(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply("I can't help with that. " * 400)
    arguments = ("--sample", "400", "--model", SUBJECT, "--yes")
    with small_disk(tmp_path, 2_000_000) as disk:
        study = disk.folder / "study"
        result = run_command("run", "--study", study, *arguments, file_size_limit=disk.file_size_limit)
        assert result.returncode == 2, result.stderr
        last = result.stderr.strip().splitlines()[-1]
        assert last.startswith("blind-refusal: ")
        assert "Traceback" not in result.stderr
        assert any(word in last for word in ("full", "No space left", "cannot be written")), last
        recorded = sum(_finished(study).values())
        assert recorded > 20
        sent = len(provider.requests)
        disk.grow()
        result = run_command("run", "--study", study, *arguments)
        assert result.returncode == 0, result.stderr
        # Lost is only what was on its way to the ledger in that moment.
        assert len(provider.requests) <= sent + 400 - recorded


def test_clock_that_has_jumped_is_said_once_and_changes_nothing(provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = _answer
    study = tmp_path / "study"
    arguments = ("run", "--study", study, "--sample", "6", "--model", SUBJECT, "--yes")
    first = run_command(*arguments)
    assert first.returncode == 0
    assert "Clock " not in first.stderr
    with sqlite3.connect(study / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE outcomes SET finished = '2041-03-01T08:00:00+00:00' WHERE row = 1")
    result = run_command(*arguments)
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("Clock ")]
    assert len(lines) == 1
    assert "2041-03-01" in lines[0]
    assert len(provider.requests) == 6


# --- secrets --------------------------------------------------------------------------------------------------------


def test_planted_keys_are_in_nothing_that_a_failing_study_leaves(
    provider: LocalProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, token = "planted-key-7f3a9c55e1", "planted-token-b81d02aa47"
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(home))

    def behaviour(body: Body, earlier: int) -> Reply:
        said = f"The header was Authorization: Bearer {key}, and your session is {token}."
        if body["model"] == "other":
            return Reply(status=401, error={"message": said, "type": "auth", "code": "invalid_api_key"})
        kinds = (400, 429, 500)
        number = len(prompt_of(body)) % 4
        if number == 3:
            return _answer(body, earlier)
        return Reply(status=kinds[number], error={"message": said, "type": "test", "code": None})

    provider.behaviour = behaviour
    study = tmp_path / "study"
    result = run_command(
        *("run", "--study", study, "--sample", "16", "--model", SUBJECT, "--model", OTHER, "--yes"),
        *("--max-retries", "0"),
        environment={"LOCAL_API_KEY": key, "SESSION_TOKEN": token, "INSPECT_TRACE_FILE": str(tmp_path / "trace.log")},
    )
    assert result.returncode == 0, result.stderr
    responses = pl.read_parquet(study / "tables" / "responses.parquet")
    assert {"ok", "error"} <= set(responses["status"])
    assert responses["error"].str.contains("secret", literal=True).any()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        content = file.read_bytes()
        for secret in (key, token):
            assert secret.encode() not in content, file
    for secret in (key, token):
        assert secret not in result.stdout + result.stderr
    assert key in json.dumps(provider.headers)  # it was really used
    # Tables are compressed: read them as well.
    for table in (study / "tables").glob("*.parquet"):
        assert key not in pl.read_parquet(table).write_json(), table
