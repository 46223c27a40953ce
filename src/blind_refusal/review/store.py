"""The store of people's labels: one schema in a file of SQLite or on a PostgreSQL server.

Labels are only ever added: saving again, undoing and taking back are new rows, and the newest row counts. A method that
serves a rater takes the rater's name and looks at nothing of anybody else's; the few that look at everything say so.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import URL, Connection, select
from sqlalchemy.exc import IntegrityError

from blind_refusal.errors import UserError
from blind_refusal.review import rows
from blind_refusal.review.assignments import Assignment, Purpose
from blind_refusal.review.database import Database, StoreUnavailableError, sqlite_url
from blind_refusal.review.labels import Draft, Label, LabelKind, Name, Phase
from blind_refusal.review.rows import LabelKey, Rater, RefusedSaveError, Role
from blind_refusal.review.sessions import Sessions
from blind_refusal.review.tables import ASSIGNMENTS, LABELS, RATERS

STORE_FILE = "labels.sqlite"
"""Name of the store's file in a study's folder."""

_ATTEMPTS = 20
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_Result = TypeVar("_Result")


class LabelStore:
    """People's labels, who they are, and what they are to label. Safe to use from many threads and processes."""

    def __init__(self, url: str | URL) -> None:
        """Open a store; make it, or bring it to the newest layout, where needed.

        Args:
            url: of SQLAlchemy: ``sqlite:///FILE`` or ``postgresql+psycopg://…``.

        Raises:
            UserError: if the URL is not such a one, or the store was written by a newer version.
            StoreUnavailableError: if the database cannot be reached.
        """
        self.database = Database(url)
        self.sessions = Sessions(self.database)

    @classmethod
    def of_study(cls, folder: Path, db: str | None = None) -> Self:
        """Open the store of a study: the file in its folder, unless the URL of another database is given."""
        return cls(db or sqlite_url(folder / STORE_FILE))

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    # Who there is

    def add_rater(self, name: str, role: Role = "rater") -> Rater:
        """Add somebody; who is there already in the same role stays as they are.

        Raises:
            UserError: if the name cannot be one, or belongs to somebody in the other role.
        """
        try:
            sound = _NAME.validate_python(name)
        except ValidationError as error:
            raise UserError(
                f"rater {name!r:.100}: a name is one line of at most 80 characters without , ; / \\"
            ) from error
        return self._write(lambda connection: rows.add_rater(connection, sound, role))

    def raters(self, role: Role | None = "rater") -> list[Rater]:
        """Return the raters (or leads, or with None both) in the order of their names."""
        query = select(RATERS.c.name, RATERS.c.role).order_by(RATERS.c.name)
        with self.database.reading() as connection:
            found = connection.execute(query if role is None else query.where(RATERS.c.role == role)).all()
        return [Rater(name, role_) for name, role_ in found]

    # What is to be labelled

    def assignments(self, rater: str, phase: Phase, purpose: Purpose | None = None) -> list[Assignment]:
        """Return what a rater is to label, in the rater's own order; an item drawn for two purposes comes once."""
        with self.database.reading() as connection:
            found = rows.find_assignments(connection, phase, purpose, ASSIGNMENTS.c.rater == rater)
        once: dict[str, Assignment] = {}
        for one in found:
            once.setdefault(one.item_id, one)
        return list(once.values())

    def all_assignments(self, phase: Phase, purpose: Purpose | None = None) -> list[Assignment]:
        """Return everybody's assignments (for the lead and for analysis), by rater and position."""
        with self.database.reading() as connection:
            return rows.find_assignments(connection, phase, purpose)

    def add_draw(self, assignments: Sequence[Assignment]) -> None:
        """Add a draw, whole or not at all; it lists the whole sample and takes the place of the draw before.

        Raters who are not known yet are added.

        Raises:
            UserError: if one of the raters is a lead, or somebody else has drawn in the meantime.
        """
        try:
            with self.database.writing() as connection:
                for name in sorted({one.rater for one in assignments}):
                    rows.add_rater(connection, name, "rater")
                rows.insert_assignments(connection, assignments)
        except IntegrityError as error:
            raise UserError("the sample was drawn by somebody else at the same moment; try again") from error

    # Labels of one rater

    def save(self, draft: Draft) -> Label:
        """Save a label; it is on the disk when this returns.

        The same draft sent again is taken once: the label that it has become comes back.

        Args:
            draft: the answers; its id was made by the client, once for this answer.

        Raises:
            RefusedSaveError: if the item is not the rater's to label, or the id was used for something else.
            StoreUnavailableError: if the store does not take it just now.
        """

        def write(connection: Connection) -> Label:
            known = rows.label_with_id(connection, draft.id)
            if known is not None:
                return _known_or_refused(known, known.same_content(draft))
            _require_right(connection, draft)
            return rows.append_label(connection, draft, rows.history_of(connection, LabelKey.of(draft)))

        return self._write(write)

    def undo(self, draft_id: str, rater: str, phase: Phase, item_id: str, kind: LabelKind = LabelKind.RATER) -> Label:
        """Bring back what was said of an item before the newest change; undoing again goes further back.

        Args:
            draft_id: made by the client, once for this undo; the same sent again counts once.
            rater: whose label it is.
            phase: of the label.
            item_id: of the label.
            kind: of the label.

        Returns:
            The row that was added; it is withdrawn where nothing had been said before.

        Raises:
            RefusedSaveError: if there is nothing to undo, or the id was used for something else.
            StoreUnavailableError: if the store does not take it just now.
        """
        key = LabelKey(phase, item_id, rater, kind)

        def write(connection: Connection) -> Label:
            known = rows.label_with_id(connection, draft_id)
            if known is not None:
                return _known_or_refused(known, LabelKey.of(known) == key and known.restores is not None)
            history = rows.history_of(connection, key)
            before, restored = rows.before_newest(history)
            draft = Draft(
                id=draft_id,
                phase=phase,
                item_id=item_id,
                rater=rater,
                kind=kind,
                values=before.values if before else None,
                comment=before.comment if before else "",
            )
            return rows.append_label(connection, draft, history, restores=restored)

        return self._write(write)

    def label(self, rater: str, phase: Phase, item_id: str, kind: LabelKind = LabelKind.RATER) -> Label | None:
        """Return what a rater says of an item; None where nothing is said, or no longer."""
        history = self.history(rater, phase, item_id, kind)
        return history[-1] if history and not history[-1].withdrawn else None

    def labels(self, rater: str, phase: Phase, kind: LabelKind = LabelKind.RATER) -> dict[str, Label]:
        """Return all that a rater says in a phase, by item; what was taken back is left out."""
        mine = (LABELS.c.phase == phase, LABELS.c.rater == rater, LABELS.c.kind == kind)
        with self.database.reading() as connection:
            found = rows.find_labels(connection, *mine)
        return {label.item_id: label for label in rows.standing(found)}

    def history(self, rater: str, phase: Phase, item_id: str, kind: LabelKind = LabelKind.RATER) -> list[Label]:
        """Return everything that a rater has ever said of an item, oldest first."""
        with self.database.reading() as connection:
            return rows.history_of(connection, LabelKey(phase, item_id, rater, kind))

    # Everybody's labels: for the lead, for analysis, for exchange

    def all_labels(self, phase: Phase | None = None) -> list[Label]:
        """Return the labels of everybody that stand, adjudications included, by phase, item, kind and rater."""
        found = rows.standing(self.all_rows(phase))
        return sorted(found, key=lambda one: (one.phase, one.item_id, one.kind, one.rater))

    def all_rows(self, phase: Phase | None = None) -> list[Label]:
        """Return every row ever written by anybody, oldest first."""
        conditions = [] if phase is None else [LABELS.c.phase == phase]
        with self.database.reading() as connection:
            return rows.find_labels(connection, *conditions)

    def adjudications(self, phase: Phase) -> dict[str, Label]:
        """Return the adjudication that stands for each item that has one: the newest, whoever gave it."""
        rulings = [label for label in self.all_labels(phase) if label.kind is LabelKind.ADJUDICATION]
        return {label.item_id: label for label in sorted(rulings, key=lambda one: one.time)}

    def add_rows(self, labels: Iterable[Label]) -> int:
        """Take over rows from elsewhere, with their ids, times and revisions; all of them or none.

        Rows that are here already are passed over. Raters who are not known yet are added.

        Returns:
            How many were added.

        Raises:
            RefusedSaveError: if a row contradicts one that is here: the same id, or the same revision of a label, with
                other content.
        """
        wanted = list(labels)
        rate = {label.rater for label in wanted if label.kind is LabelKind.RATER}

        def write(connection: Connection) -> int:
            for name in sorted({label.rater for label in wanted}):
                if rows.find_rater(connection, name) is None:
                    rows.add_rater(connection, name, "rater" if name in rate else "lead")
            fresh = [label for label in wanted if not rows.is_here(connection, label)]
            rows.insert_labels(connection, fresh)
            return len(fresh)

        return self._write(write)

    def _write(self, write: Callable[[Connection], _Result]) -> _Result:
        """Run a transaction; where another one came first with the same row, look again."""
        for _ in range(_ATTEMPTS):
            try:
                with self.database.writing() as connection:
                    return write(connection)
            except IntegrityError:
                continue
        raise StoreUnavailableError(f"{self.database.name}: is too busy; others keep writing the same label")


def _known_or_refused(known: Label, same: bool) -> Label:
    if not same:
        raise RefusedSaveError(f"{known.id}: this id was used for another answer; make a new one")
    return known


def _require_right(connection: Connection, draft: Draft) -> None:
    wanted: Role = "lead" if draft.kind is LabelKind.ADJUDICATION else "rater"
    rater = rows.find_rater(connection, draft.rater)
    if rater is None or rater.role != wanted:
        raise RefusedSaveError(f"{draft.rater}: is not a {wanted} of this store")
    if draft.kind is LabelKind.RATER and not rows.is_assigned(connection, draft):
        raise RefusedSaveError(f"{draft.item_id}: was not given to {draft.rater} to label")
