"""Conditions: the system prompts, and the wordings of the query, that a study crosses its models with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from blind_refusal.errors import Fault, FaultyInput, UserError

NO_PROMPT: Final = "none"
"""Name of the condition in which the query is sent alone."""
ORIGINAL: Final = "original"
"""Name of the wording that stands in the case."""

_SHIPPED = Path(__file__).with_name("conditions")
_NAME = r"^[a-z0-9][a-z0-9_.-]{0,39}$"


@dataclass(frozen=True)
class Condition:
    """One system prompt, or none."""

    name: str
    system_prompt: str | None


@dataclass(frozen=True)
class Wording:
    """One wording of the queries, by case; a case without a text in it is not asked in this wording."""

    name: str
    queries: dict[str, str]


class _Paraphrase(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    case_id: str
    wording: Annotated[str, StringConstraints(pattern=_NAME)]
    user_query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def shipped_conditions() -> list[str]:
    """Return the names of the conditions that come with the package."""
    return [NO_PROMPT, *(file.stem for file in sorted(_SHIPPED.glob("*.md")))]


def read_condition(text: str) -> Condition:
    """Read a condition: the name of one that ships, or ``NAME=FILE``.

    Raises:
        UserError: if there is none of that name, or the file is empty or cannot be read.
    """
    import re

    name, equals, path = text.partition("=")
    if not re.match(_NAME, name):
        raise UserError(f"--condition {text}: a name of small letters, digits, - and _ is wanted, as in warm=FILE")
    if not equals:
        if name == NO_PROMPT:
            return Condition(NO_PROMPT, None)
        if name not in shipped_conditions():
            raise UserError(f"--condition {name}: unknown; there are {', '.join(shipped_conditions())}, or NAME=FILE")
        path = str(_SHIPPED / f"{name}.md")
    file = Path(path)
    try:
        prompt = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    if not prompt:
        raise UserError(f"{file}: is empty; --condition {NO_PROMPT} sends the query alone")
    return Condition(name, prompt)


def read_wordings(file: Path, cases: Sequence[str]) -> list[Wording]:
    """Read paraphrases: JSON Lines with `case_id`, `wording` (its name) and `user_query`.

    Args:
        file: the file.
        cases: ids of the cases that may be named.

    Raises:
        UserError: if the file cannot be read, or holds nothing.
        FaultyInput: with every line that is wrong.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    known, faults = set(cases), list[Fault]()
    queries: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = _Paraphrase.model_validate(json.loads(line))
        except ValidationError as error:
            found = error.errors(include_url=False)
            faults += [Fault(file, number, ".".join(map(str, one["loc"])), one["msg"]) for one in found]
            continue
        except (ValueError, RecursionError) as error:
            faults.append(Fault(file, number, "", f"must be one JSON object: {error}"))
            continue
        wording = queries.setdefault(read.wording, {})
        if read.wording == ORIGINAL:
            faults.append(Fault(file, number, "wording", f"{ORIGINAL!r} is the name of the case's own wording"))
        if read.case_id not in known:
            faults.append(Fault(file, number, "case_id", f"no case {read.case_id!r} in the data set"))
        if read.case_id in wording:
            faults.append(Fault(file, number, "case_id", f"{read.case_id!r} has this wording already"))
        wording[read.case_id] = read.user_query
    if faults:
        raise FaultyInput(faults)
    if not queries:
        raise UserError(f"{file}: holds no paraphrase")
    return [Wording(name, texts) for name, texts in queries.items()]
