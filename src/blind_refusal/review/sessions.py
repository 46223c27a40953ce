"""Who is at the browser: links that work once, and the cookies that they turn into.

Tokens are random and stored as hashes only, so that the store does not let anybody in.
"""

import hashlib
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from blind_refusal.review import rows
from blind_refusal.review.database import Database
from blind_refusal.review.labels import utc
from blind_refusal.review.rows import Rater
from blind_refusal.review.tables import RATERS, SESSIONS

_BYTES = 32
_COLUMNS = SESSIONS.c


class Sessions:
    """Links and cookies of raters and leads; they outlive the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def new_link(self, rater: str) -> str:
        """Return a token that lets a rater (or lead) in once; links made for them before and not used are void.

        Raises:
            UserError: if nobody has this name.
            StoreUnavailableError: if the store cannot be reached.
        """
        with self._database.writing() as connection:
            rows.require_rater(connection, rater)
            unused = (_COLUMNS.rater == rater, _COLUMNS.kind == "link", _COLUMNS.used_at.is_(None))
            connection.execute(update(SESSIONS).where(*unused).values(ended_at=_now()))
            return _new_token(connection, rater, "link")

    def redeem(self, link: str) -> str | None:
        """Turn the token of a link into that of a cookie; None if it is unknown, void or was used before."""
        sound = (
            _COLUMNS.token_hash == _hash(link),
            _COLUMNS.kind == "link",
            _COLUMNS.used_at.is_(None),
            _COLUMNS.ended_at.is_(None),
        )
        with self._database.writing() as connection:
            # One statement, so that of two requests with the same link only one finds it unused.
            if connection.execute(update(SESSIONS).where(*sound).values(used_at=_now())).rowcount != 1:
                return None
            rater = connection.execute(select(_COLUMNS.rater).where(_COLUMNS.token_hash == _hash(link))).scalar_one()
            return _new_token(connection, rater, "cookie")

    def whose(self, cookie: str) -> Rater | None:
        """Return who a cookie belongs to; None if it is unknown or ended."""
        sound = (_COLUMNS.token_hash == _hash(cookie), _COLUMNS.kind == "cookie", _COLUMNS.ended_at.is_(None))
        query = select(RATERS.c.name, RATERS.c.role).join(SESSIONS, _COLUMNS.rater == RATERS.c.name).where(*sound)
        with self._database.reading() as connection:
            found = connection.execute(query).one_or_none()
        return None if found is None else Rater(found[0], found[1])

    def end(self, rater: str) -> None:
        """Shut a rater out: all their links and cookies are void."""
        mine = (_COLUMNS.rater == rater, _COLUMNS.ended_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(update(SESSIONS).where(*mine).values(ended_at=_now()))


def _new_token(connection: Connection, rater: str, kind: str) -> str:
    token = secrets.token_urlsafe(_BYTES)
    connection.execute(insert(SESSIONS).values(token_hash=_hash(token), kind=kind, rater=rater, made=_now()))
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return utc(datetime.now(UTC))
