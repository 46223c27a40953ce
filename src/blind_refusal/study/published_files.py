"""Reading the files of a study that was published in the original layout: records, each with the place it came from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from blind_refusal.errors import Fault, UserError

CASES: Final = "2_filtered"
RESPONSES: Final = "3_responses"
EVALUATIONS: Final = "4_evaluated"
_NESTED: Final = ("evaluation", "verdict")
"""Objects within an evaluation whose fields may stand for its own."""


@dataclass(frozen=True)
class Source:
    """One object of a file."""

    file: Path
    line: int
    """Line of a JSON Lines file, or position in a JSON list; counted from 1."""
    content: dict[str, Any]

    def fault(self, name: str, reason: str) -> Fault:
        """Return a fault of one of its fields."""
        return Fault(self.file, self.line, name, reason)


@dataclass
class Records:
    """What a stage's folder holds, and what is wrong with it."""

    sources: list[Source] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def stage_folder(study: Path, stage: str) -> Path:
    """Return a stage's folder: in the study's folder, or in ``data`` within it.

    Raises:
        UserError: there is none.
    """
    for folder in (study / "data" / stage, study / stage):
        if folder.is_dir():
            return folder
    raise UserError(f"{study}: holds no folder {stage} (nor data/{stage}); a study in the published layout is wanted")


def read_stage(folder: Path) -> Records:
    """Read every ``.json`` and ``.jsonl`` file below a stage's folder, in the order of their paths."""
    records = Records()
    files = sorted(path for kind in ("*.json", "*.jsonl") for path in folder.rglob(kind))
    if not files:
        records.faults.append(Fault(folder, 0, "", "holds no .json or .jsonl file"))
    for file in files:
        for source in _objects(file, records.faults):
            records.sources.append(Source(file, source.line, _flat(source.content)))
    return records


def _objects(file: Path, faults: list[Fault]) -> Iterator[Source]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(file, 0, "", f"cannot be read: {error}"))
        return
    for line, content in _contents(file, text, faults):
        if isinstance(content, dict):
            yield Source(file, line, content)
        else:
            faults.append(Fault(file, line, "", f"holds a {type(content).__name__}; a JSON object is expected"))


def _contents(file: Path, text: str, faults: list[Fault]) -> Iterator[tuple[int, Any]]:
    """Yield what the lines of a JSON Lines file hold, or what the list (or the one object) of a JSON file does."""
    pieces = enumerate(text.split("\n"), 1) if file.suffix == ".jsonl" else [(0, text)]
    for line, piece in pieces:
        if not piece.strip():
            continue
        try:
            content = json.loads(piece)
        except (json.JSONDecodeError, RecursionError) as error:
            faults.append(Fault(file, line, "", f"is not JSON: {error}"))
            continue
        if line == 0 and isinstance(content, list):
            yield from enumerate(content, 1)
        else:
            yield max(line, 1), content


def _flat(content: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the fields of a nested verdict beside its own; its own fields win."""
    for name in _NESTED:
        if isinstance(content.get(name), dict):
            return {**content[name], **{key: value for key, value in content.items() if key != name}}
    return content
