"""The ledger: added once, never changed, one writer at a time."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from blind_refusal.asking import Ledger, Outcome, Status
from blind_refusal.errors import UserError

OUTCOME = Outcome(
    key="k1",
    stage="respond",
    item="con-club-901",
    model="a",
    epoch=1,
    turn=0,
    prompt="",
    status=Status.OK,
    stop_reason="stop",
    text="An answer with ünïcode \x00 and all",
    reasoning="",
    error="",
    input_tokens=3,
    cached_tokens=1,
    output_tokens=4,
    seconds=0.5,
    tries=1,
    finished="2026-11-24T12:00:00+00:00",
)


def test_outcomes_survive_closing(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add([OUTCOME, replace(OUTCOME, key="k2", stage="judge")])
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.get("k1") == OUTCOME
        assert ledger.get("nothing") is None
        assert ledger.statuses("respond") == {"k1": Status.OK}
        assert [outcome.key for outcome in ledger.outcomes("judge")] == ["k2"]


def test_newest_outcome_of_a_key_counts_and_the_old_one_stays(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add([replace(OUTCOME, status=Status.ERROR, text="", error="status 500")])
        ledger.add([OUTCOME])
        assert ledger.get("k1") == OUTCOME
        assert list(ledger.outcomes("respond")) == [OUTCOME]
        assert ledger.statuses("respond") == {"k1": Status.OK}
        assert ledger._connection.execute("SELECT count(*) FROM outcomes").fetchone() == (2,)


def test_second_writer_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    code = (
        "import sys, time; from pathlib import Path; from blind_refusal.asking import Ledger\n"
        f"ledger = Ledger(Path({str(file)!r})); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(UserError, match="another process is working on this study"):
            Ledger(file)
        other.kill()
    for _ in range(50):  # the lock goes with the process
        try:
            Ledger(file).close()
            return
        except UserError:
            time.sleep(0.1)
    pytest.fail("the lock outlived its process")


def test_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_text("not a database, but something that somebody wants to keep", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be opened as a ledger"):
        Ledger(file)
    assert file.read_text(encoding="utf-8").startswith("not a database")


def test_ledger_of_a_later_format_is_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger._connection.execute("PRAGMA user_version=99")
    with pytest.raises(UserError, match="has ledger format 99"):
        Ledger(tmp_path / "ledger.sqlite")


def test_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add([OUTCOME])
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count={pages + 2}")  # the disk is full from here
        long = [replace(OUTCOME, key=f"k{n}", text="x" * 3000) for n in range(2, 20)]
        with pytest.raises(UserError, match="cannot be written: database or disk is full; what was recorded before"):
            ledger.add(long)
        assert ledger.statuses("respond") == {"k1": Status.OK}
