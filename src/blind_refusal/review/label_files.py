"""Labels as JSON Lines and as CSV: written so that they can be read back, and read so that every fault has its place.

A file becomes *entries*: the plain content of each label with the place that it came from. What an entry must look like
to be a label is decided in `exchange`.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blind_refusal.errors import Fault
from blind_refusal.review.labels import VALUES_OF, Label, Phase

CANNOT_TELL: Final = "cannot_tell"
"""What a cell of CSV says for the answer null; an empty cell is no answer at all."""

_TEXTS: Final = ("confound", "engagement_quote")
_OPTIONAL: Final = ("subtype",)
_ANSWERS: Final = tuple(name for record in VALUES_OF.values() for name in record.model_fields)
COLUMNS: Final = (
    *("id", "phase", "item_id", "rater", "kind", "revision", "restores", "time", "seconds", "withdrawn"),
    *_ANSWERS,
    "comment",
)
"""The columns of a file of CSV."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_GUARD: Final = "'"


@dataclass(frozen=True)
class Entry:
    """The plain content of one label of a file."""

    line: int
    """Counted from 1; 0 where the file has no lines."""
    place: str
    """What comes before the name of a field in a fault; empty in files of lines."""
    content: dict[str, Any]


def dump_json_lines(labels: Sequence[Label]) -> str:
    """Write labels as JSON Lines; the same labels always give the same bytes."""
    return "".join(json.dumps(label.model_dump(mode="json"), ensure_ascii=False) + "\n" for label in labels)


def parse_json_lines(file: Path, data: bytes) -> tuple[list[Entry], list[Fault]]:
    """Read JSON Lines; empty lines are passed over."""
    entries, faults = [], []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(Entry(number, "", _json_object(line)))
        except ValueError as error:
            faults.append(Fault(file, number, "", str(error)))
    return entries, faults


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start + 1} of the line)") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("is not a label: nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError(f"holds a {type(content).__name__}; one JSON object a line is expected")
    return content


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return content


def dump_csv(labels: Sequence[Label]) -> str:
    """Write labels as CSV with a header.

    No spreadsheet takes a cell for a formula: one that begins like a formula, or with white space, gets an apostrophe
    in front, which `parse_csv` takes away again.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for label in labels:
        cells = _cells(label)
        writer.writerow([harmless(cells[column]) for column in COLUMNS])
    return file.getvalue()


def _cells(label: Label) -> dict[str, str]:
    content = label.model_dump(mode="json")
    values: dict[str, Any] = content.pop("values") or {}
    cells = {name: "" if value is None else str(value) for name, value in content.items()}
    cells["withdrawn"] = _word(label.withdrawn)
    for name in _ANSWERS:
        value = values.get(name, "")
        cells[name] = ("" if name in _OPTIONAL else CANNOT_TELL) if value is None else _word(value)
    return cells


def _word(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def harmless(cell: str) -> str:
    """Guard a cell against being taken for a formula, so that `unguarded` gives it back."""
    risky = cell.lstrip().startswith((*_FORMULA_STARTS, _GUARD)) or cell[:1].isspace()
    return _GUARD + cell if risky else cell


def unguarded(cell: str) -> str:
    """Take a guard away."""
    return cell.removeprefix(_GUARD)


def parse_csv(file: Path, data: bytes) -> tuple[list[Entry], list[Fault]]:
    """Read CSV with a header of `COLUMNS` in any order."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Fault(file, data[: error.start].count(b"\n") + 1, "", "is not UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        faults = [Fault(file, 1, name, "this column is missing") for name in COLUMNS if name not in header]
        faults += [Fault(file, 1, name, "this column is unknown") for name in header if name not in COLUMNS]
        if len(set(header)) < len(header):
            faults.append(Fault(file, 1, "", "a column stands twice"))
        if faults:
            return [], faults
        return _parse_rows(file, header, reader)
    except csv.Error as error:
        return [], [Fault(file, reader.line_num, "", f"is not CSV: {error}")]


def _parse_rows(file: Path, header: list[str], reader: Any) -> tuple[list[Entry], list[Fault]]:  # noqa: ANN401 - unnamed
    entries, faults = [], []
    for line, row in _numbered(reader):
        if not row:
            continue
        if len(row) != len(header):
            faults.append(Fault(file, line, "", f"has {len(row)} cells; the header has {len(header)}"))
            continue
        cells = {name: unguarded(cell) for name, cell in zip(header, row, strict=True)}
        try:
            entries.append(Entry(line, "", _content(cells)))
        except ValueError as error:
            faults.append(Fault(file, line, "withdrawn", str(error)))
    return entries, faults


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - csv.reader's type has no public name
    """Yield rows with the line that each begins on; a cell may hold line ends."""
    first = reader.line_num + 1
    for row in reader:
        yield first, row
        first = reader.line_num + 1


def _content(cells: dict[str, str]) -> dict[str, Any]:
    """Turn cells into what JSON would hold; what cannot be turned stays text, and is refused as such later."""
    content: dict[str, Any] = {name: cells[name] for name in COLUMNS if name not in (*_ANSWERS, "withdrawn")}
    content["revision"] = _number(cells["revision"], int)
    content["restores"] = _number(cells["restores"], int) if cells["restores"] else None
    content["seconds"] = _number(cells["seconds"], float)
    withdrawn = _flag(cells["withdrawn"])
    if not isinstance(withdrawn, bool):
        raise ValueError(f"true or false is expected; found {withdrawn!r:.80}")
    own = VALUES_OF[Phase(cells["phase"])].model_fields if cells["phase"] in list(Phase) else ()
    given = {name: cells[name] for name in _ANSWERS if cells[name] or (name in own and name in (*_TEXTS, *_OPTIONAL))}
    content["values"] = {name: _answer(name, cell) for name, cell in given.items()}
    if withdrawn:
        if any(given.values()):
            raise ValueError("is true although there are answers")
        content["values"] = None
    return content


def _answer(name: str, cell: str) -> str | bool | None:
    if name in _TEXTS:
        return cell
    if cell == CANNOT_TELL or (name in _OPTIONAL and not cell):
        return None
    return _flag(cell)


def _flag(cell: str) -> str | bool:
    return {"true": True, "false": False}.get(cell.lower(), cell)  # spreadsheets write TRUE


def _number(cell: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        number = kind(cell)
    except ValueError:
        return cell
    return number if math.isfinite(number) else cell
