"""The numbers of a report in full, one table a file: CSV for people's tools, parquet with types for programs."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl
from pydantic import BaseModel

from blind_refusal.analysis import MISSING_CAUSES, Bounds, Estimate, MissingCounts, Statistic, Summary
from blind_refusal.reporting.harmless import csv_text

Cell = str | int | float | None
Row = dict[str, Cell]

ALL_MODELS: Final = "all models"
TABLES: Final = (
    "headline",
    "headline_by_bootstrap",
    "models",
    "cells",
    "strata",
    "profiles",
    "discrimination",
    "twins",
    "decoupling",
    "drivers",
    "differences",
    "ranks",
    "variants",
    "missing",
    "bounds",
    "judges",
    "judge_agreement",
    "panel",
    "masking",
    "steadiness",
    "reasoning",
    "corrections",
)
"""Names of all tables, each of which every report has; one about which nothing is known is empty."""


def row_tables(summary: Summary) -> dict[str, list[Row]]:
    """Return every table as rows, by name; the rows of a table all have the same names in the same order.

    A rate fills five columns: itself, its interval's ends, and the counts n and k. Numbers are written in full; a rate
    over nothing is empty. The judge whose verdicts a row rests on stands in the row.
    """
    tables = _of_headline_judge(summary)
    judged = {name: [_row(judge=summary.judge) | row for row in rows] for name, rows in tables.items()}
    found = judged | _of_several_judges(summary)
    return {name: _alike(found[name]) for name in TABLES}


def _of_headline_judge(summary: Summary) -> dict[str, list[Row]]:
    twins, compared = summary.twins, summary.comparisons
    return {
        "headline": [_row(rate=name) | _whole(rate) for name, rate in summary.headline],
        "headline_by_bootstrap": [_row(rate=name) | _whole(rate) for name, rate in summary.headline_by_bootstrap],
        "models": [_flat(model, "model") for model in summary.models],
        "cells": [_flat(cell) for cell in summary.cells],
        "strata": _by_variable(summary.strata),
        "profiles": list(_profiles(summary)),
        "discrimination": _models([summary.discrimination.overall, *summary.discrimination.models]),
        "twins": _models([twins.overall, *twins.models] if twins else []),
        "decoupling": _models([summary.decoupling.overall, *summary.decoupling.models]),
        "drivers": [_flat(driver) for driver in summary.drivers.drivers],
        "differences": [_flat(pair) for pair in compared.differences] if compared else [],
        "ranks": [_flat(rank) for rank in compared.ranks] if compared else [],
        "variants": list(_variants(summary)),
        "missing": list(_missing_rows(summary)),
        "bounds": [
            {"model": one.model or ALL_MODELS, "rate": name, "low": bounds.low, "high": bounds.high}
            for one in summary.bounds
            for name, bounds in one
            if isinstance(bounds, Bounds)
        ],
        "masking": [_flat(one, "model") for one in summary.judging.masking],
        "reasoning": _models(summary.judging.reasoning),
        "corrections": [
            _row(source=source.source) | _flat(rate.model_copy(update={"model": rate.model or ALL_MODELS}))
            for source in summary.judging.corrections
            for rate in source.rates
        ],
    }


def _of_several_judges(summary: Summary) -> dict[str, list[Row]]:
    return {
        "judges": [_flat(record, "judge") for record in summary.judges],
        "judge_agreement": [_flat(record) for record in summary.judge_agreement],
        "panel": [_flat(one, "label") for one in summary.panel.labels] if summary.panel else [],
        "steadiness": [_flat(one, "judge") for one in summary.judging.steadiness],
    }


def csv_tables(summary: Summary) -> dict[str, str]:
    """Return every table as the text of a CSV file, by name."""
    return {name: csv_file(rows) for name, rows in row_tables(summary).items()}


def parquet_tables(summary: Summary) -> dict[str, bytes]:
    """Return every table that has rows as a parquet file, by name; text stands in it as it is."""
    return {name: parquet_file(rows) for name, rows in row_tables(summary).items() if rows}


def csv_file(rows: list[Row]) -> str:
    """Write rows that all have the same names as CSV with a header; without rows, an empty file."""
    if not rows:
        return ""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row.values()])
    return file.getvalue()


def parquet_file(rows: list[Row]) -> bytes:
    """Write rows that all have the same names as parquet."""
    file = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(file)
    return file.getvalue()


def _row(**cells: Cell) -> Row:
    return cells


def _alike(rows: list[Row]) -> list[Row]:
    """Give all rows the same names, in the order of their first appearance."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in names} for row in rows]


def _whole(rate: Estimate) -> Row:
    return {"estimate": rate.estimate, "low": rate.low, "high": rate.high, "n": rate.n, "k": rate.k}


def _models(records: Sequence[BaseModel]) -> list[Row]:
    """Spread records over rows, the model first; the one without a model is of all models together."""
    rows = [_flat(record, "model") for record in records]
    return [row | {"model": row["model"] or ALL_MODELS} for row in rows]


def _by_variable(levels: Mapping[str, Sequence[BaseModel]]) -> list[Row]:
    return [_row(variable=variable) | _flat(level) for variable, part in levels.items() for level in part]


def _profiles(summary: Summary) -> Iterator[Row]:
    """Return a row for every part of the table that has a profile; ``part`` says what kind of part it is."""
    found = summary.profiles
    parts: dict[str, Sequence[BaseModel]] = {
        "overall": found.overall,
        "model": found.models,
        "cell": found.cells,
        "model_family": found.model_families,
    }
    blank: Row = dict.fromkeys(("model", "variable", "level", "family", "authority", "authority_group"))
    for part, profiles in parts.items():
        for profile in profiles:
            yield _row(part=part) | blank | _flat(profile)
    for row in _by_variable(found.levels):
        yield _row(part="level") | blank | row


def _variants(summary: Summary) -> Iterator[Row]:
    """Return a row for every variant and headline rate, and for every change of a rate by model."""
    for one in summary.variants:
        kind = _row(condition=one.condition, wording=one.wording, base=one.base)
        for name, rate in one.headline:
            found = one.changes.get(name) if one.changes else None
            change = {f"change_{part}": cell for part, cell in _flat(found.change).items()} if found else {}
            tested = _row(p=found.p) if found else {}
            yield kind | _row(model=ALL_MODELS, rate=name) | _whole(rate) | change | tested
        for part in one.models:
            change = {f"change_{name}": cell for name, cell in _flat(part.change).items()}
            yield kind | _row(model=part.model, rate=part.rate) | _whole(part.second) | change | _row(p=part.p)


def _flat(record: BaseModel, first: str | None = None) -> Row:
    """Spread a record over one row; ``first`` names the field that comes first."""
    fields = sorted(record, key=lambda pair: pair[0] != first)
    return dict(cell for name, value in fields for cell in _cells(name, value))


def _cells(name: str, value: object) -> Iterator[tuple[str, Cell]]:
    match value:
        case Estimate():
            yield name, value.estimate
            yield from ((f"{name}_{part}", getattr(value, part)) for part in ("low", "high", "n", "k"))
        case Statistic():
            yield name, value.estimate
            yield from ((f"{name}_{part}", getattr(value, part)) for part in ("low", "high", "n", "note"))
        case Bounds():
            yield f"{name}_if_none_helped", value.low
            yield f"{name}_if_all_helped", value.high
        case Mapping():
            yield from ((f"{name}_{cause}", value.get(cause, 0)) for cause in MISSING_CAUSES)
        case BaseModel():
            yield from _flat(value).items()
        case None | str() | int() | float():
            yield name, value
        case _:
            raise TypeError(f"{name}: {type(value).__name__} has no place in a table")


def _missing_rows(summary: Summary) -> Iterator[Row]:
    """Return a row for all models together and one for each."""
    overall = MissingCounts(**{name: getattr(summary.missing, name) for name in MissingCounts.model_fields})
    together: Row = {"model": ALL_MODELS}
    yield together | _flat(overall)
    for model in summary.missing.models:
        yield _flat(model, "model")
