"""Reading and writing cases as JSON Lines, ours or in the published layout."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from blind_refusal.cases.model import CONTROL, Case
from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.files import write_atomically
from blind_refusal.taxonomy import Taxonomy, load_taxonomy

PUBLISHED_MARK = "defeat_type"
"""A line that has this field is in the published layout."""

_PUBLISHED_FIELDS = {
    "id",
    "defeat_type",
    "defeat_subtype",
    "authority_type",
    "authority_group",
    "unjust_policy",
    "defeat_condition",
    "structural_facts",
    "user_query",
    "dimensional_coding",
}


def read_cases(file: Path) -> list[Case]:
    """Read cases that all fit the record.

    Raises:
        FaultyInput: with every line that does not fit.
    """
    cases, faults = parse_cases(file)
    if faults:
        raise FaultyInput(faults)
    return [case for _, case in cases]


def parse_cases(file: Path) -> tuple[list[tuple[int, Case]], list[Fault]]:
    """Read what can be read of a file of cases.

    Returns:
        The cases with their line numbers (from 1), and a fault for every line that does not fit the record.

    Raises:
        UserError: if the file cannot be opened at all.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror or error}") from error
    cases: list[tuple[int, Case]] = []
    faults: list[Fault] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            cases.append((number, _parse_line(line)))
        except ValidationError as error:
            faults.extend(_faults_of(file, number, error))
        except ValueError as error:
            faults.append(Fault(file, number, "", str(error)))
    if not cases and not faults:
        faults.append(Fault(file, 0, "", "holds no case; one JSON object a line is expected"))
    return cases, faults


def write_cases(file: Path, cases: Iterable[Case]) -> None:
    """Write cases, one a line, atomically."""
    write_atomically(file, dump_cases(cases))


def dump_cases(cases: Iterable[Case]) -> str:
    """Return cases as JSON Lines; the same cases always give the same bytes."""
    return "".join(
        json.dumps(case.model_dump(mode="json", exclude_none=False), ensure_ascii=False) + "\n" for case in cases
    )


def _parse_line(line: bytes) -> Case:
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start + 1} of the line)") from error
    try:
        content = json.loads(text, object_pairs_hook=_object_without_repeats)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("is not a case: nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError(f"holds a {type(content).__name__}; one JSON object a line is expected")
    return Case.model_validate(from_published(content) if PUBLISHED_MARK in content else content)


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {repeated!r} stands twice in one object")
    return content


def _faults_of(file: Path, line: int, error: ValidationError) -> list[Fault]:
    return [
        Fault(file, line, ".".join(str(part) for part in detail["loc"]), _reason(detail["msg"], detail.get("input")))
        for detail in error.errors(include_url=False)
    ]


def _reason(message: str, found: object) -> str:
    reason = message.removeprefix("Value error, ")
    return f"{reason}; found {found!r:.80}" if isinstance(found, str | int | float | bool) else reason


def from_published(content: dict[str, Any], taxonomy: Taxonomy | None = None) -> dict[str, Any]:
    """Translate one case of the published layout into the fields of `Case`.

    The published layout knows neither deciding fact nor evasion, dual use, twins or setting; these stay empty.

    Raises:
        ValueError: if a field is missing or unknown.
    """
    missing = _PUBLISHED_FIELDS - {"authority_group", "defeat_condition", "defeat_subtype"} - content.keys()
    if missing:
        raise ValueError(f"published layout: lacks {', '.join(sorted(missing))}")
    unknown = content.keys() - _PUBLISHED_FIELDS
    if unknown:
        raise ValueError(f"published layout: unknown field {', '.join(sorted(unknown))}")
    family, authority = content["defeat_type"], content["authority_type"]
    profile = (taxonomy or load_taxonomy()).authority_by_id.get(authority)
    return {
        "id": str(content["id"]).lower(),
        "family": family,
        "subtype": content.get("defeat_subtype") or family,
        "authority": authority,
        "authority_group": content.get("authority_group") or (profile.group if profile else authority),
        "policy": content["unjust_policy"],
        "defeat_condition": None if family == CONTROL else content.get("defeat_condition"),
        "structural_facts": content["structural_facts"],
        "user_query": content["user_query"],
        "dimensions": content["dimensional_coding"],
        "provenance": {"origin": "published", "created": date(2026, 4, 1)},
    }


def to_published(case: Case) -> dict[str, Any]:
    """Return the case in the published layout; what that layout does not know is left out."""
    return {
        "id": case.id,
        "defeat_type": case.family,
        "defeat_subtype": case.subtype,
        "authority_type": case.authority,
        "authority_group": case.authority_group,
        "unjust_policy": case.policy,
        "defeat_condition": case.defeat_condition,
        "structural_facts": case.structural_facts,
        "user_query": case.user_query,
        "dimensional_coding": case.dimensions,
    }
