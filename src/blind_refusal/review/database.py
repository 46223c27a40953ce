"""The database behind the label store: one engine for SQLite and PostgreSQL, transactions, errors, migrations."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from blind_refusal.errors import UserError
from blind_refusal.text import one_line

PATIENCE_SECONDS = 5
"""How long a connection waits for a lock, or for a server to answer, before it gives up."""

MIGRATIONS = Path(__file__).with_name("migrations")

_WRITES = "blind_refusal_writes"
_MIGRATION_LOCK = 7_210_311
_NO_RIGHTS, _READ_ONLY = "42501", "25006"
"""Codes of PostgreSQL."""
_CONNECTIONS_KEPT, _CONNECTIONS_MORE = 8, 40


class StoreUnavailableError(UserError):
    """The store cannot be reached or cannot take a write just now; nothing of the attempt was kept.

    Sending the same again later is safe: a save that had been taken after all counts once.
    """


class Database:
    """One database, opened and brought to the newest layout."""

    def __init__(self, url: str | URL) -> None:
        """Open a database.

        Args:
            url: of SQLAlchemy: ``sqlite:///FILE`` or ``postgresql+psycopg://…``.

        Raises:
            UserError: if the URL is not such a one, or the database was written by a newer version.
            StoreUnavailableError: if the database cannot be reached.
        """
        self.url = _checked(url)
        self.engine = self._engine()
        try:
            self._migrate()
        except BaseException:
            self.engine.dispose()
            raise

    @property
    def name(self) -> str:
        """The database as messages name it; never with a password."""
        if self.is_sqlite:
            return str(self.url.database)
        return self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database.

        Raises:
            StoreUnavailableError: if the database refuses.
        """
        with self._explained(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, whole or not at all.

        Raises:
            StoreUnavailableError: if the database refuses.
        """
        with self._explained(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _engine(self) -> Engine:
        size = {"pool_size": _CONNECTIONS_KEPT, "max_overflow": _CONNECTIONS_MORE, "pool_timeout": PATIENCE_SECONDS}
        if self.is_sqlite:
            engine = create_engine(self.url, connect_args={"timeout": PATIENCE_SECONDS}, **size)
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        connect_args = {} if "connect_timeout" in self.url.query else {"connect_timeout": PATIENCE_SECONDS}
        try:
            engine = create_engine(self.url, connect_args=connect_args, pool_pre_ping=True, **size)
        except ModuleNotFoundError as error:
            raise UserError(
                f"{self.name}: the driver for PostgreSQL is missing; pip install 'blind-refusal[postgresql]'"
            ) from error
        event.listen(engine, "connect", _set_up_postgresql)
        return engine

    def _migrate(self) -> None:
        from alembic import command
        from alembic.util import CommandError

        from blind_refusal.review.migrations import configuration

        with self.writing() as connection:
            if not self.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            try:
                command.upgrade(configuration(connection), "head")
            except CommandError as error:
                raise UserError(
                    f"{self.name}: cannot be brought to the layout of this version; it may have been written by a "
                    f"newer one ({one_line(str(error))})"
                ) from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeoutError, sqlite3.Error) as error:
            reason = _reason(error)
            if reason is None:
                raise
            raise StoreUnavailableError(f"{self.name}: {reason}") from error


def sqlite_url(file: Path) -> URL:
    """Return the URL of a file of SQLite."""
    return URL.create("sqlite", database=str(file))


def _checked(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UserError("--db: is not the URL of a database; such as postgresql+psycopg://user@host/name") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise UserError(f"--db: {parsed.get_backend_name()}: only sqlite and postgresql can hold labels")
    if parsed.get_backend_name() == "postgresql" and parsed.get_driver_name() != "psycopg":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise UserError("--db: sqlite: name a file, such as sqlite:///labels.sqlite")
    return parsed


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would otherwise begin transactions by itself, too late for a write lock that is taken at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged is on the disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes would fail at once, unretried, if another writer came in between.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
    cursor.execute("SET synchronous_commit = on")
    cursor.close()
    connection.commit()


def _reason(error: SQLAlchemyError | sqlite3.Error) -> str | None:
    """Say in plain words why the database refused; None where the fault is in the program."""
    if isinstance(error, PoolTimeoutError):
        return "is too busy; all connections are in use"
    cause = error.orig if isinstance(error, DBAPIError) else error
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    if getattr(cause, "sqlstate", None) in (_NO_RIGHTS, _READ_ONLY):
        return f"refuses: {one_line(str(cause))}"
    if kinds & {"ProgrammingError", "DataError", "NotSupportedError", "InternalError"}:
        return None
    message = one_line(str(cause))
    known = {
        "database is locked": "is locked by another program",
        "database or disk is full": "is full; free some space on the disk",
        "No space left on device": "is full; free some space on the disk",
        "disk I/O error": "cannot be written: the disk is full or faulty",
        "readonly database": "may not be written",
        "unable to open database file": "cannot be opened; is the folder there and writable?",
        "not a database": "is not a database of labels",
        "malformed": "is damaged",
        "lock timeout": "is locked by another program",
    }
    return next((words for sign, words in known.items() if sign in message), f"cannot be reached: {message}")
