"""Many raters at once, killed processes, and databases that refuse: no acknowledged label is lost."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, text

from blind_refusal.errors import UserError
from blind_refusal.review import LabelStore, Phase, StoreUnavailableError
from blind_refusal.review import database as database_module
from tests.support.labels import assign, draft, verdict_values

RATERS = [f"rater-{number:02d}" for number in range(20)]
ITEMS = [f"r{number}" for number in range(15)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks and servers for one second only."""
    monkeypatch.setattr(database_module, "PATIENCE_SECONDS", 1)


def test_twenty_raters_at_once_lose_nothing(store: LabelStore) -> None:
    assign(store, ITEMS, RATERS)
    together = Barrier(len(RATERS))

    def rate(rater: str) -> list[str]:
        together.wait()
        return [store.save(draft(item, rater)).id for item in ITEMS]

    with ThreadPoolExecutor(len(RATERS)) as pool:
        acknowledged = [one for ids in pool.map(rate, RATERS) for one in ids]
    assert len(acknowledged) == len(RATERS) * len(ITEMS)
    assert sorted(row.id for row in store.all_rows()) == sorted(acknowledged)
    assert all(set(store.labels(rater, Phase.VERDICTS)) == set(ITEMS) for rater in RATERS)


def test_changes_of_one_label_at_once_are_all_kept(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    drafts = [draft("r1", comment=str(number)) for number in range(8)]
    with ThreadPoolExecutor(len(drafts)) as pool:
        list(pool.map(store.save, drafts))
    history = store.history("ana", Phase.VERDICTS, "r1")
    assert [row.revision for row in history] == list(range(1, len(drafts) + 1))
    assert {row.comment for row in history} == {one.comment for one in drafts}


def test_one_save_sent_many_times_at_once_counts_once(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    wanted = draft("r1")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.save(wanted), range(8)))
    assert store.all_rows() == found[:1]
    assert len({label.time for label in found}) == 1


def test_one_link_used_many_times_at_once_lets_in_once(store: LabelStore) -> None:
    store.add_rater("ana")
    link = store.sessions.new_link("ana")
    with ThreadPoolExecutor(8) as pool:
        cookies = list(pool.map(lambda _: store.sessions.redeem(link), range(8)))
    assert len([cookie for cookie in cookies if cookie]) == 1


def test_new_store_opened_many_times_at_once(store_url: str) -> None:
    together = Barrier(6)

    def open_and_add(number: int) -> None:
        together.wait()
        with LabelStore(store_url) as store:
            store.add_rater(f"rater-{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_and_add, range(6)))
    with LabelStore(store_url) as store:
        assert len(store.raters()) == 6


def test_killed_process_has_kept_all_that_it_acknowledged(store_url: str) -> None:
    with LabelStore(store_url) as store:
        assign(store, ["r1"], ["ana"])
    acknowledged: list[str] = []
    for attempt in range(2):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.saving_process", store_url, f"attempt-{attempt}"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(20 + attempt)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert len(acknowledged) > 40
    with LabelStore(store_url) as store:
        kept = [row.id for row in store.all_rows()]
        assert [row.revision for row in store.history("ana", Phase.VERDICTS, "r1")] == list(range(1, len(kept) + 1))
        store.save(draft("r1"))
    assert set(acknowledged) <= set(kept)


@pytest.mark.usefixtures("impatient")
def test_locked_file(tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store:
        assign(store, ["r1"], ["ana"])
        wanted = draft("r1")
        blocker = sqlite3.connect(tmp_path / "labels.sqlite", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match=r"labels\.sqlite: is locked by another program"):
            store.save(wanted)
        assert store.labels("ana", Phase.VERDICTS) == {}
        blocker.execute("ROLLBACK")
        blocker.close()
        saved = store.save(wanted)
        assert store.all_rows() == [saved]


@pytest.mark.usefixtures("impatient")
def test_locked_table_of_a_server(postgresql_url: str) -> None:
    with LabelStore(postgresql_url) as store, LabelStore(postgresql_url) as other:
        assign(store, ["r1"], ["ana"])
        with other.database.engine.begin() as blocker:
            blocker.execute(text("lock table labels in access exclusive mode"))
            with pytest.raises(StoreUnavailableError, match="is locked by another program"):
                store.save(draft("r1"))
        store.save(draft("r1"))


def test_full_disk(tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store:
        assign(store, ["r1"], ["ana"])
        before = store.save(draft("r1"))

        @event.listens_for(store.database.engine, "begin")
        def _no_more_pages(connection: object) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

        wanted = draft("r1", comment="y" * 20_000)
        with pytest.raises(StoreUnavailableError, match="is full"):
            store.save(wanted)
    with LabelStore.of_study(tmp_path) as store:
        assert store.all_rows() == [before]
        store.save(wanted)


def test_disk_that_takes_no_more_bytes(tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store:
        assign(store, ["r1"], ["ana"])
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from blind_refusal.review import LabelStore, StoreUnavailableError\n"
        "from tests.support.labels import draft, verdict_values\n"
        "store = LabelStore.of_study(Path(sys.argv[1])); print(store.save(draft('r1', id='first-save')).id)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        "quote = dict(engages_with_defeat=True, engagement_quote='z' * 99_000)\n"
        "try:\n"
        "    for number in range(9):\n"
        "        print(store.save(draft('r1', id=f'later-{number:03d}', values=verdict_values(**quote))).id)\n"
        "except StoreUnavailableError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    *acknowledged, refusal = done.stdout.splitlines()
    assert "labels.sqlite: " in refusal
    assert "full" in refusal
    with LabelStore.of_study(tmp_path) as store:
        assert [row.id for row in store.all_rows()] == acknowledged
        store.save(draft("r1", values=verdict_values()))


def test_server_that_only_reads(postgresql_url: str) -> None:
    with LabelStore(postgresql_url) as store:
        assign(store, ["r1"], ["ana"])
        with store.database.engine.begin() as connection:
            name = connection.engine.url.database
            connection.execute(text(f"alter database {name} set default_transaction_read_only = on"))
        store.database.engine.dispose()
        assert store.all_rows() == []
        with pytest.raises(StoreUnavailableError, match="refuses: cannot execute INSERT in a read-only transaction"):
            store.save(draft("r1"))


def test_server_that_went_away_and_came_back(postgresql_url: str) -> None:
    with LabelStore(postgresql_url) as store, LabelStore(postgresql_url) as other:
        assign(store, ["r1"], ["ana"])
        with other.database.engine.begin() as connection:
            connection.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
            )
        store.save(draft("r1"))
        assert len(store.all_rows()) == 1


UNREACHABLE = {
    "no server": ("postgresql+psycopg://ana:secret-word@127.0.0.1:9/labels", StoreUnavailableError, "127.0.0.1:9"),
    "no folder": ("sqlite:////nowhere/at/all/labels.sqlite", StoreUnavailableError, "cannot be opened"),
    "no url": ("labels.sqlite", UserError, "is not the URL of a database"),
    "other database": ("mysql://ana:secret-word@host/labels", UserError, "--db"),
    "unknown": ("foo://ana:secret-word@host", UserError, "is not the URL of a database"),
    "memory": ("sqlite://", UserError, "name a file"),
}


@pytest.mark.parametrize(("url", "kind", "message"), UNREACHABLE.values(), ids=UNREACHABLE.keys())
def test_store_that_cannot_be_opened(url: str, kind: type[UserError], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        LabelStore(url)
    assert "secret-word" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "labels.sqlite").write_bytes(b"something else entirely " * 100)
    with pytest.raises(StoreUnavailableError, match="is not a database of labels"):
        LabelStore.of_study(tmp_path)


def test_file_that_may_not_be_written(tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store:
        assign(store, ["r1"], ["ana"])
        saved = store.save(draft("r1"))
    with LabelStore(f"sqlite:///file:{tmp_path / 'labels.sqlite'}?mode=ro&uri=true") as read_only:
        assert read_only.all_rows() == [saved]
        with pytest.raises(StoreUnavailableError, match="may not be written"):
            read_only.save(draft("r1"))
