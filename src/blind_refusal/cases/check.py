"""Checks of a whole file of cases: record, taxonomy, length, ids and twins."""

from collections.abc import Iterator
from pathlib import Path

from blind_refusal.cases.jsonl import parse_cases
from blind_refusal.cases.model import CONTROL, Case
from blind_refusal.errors import Fault
from blind_refusal.taxonomy import Taxonomy, load_taxonomy
from blind_refusal.text import count_words

FEWEST_WORDS = 50
MOST_WORDS = 200

Finding = tuple[str, str]
"""Field and reason."""


def check_file(file: Path, taxonomy: Taxonomy | None = None) -> tuple[list[Case], list[Fault]]:
    """Check a file of cases.

    Returns:
        The cases whose lines have no fault, and all faults in order of lines.
    """
    taxonomy = taxonomy or load_taxonomy()
    numbered, faults = parse_cases(file)
    defeated = {case.id: case for _, case in numbered if case.family != CONTROL}
    first_line: dict[str, int] = {}
    sound: list[Case] = []
    for number, case in numbered:
        findings = [*check_case(case, taxonomy), *_check_twin(case, defeated)]
        if case.id in first_line:
            findings.append(("id", f"{case.id!r} stands already in line {first_line[case.id]}; ids must be unique"))
        first_line.setdefault(case.id, number)
        faults.extend(Fault(file, number, field, reason) for field, reason in findings)
        if not findings:
            sound.append(case)
    return sound, sorted(faults, key=lambda fault: fault.line)


def check_case(case: Case, taxonomy: Taxonomy) -> Iterator[Finding]:
    """Yield what is wrong with one case, taken by itself."""
    yield from _check_place(case, taxonomy)
    yield from _check_dimensions(case, taxonomy)
    words = count_words(case.user_query)
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        yield "user_query", f"has {words} words; {FEWEST_WORDS} to {MOST_WORDS} are wanted"
    if case.deciding_fact is not None and case.deciding_fact not in case.structural_facts:
        yield "deciding_fact", "must be one of structural_facts, word for word"


def _check_place(case: Case, taxonomy: Taxonomy) -> Iterator[Finding]:
    family = taxonomy.family_by_id.get(case.family)
    authority = taxonomy.authority_by_id.get(case.authority)
    if family is None:
        yield "family", f"{case.family!r} is not in the taxonomy; known: {', '.join(taxonomy.family_by_id)}"
    elif case.subtype not in {subtype.id for subtype in family.subtypes}:
        known = ", ".join(subtype.id for subtype in family.subtypes)
        yield "subtype", f"{case.subtype!r} is no subtype of {case.family}; known: {known}"
    if authority is None:
        yield "authority", f"{case.authority!r} is not in the taxonomy; known: {', '.join(taxonomy.authority_by_id)}"
    elif case.authority_group != authority.group:
        yield "authority_group", f"{case.authority} belongs to {authority.group}; found {case.authority_group!r}"
    empty = {(cell.family, cell.authority): cell.reason for cell in taxonomy.empty_cells}
    reason = empty.get((case.family, case.authority))
    if reason and case.twin_of is None:  # a twin control may stand where no free control can
        yield "authority", f"the cell {case.family}/{case.authority} is empty by design: {reason}"


def _check_dimensions(case: Case, taxonomy: Taxonomy) -> Iterator[Finding]:
    for dimension_id, dimension in taxonomy.dimension_by_id.items():
        level = case.dimensions.get(dimension_id)
        if level is None:
            yield f"dimensions.{dimension_id}", f"is missing; one of {', '.join(dimension.levels)} is wanted"
        elif level not in dimension.levels:
            yield f"dimensions.{dimension_id}", f"{level!r} is no level; known: {', '.join(dimension.levels)}"
    for dimension_id in case.dimensions.keys() - taxonomy.dimension_by_id.keys():
        known = ", ".join(taxonomy.dimension_by_id)
        yield f"dimensions.{dimension_id}", f"is not a dimension of the taxonomy; known: {known}"


def _check_twin(case: Case, defeated: dict[str, Case]) -> Iterator[Finding]:
    if case.twin_of is None:
        return
    original = defeated.get(case.twin_of)
    if original is None:
        yield "twin_of", f"no defeated case {case.twin_of!r} in this file"
    elif original.authority != case.authority:
        yield "authority", f"a twin keeps its original's authority, {original.authority}; found {case.authority}"
