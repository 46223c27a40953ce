"""Rows of the label store's tables and the records that they stand for, within a transaction that the caller holds."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select

from blind_refusal.errors import UserError
from blind_refusal.review.assignments import Assignment, Design, Purpose
from blind_refusal.review.labels import VALUES_OF, Draft, Label, LabelKind, Phase, dump_values, utc
from blind_refusal.review.tables import ASSIGNMENTS, LABELS, RATERS

Role = Literal["rater", "lead"]
"""A rater labels; a lead sees everybody's labels and adjudicates."""


class RefusedSaveError(UserError):
    """A save that the store does not take, now or later."""


@dataclass(frozen=True)
class Rater:
    """Somebody who labels or leads."""

    name: str
    role: Role


@dataclass(frozen=True)
class LabelKey:
    """What the revisions of one label have in common."""

    phase: Phase
    item_id: str
    rater: str
    kind: LabelKind

    @classmethod
    def of(cls, draft: Draft) -> "LabelKey":
        """Return the key of a draft or label."""
        return cls(draft.phase, draft.item_id, draft.rater, draft.kind)


def find_rater(connection: Connection, name: str) -> Rater | None:
    """Return who has a name."""
    row = connection.execute(select(RATERS.c.name, RATERS.c.role).where(RATERS.c.name == name)).one_or_none()
    return None if row is None else Rater(row[0], row[1])


def require_rater(connection: Connection, name: str) -> Rater:
    """Return who has a name.

    Raises:
        UserError: if nobody has it.
    """
    known = find_rater(connection, name)
    if known is None:
        raise UserError(f"rater {name!r}: is not known here")
    return known


def add_rater(connection: Connection, name: str, role: Role) -> Rater:
    """Add somebody; who is there already in the same role stays as they are.

    Raises:
        UserError: if the name belongs to somebody in the other role.
    """
    known = find_rater(connection, name)
    if known is None:
        connection.execute(insert(RATERS).values(name=name, role=role, added=utc(datetime.now(UTC))))
        return Rater(name, role)
    if known.role != role:
        raise UserError(f"rater {name!r}: is a {known.role} here and cannot be a {role} as well")
    return known


def find_labels(connection: Connection, *conditions: ColumnElement[bool]) -> list[Label]:
    """Return the rows of labels that fulfil all conditions, oldest first."""
    rows = connection.execute(select(LABELS).where(*conditions).order_by(LABELS.c.number))
    return [_label(row) for row in rows.mappings()]


def history_of(connection: Connection, key: LabelKey) -> list[Label]:
    """Return all revisions of a label, in their order."""
    c = LABELS.c
    mine = (c.phase == key.phase, c.item_id == key.item_id, c.rater == key.rater, c.kind == key.kind)
    return sorted(find_labels(connection, *mine), key=lambda label: label.revision)


def label_with_id(connection: Connection, label_id: str) -> Label | None:
    """Return the row that a client's id has become."""
    return next(iter(find_labels(connection, LABELS.c.id == label_id)), None)


def append_label(connection: Connection, draft: Draft, history: Sequence[Label], restores: int | None = None) -> Label:
    """Add the next revision of a label."""
    label = Label(
        **{name: getattr(draft, name) for name in Draft.model_fields},
        time=datetime.now(UTC),
        revision=history[-1].revision + 1 if history else 1,
        restores=restores,
    )
    insert_labels(connection, [label])
    return label


def insert_labels(connection: Connection, labels: Iterable[Label]) -> None:
    """Add rows as they are."""
    rows = [
        {
            "id": label.id,
            "phase": label.phase,
            "item_id": label.item_id,
            "rater": label.rater,
            "kind": label.kind,
            "revision": label.revision,
            "restores": label.restores,
            "answers": None if label.values is None else json.dumps(dump_values(label.values)),
            "comment": label.comment,
            "seconds": label.seconds,
            "time": utc(label.time),
        }
        for label in labels
    ]
    if rows:
        connection.execute(insert(LABELS), rows)


def _label(row: RowMapping) -> Label:
    phase = Phase(row["phase"])
    fields: dict[str, Any] = {name: row[name] for name in Label.model_fields if name not in ("values", "phase")}
    answers = row["answers"]
    values = None if answers is None else VALUES_OF[phase].model_validate_json(answers)
    return Label(**fields, phase=phase, values=values)


def standing(rows: Iterable[Label]) -> list[Label]:
    """Keep the newest revision of each label, and of these the ones that were not taken back."""
    newest: dict[LabelKey, Label] = {}
    for row in rows:
        key = LabelKey.of(row)
        if key not in newest or row.revision > newest[key].revision:
            newest[key] = row
    return [label for label in newest.values() if not label.withdrawn]


def before_newest(history: Sequence[Label]) -> tuple[Label | None, int]:
    """Return what an undo brings back: the row with the content (None for nothing) and the revision it restores.

    Raises:
        RefusedSaveError: if there is nothing to undo.
    """
    origin = _origin(history[-1]) if history else 0
    if origin == 0:
        raise RefusedSaveError("there is nothing to undo")
    earlier = [row for row in history if row.revision < origin]
    restored = _origin(earlier[-1]) if earlier else 0
    return (earlier[-1] if restored else None), restored


def _origin(row: Label) -> int:
    return row.revision if row.restores is None else row.restores


def is_here(connection: Connection, row: Label) -> bool:
    """Whether a row from elsewhere is here already.

    Raises:
        RefusedSaveError: if its id, or its revision of the label, is here with other content.
    """
    known = label_with_id(connection, row.id)
    if known is not None:
        if known == row:
            return True
        raise RefusedSaveError(f"label {row.id}: is here already with other content")
    if any(other.revision == row.revision for other in history_of(connection, LabelKey.of(row))):
        raise RefusedSaveError(
            f"label {row.id}: revision {row.revision} of {row.rater}'s label of {row.item_id} is here already "
            "as another row"
        )
    return False


def is_assigned(connection: Connection, draft: Draft) -> bool:
    """Whether an item was ever given to a rater to label."""
    c = ASSIGNMENTS.c
    query = select(c.number).where(c.phase == draft.phase, c.item_id == draft.item_id, c.rater == draft.rater)
    return connection.execute(query.limit(1)).first() is not None


def find_assignments(
    connection: Connection, phase: Phase, purpose: Purpose | None, *conditions: ColumnElement[bool]
) -> list[Assignment]:
    """Return what the newest draw for each purpose (or for one) gives out, by rater and position."""
    c = ASSIGNMENTS.c
    newest = select(c.purpose, func.max(c.draw).label("draw")).where(c.phase == phase).group_by(c.purpose).subquery()
    together = and_(c.purpose == newest.c.purpose, c.draw == newest.c.draw)
    wanted = [c.phase == phase, *conditions] + ([] if purpose is None else [c.purpose == purpose])
    query = select(ASSIGNMENTS).join(newest, together).where(*wanted).order_by(c.rater, c.position, c.number)
    return [_assignment(row) for row in connection.execute(query).mappings()]


def _assignment(row: RowMapping) -> Assignment:
    fields = {name: row[name] for name in Assignment.model_fields if name != "design"}
    return Assignment(**fields, design=Design.model_validate_json(row["design"]))


def insert_assignments(connection: Connection, assignments: Iterable[Assignment]) -> None:
    """Add the rows of a draw."""
    drawn = utc(datetime.now(UTC))
    rows = [
        {
            **one.model_dump(mode="json", exclude={"design"}),
            "phase": one.design.phase,
            "purpose": one.design.purpose,
            "seed": one.design.seed,
            "design": one.design.model_dump_json(),
            "drawn": drawn,
        }
        for one in assignments
    ]
    if rows:
        connection.execute(insert(ASSIGNMENTS), rows)
