"""How many cases are wanted in which cells."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from blind_refusal.errors import UserError
from blind_refusal.taxonomy import Cell, Taxonomy

STUDY_CELLS_FILE = Path(__file__).with_name("study_cells.yaml")


def chosen_cells(patterns: Sequence[str], taxonomy: Taxonomy) -> list[Cell]:
    """Return the populated cells that any of the patterns names; all of them if there is no pattern.

    Args:
        patterns: ``family/authority``; either may be ``*`` or hold other wildcards, as in ``control/*``.
        taxonomy: whose cells.

    Raises:
        UserError: if a pattern names no populated cell.
    """
    chosen: dict[Cell, None] = {}
    for pattern in patterns or ["*/*"]:
        named = [cell for cell in taxonomy.cells if fnmatchcase(str(cell), pattern)]
        if not named:
            raise UserError(
                f"--cells {pattern!r}: names no populated cell; family/authority is wanted, as in control/landlord or "
                "content_defeat/*; `blind-refusal cases taxonomy` lists them"
            )
        chosen.update(dict.fromkeys(named))
    return list(chosen)


def target_of(cells: Sequence[Cell], per_cell: int | None) -> dict[Cell, int]:
    """Return how many cases are wanted in each cell.

    Args:
        cells: the cells.
        per_cell: the number for each; None for the study's.

    Raises:
        UserError: if the study has no such cell.
    """
    if per_cell is not None:
        return dict.fromkeys(cells, per_cell)
    study = yaml.safe_load(STUDY_CELLS_FILE.read_text(encoding="utf-8"))
    target = {}
    for cell in cells:
        count = study.get(cell.authority, {}).get(cell.family)
        if count is None:
            raise UserError(f"--like study: the study has no cell {cell}; say --target N for it")
        target[cell] = int(count)
    return target
