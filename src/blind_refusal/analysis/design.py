"""The design of a logistic regression: which levels of which variables can be compared, and with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.evaluations import CONTROL

NOT_CODED: Final = "not coded"
"""Stands for a variable's missing value where other cases have one."""
PER_COEFFICIENT: Final = 5
"""Cases, responses that help and responses that do not that each coefficient needs at least."""
_FIXED_REFERENCES: Final = {"family": CONTROL, "dual_use": "false"}
_TOLERANCE: Final = 1e-7


@dataclass(frozen=True)
class Term:
    """One level of a variable beside its reference."""

    variable: str
    level: str
    reference: str


@dataclass(frozen=True)
class Design:
    """What a regression is fitted to."""

    rows: pl.DataFrame
    """Scored rows of the levels that can be compared."""
    terms: list[Term]
    matrix: NDArray[np.float64]
    """Rows × (1 + terms), the intercept first, of zeros and ones."""
    separated: list[tuple[Term, pl.DataFrame]]
    """Levels whose responses all help, or none, with their rows: they have no finite odds ratio."""
    notes: list[str]
    """What was left out and why."""


def build_design(scored: pl.DataFrame, blocks: Sequence[Sequence[str]]) -> Design | None:
    """Lay out a regression of help; None, if not even the first block can be fitted.

    Blocks are left out from the last on until there are ``PER_COEFFICIENT`` cases and responses of each outcome per
    coefficient. Constant variables are left out, levels whose responses all help or none are set aside, and levels that
    others determine are left out; the notes say so.

    Args:
        scored: scored rows with their properties.
        blocks: names of variables, the most important block first.
    """
    notes: list[str] = []
    for kept in range(len(blocks), 0, -1):
        variables = [name for block in blocks[:kept] for name in block]
        design = _design(scored, variables)
        if design is not None and _rich_enough(design):
            return Design(design.rows, design.terms, design.matrix, design.separated, [*design.notes, *notes])
        notes.insert(0, f"Too few cases or responses to take in {', '.join(blocks[kept - 1])}.")
    return None


def _rich_enough(design: Design) -> bool:
    helps = int(design.rows["helps"].sum())
    least = min(design.rows["case_code"].n_unique(), helps, design.rows.height - helps)
    return bool(least >= PER_COEFFICIENT * design.matrix.shape[1])


def _design(scored: pl.DataFrame, variables: Sequence[str]) -> Design | None:
    texts = [pl.col(name).cast(pl.String).fill_null(NOT_CODED).alias(name) for name in variables]
    rows, separated, notes = _without_separated(scored.with_columns(texts), variables)
    helps = int(rows["helps"].sum())
    if helps in (0, rows.height):
        return None
    terms: list[Term] = []
    for name in variables:
        if rows[name].n_unique() > 1:
            reference = _reference(rows, name)
            terms += [Term(name, level, reference) for level in rows[name].unique().sort() if level != reference]
        else:
            notes.append(f"{name} has but one level here.")
    if not terms:
        return None
    columns = [np.ones(rows.height)]
    columns += [(rows[term.variable] == term.level).to_numpy().astype(np.float64) for term in terms]
    matrix = np.column_stack(columns)
    free = _independent(matrix)
    notes += [
        f"{term.variable}: {term.level} is settled by other levels and was left out."
        for term, is_free in zip(terms, free[1:], strict=True)
        if not is_free
    ]
    terms = [term for term, is_free in zip(terms, free[1:], strict=True) if is_free]
    return Design(rows, terms, matrix[:, free], separated, notes)


def _without_separated(
    rows: pl.DataFrame, variables: Sequence[str]
) -> tuple[pl.DataFrame, list[tuple[Term, pl.DataFrame]], list[str]]:
    """Set aside levels whose responses all help or none, until no such level is left."""
    separated: list[tuple[Term, pl.DataFrame]] = []
    notes: list[str] = []
    while True:
        found = next(((name, level) for name in variables for level in _one_sided(rows, name)), None)
        if found is None or rows[found[0]].n_unique() == 1:
            return rows, separated, notes
        name, level = found
        aside = rows.filter(pl.col(name) == level)
        which = "all" if aside["helps"][0] else "none"
        notes.append(f"{name}: {level} has no finite odds ratio: {which} of its {aside.height} responses help.")
        rows = rows.filter(pl.col(name) != level)
        separated.append((Term(name, level, ""), aside))


def _one_sided(rows: pl.DataFrame, name: str) -> list[str]:
    rates = rows.group_by(name).agg(rate=pl.col("helps").mean()).sort(name)
    return [str(level) for level in rates.filter(pl.col("rate").is_in([0.0, 1.0]))[name]]


def _reference(rows: pl.DataFrame, name: str) -> str:
    """Return what other levels are compared with: controls, no dual use, or else the most frequent level."""
    fixed = _FIXED_REFERENCES.get(name)
    levels = rows.group_by(name).len().sort("len", name, descending=[True, False])[name].to_list()
    return str(fixed if fixed in levels else levels[0])


def _independent(matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of each column whether the columns before it leave anything of it."""
    remaining = np.abs(np.diag(np.linalg.qr(matrix, mode="r")))
    found = np.zeros(matrix.shape[1], dtype=np.bool_)
    found[: len(remaining)] = remaining > _TOLERANCE * np.linalg.norm(matrix, axis=0)[: len(remaining)]
    return found
