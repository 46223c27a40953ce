"""Taking labels out of a store and into it: JSON Lines, CSV, and logs that Inspect reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.files import write_atomically
from blind_refusal.review.inspect_scores import SUFFIXES, parse_inspect_scores, write_inspect_scores
from blind_refusal.review.label_files import Entry, dump_csv, dump_json_lines, parse_csv, parse_json_lines
from blind_refusal.review.labels import VALUES_OF, Label, Phase, Values, VerdictValues, faults_of_values
from blind_refusal.review.rows import LabelKey, standing
from blind_refusal.review.store import LabelStore


class LabelFormat(StrEnum):
    """Formats of files of labels."""

    JSONL = "jsonl"
    CSV = "csv"
    INSPECT = "inspect"


Shown = Mapping[Phase, Mapping[str, str]]
"""Every item that there is, by phase and id, with the text that raters see."""


@dataclass(frozen=True)
class Imported:
    """What an import has come to."""

    added: int
    here_already: int


def format_of(file: Path) -> LabelFormat:
    """Tell the format of a file from the end of its name.

    Raises:
        UserError: if it cannot be told.
    """
    endings = {".jsonl": LabelFormat.JSONL, ".csv": LabelFormat.CSV, **dict.fromkeys(SUFFIXES, LabelFormat.INSPECT)}
    if file.suffix not in endings:
        raise UserError(f"{file}: the format cannot be told from its name; say --format jsonl, csv or inspect")
    return endings[file.suffix]


def export_labels(
    file: Path, rows: Sequence[Label], form: LabelFormat, *, shown: Shown | None = None, history: bool = True
) -> int:
    """Write labels to a file, whole or not at all.

    Args:
        file: is replaced if it is there.
        rows: all rows, oldest first.
        form: of the file. A log of Inspect holds one phase, and the labels that stand.
        shown: the texts that become the input of an Inspect log's samples.
        history: whether rows that newer ones have replaced are written as well.

    Returns:
        How many labels were written.

    Raises:
        UserError: if the file cannot be written, or an Inspect log is to hold two phases.
    """
    if form is LabelFormat.INSPECT or not history:
        rows = standing(rows)
    if form is LabelFormat.JSONL:
        write_atomically(file, dump_json_lines(rows))
    elif form is LabelFormat.CSV:
        write_atomically(file, dump_csv(rows))
    else:
        phases = sorted({row.phase for row in rows})
        if len(phases) != 1:
            raise UserError("a log of Inspect holds the labels of one phase; say --phase cases or --phase verdicts")
        write_inspect_scores(file, rows, phases[0], (shown or {}).get(phases[0], {}))
    return len(rows)


def import_labels(store: LabelStore, file: Path, form: LabelFormat, *, shown: Shown | None = None) -> Imported:
    """Take the labels of a file into a store: all of them, or none if one is faulty.

    Labels that are here already (with the same id) are passed over, so a file can be imported again.

    Args:
        store: takes them.
        file: to read.
        form: of the file.
        shown: if given, labels must be of these items, and quotes must be found in their texts.

    Raises:
        FaultyInput: with every fault of every line.
        UserError: if the file cannot be read.
        StoreUnavailableError: if the store cannot be reached.
    """
    numbered = read_labels(file, form, shown=shown)
    here = {row.id: row for row in store.all_rows()}
    revisions = {(LabelKey.of(row), row.revision): row.id for row in here.values()}
    faults = []
    for entry, label in numbered:
        known = here.get(label.id)
        other = revisions.get((LabelKey.of(label), label.revision))
        if known is not None and known != label:
            faults.append(_fault(file, entry, "id", "is in the store already with other content"))
        elif known is None and other is not None:
            faults.append(_fault(file, entry, "revision", f"is in the store already as another row, {other}"))
    if faults:
        raise FaultyInput(faults)
    added = store.add_rows([label for _, label in numbered])
    return Imported(added, len(numbered) - added)


def read_labels(file: Path, form: LabelFormat, *, shown: Shown | None = None) -> list[tuple[Entry, Label]]:
    """Read a file of labels.

    Args:
        file: to read.
        form: of the file.
        shown: as in `import_labels`.

    Returns:
        The labels with the entries that they came from.

    Raises:
        FaultyInput: with every fault of every line.
        UserError: if the file cannot be read.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror or error}") from error
    if form is LabelFormat.INSPECT:
        entries, faults = parse_inspect_scores(file)
    elif form is LabelFormat.CSV:
        entries, faults = parse_csv(file, data)
    else:
        entries, faults = parse_json_lines(file, data)
    found: list[tuple[Entry, Label]] = []
    for entry in entries:
        label, reasons = _label(entry.content, shown)
        faults += [_fault(file, entry, field, reason) for field, reason in reasons]
        if label is not None:
            found.append((entry, label))
    faults += _repeated(file, found)
    if faults:
        raise FaultyInput(sorted(faults, key=lambda fault: fault.line))
    if not found:
        raise FaultyInput([Fault(file, 0, "", "holds no label")])
    return found


def _fault(file: Path, entry: Entry, field: str, reason: str) -> Fault:
    return Fault(file, entry.line, ".".join(part for part in (entry.place, field) if part), reason)


def _label(content: dict[str, Any], shown: Shown | None) -> tuple[Label | None, list[tuple[str, str]]]:
    """Read one label, answers and the rest apart, so that a fault names the field of the phase's own record."""
    phase = content.get("phase")
    if phase not in list(Phase):
        return None, [("phase", f"cases or verdicts is expected; found {phase!r:.80}")]
    if "values" not in content:
        return None, [("values", "Field required")]
    values: Values | None = None
    reasons = []
    if content["values"] is not None:
        try:
            values = VALUES_OF[Phase(phase)].model_validate_json(json.dumps(content["values"]), strict=True)
        except ValidationError as error:
            reasons += [(f"values.{field}" if field else "values", reason) for field, reason in _reasons(error)]
    try:
        label = Label.model_validate_json(json.dumps({**content, "values": None}), strict=True)
    except ValidationError as error:
        return None, reasons + _reasons(error)
    label = label.model_copy(update={"values": values})
    reasons += _unfitting(label, shown)
    return (None if reasons else label), reasons


def _unfitting(label: Label, shown: Shown | None) -> list[tuple[str, str]]:
    """Check a label against the taxonomy and the study."""
    text = None
    if shown is not None:
        items = shown.get(label.phase, {})
        if label.item_id not in items:
            return [("item_id", f"{label.item_id!r} is not an item of this study")]
        text = items[label.item_id]
    if label.values is None:
        return []
    if isinstance(label.values, VerdictValues) and not label.values.engagement_quote:
        text = None  # labels from elsewhere may come without quotes
    return [(f"values.{field}", reason) for field, reason in faults_of_values(label.values, text)]


def _reasons(error: ValidationError) -> list[tuple[str, str]]:
    return [
        (".".join(str(part) for part in detail["loc"]), detail["msg"].removeprefix("Value error, "))
        for detail in error.errors(include_url=False, include_input=False)
    ]


def _repeated(file: Path, found: Sequence[tuple[Entry, Label]]) -> list[Fault]:
    ids: dict[str, Entry] = {}
    revisions: dict[tuple[LabelKey, int], Entry] = {}
    faults = []
    for entry, label in found:
        key = (LabelKey.of(label), label.revision)
        if label.id in ids:
            faults.append(_fault(file, entry, "id", f"stands in the file before (line {ids[label.id].line})"))
        elif key in revisions:
            line = revisions[key].line
            faults.append(_fault(file, entry, "revision", f"of this label stands in the file before (line {line})"))
        ids.setdefault(label.id, entry)
        revisions.setdefault(key, entry)
    return faults
