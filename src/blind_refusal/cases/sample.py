"""Choosing some of the cases, the same ones for the same seed."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from blind_refusal.cases.model import Case
from blind_refusal.errors import UserError

_PER_CELL = "per-cell="


def sample_cases(cases: Sequence[Case], sample: str, seed: int) -> list[Case]:
    """Choose cases.

    Args:
        cases: to choose from.
        sample: ``all``; a number N, for N cases drawn from all of them; or ``per-cell=N``, for N cases of each
            cell of family and authority (twins belong to no cell and are left out). A set of cases grows with N: what
            was chosen for a smaller N is among what is chosen for a larger one.
        seed: of the draw.

    Returns:
        The cases in the order in which they were given.

    Raises:
        UserError: if `sample` has none of these forms.
    """
    if sample == "all":
        return list(cases)
    ranked = sorted(cases, key=lambda case: hashlib.sha256(f"{seed}\0{case.id}".encode()).digest())
    if sample.startswith(_PER_CELL) and (count := _count(sample.removeprefix(_PER_CELL))):
        cells: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in ranked:
            if case.twin_of is None:
                cells[case.family, case.authority].append(case)
        chosen = {case.id for cell in cells.values() for case in cell[:count]}
    elif count := _count(sample):
        chosen = {case.id for case in ranked[:count]}
    else:
        raise UserError(f"sample {sample!r}: all, a number such as 200, or per-cell=N such as per-cell=1 is wanted")
    return [case for case in cases if case.id in chosen]


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
