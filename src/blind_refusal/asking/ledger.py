"""The ledger: every outcome of every request of a study, in one SQLite file. It is the study's source of truth.

Outcomes are only ever added. A request that failed and is asked again gets a new row; the newest row of a key counts.
A row is there if and only if the outcome is known, so whatever kills the process, the next run asks for what is missing
and for nothing else. (Requests that were under way at that moment must be sent again: nobody knows their outcome. Only
what waits in a provider's batch does not: where it waits is kept until its outcome is there.)
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from blind_refusal.asking.outcomes import Outcome, Status
from blind_refusal.errors import UserError

_SCHEMA_VERSION = 1
_COLUMNS = [field.name for field in fields(Outcome)]
_CREATE = f"""
CREATE TABLE IF NOT EXISTS outcomes (
    row INTEGER PRIMARY KEY,
    {", ".join(f"{column} NOT NULL" for column in _COLUMNS)}
);
CREATE INDEX IF NOT EXISTS outcomes_by_key ON outcomes (key, row);
CREATE TABLE IF NOT EXISTS batches (key PRIMARY KEY, batch NOT NULL, name NOT NULL) WITHOUT ROWID;
"""
_NEWEST = "row = (SELECT max(row) FROM outcomes AS other WHERE other.key = outcomes.key)"


@dataclass(frozen=True)
class Place:
    """Where in a provider's batch a request waits."""

    batch: str
    """The provider's name of the batch."""
    name: str
    """The request's name in it."""


class Ledger:
    """Outcomes of requests. One process at a time may write; use it as a context manager.

    Raises:
        UserError: if another process is writing to the same ledger, or the file is not a ledger.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._turn = threading.Lock()
        self._lock = FileLock(file.with_name(file.name + ".lock"), timeout=0)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise UserError(f"{file}: another process is working on this study; wait for it or stop it") from error
        except OSError as error:
            raise UserError(f"{file}: cannot be opened: {error.strerror or error}") from error
        try:
            self._connection = self._open()
        except (sqlite3.Error, UserError) as error:
            self._lock.release()
            if isinstance(error, UserError):
                raise
            raise UserError(f"{file}: cannot be opened as a ledger: {error}") from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, check_same_thread=False, isolation_level=None)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA_VERSION):
            connection.close()
            raise UserError(f"{self.file}: has ledger format {version}; this version reads format {_SCHEMA_VERSION}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(_CREATE)
        connection.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let other processes have it."""
        self._connection.close()
        self._lock.release()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Add outcomes in one transaction; when this returns they are on disk.

        Raises:
            UserError: if they cannot be written (a full disk, say); then none of them is.
        """
        rows = [astuple(outcome) for outcome in outcomes]
        marks = ", ".join("?" * len(_COLUMNS))
        with self._writing() as connection:
            connection.executemany(f"INSERT INTO outcomes ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)  # noqa: S608 - column names are our own
            connection.executemany("DELETE FROM batches WHERE key = ?", [(row[0],) for row in rows])

    def note_places(self, places: Mapping[str, Place]) -> None:
        """Note in which batch requests wait, by key, until their outcomes are added.

        Raises:
            UserError: if it cannot be written.
        """
        rows = [(key, place.batch, place.name) for key, place in places.items()]
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO batches VALUES (?, ?, ?)", rows)

    def places(self) -> dict[str, Place]:
        """Return where requests wait in providers' batches, by key."""
        rows = self._connection.execute("SELECT key, batch, name FROM batches")
        return {key: Place(batch, name) for key, batch, name in rows}

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction; several threads take turns."""
        with self._turn:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise UserError(f"{self.file}: cannot be written: {error}; what was recorded before is safe") from error

    def statuses(self, stage: str) -> dict[str, Status]:
        """Return the status of every request of a stage whose outcome is known, by key."""
        rows = self._connection.execute(f"SELECT key, status FROM outcomes WHERE {_NEWEST} AND stage = ?", (stage,))  # noqa: S608
        return {key: Status(status) for key, status in rows}

    def get(self, key: str) -> Outcome | None:
        """Return the newest outcome of a request, or None if there is none yet."""
        return next(self._select("key = ? ORDER BY row DESC LIMIT 1", key), None)

    def outcomes(self, stage: str) -> Iterator[Outcome]:
        """Yield the newest outcome of every request of a stage, in the order in which they came in."""
        return self._select(f"{_NEWEST} AND stage = ? ORDER BY row", stage)

    def all_outcomes(self, stage: str) -> Iterator[Outcome]:
        """Yield every outcome of a stage, those that were asked again included, in the order in which they came in."""
        return self._select("stage = ? ORDER BY row", stage)

    def _select(self, condition: str, value: str) -> Iterator[Outcome]:
        query = f"SELECT {', '.join(_COLUMNS)} FROM outcomes WHERE {condition}"  # noqa: S608 - nothing in it comes from outside
        for row in self._connection.execute(query, (value,)):
            named = dict(zip(_COLUMNS, row, strict=True))
            yield Outcome(**{**named, "status": Status(named["status"])})


def newest_date(file: Path) -> datetime | None:
    """Return the latest moment at which an outcome of a ledger is dated, or None if there is no outcome yet.

    Another process may be writing to the ledger.
    """
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            newest = connection.execute("SELECT max(finished) FROM outcomes").fetchone()[0]
    except sqlite3.Error:
        return None  # whoever opens it for writing is told what is wrong with it
    return datetime.fromisoformat(newest) if newest else None
