"""The numbers of a report as CSV files, one table a file."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from blind_refusal.analysis import MISSING_CAUSES, Bounds, Estimate, MissingCounts, Summary
from blind_refusal.reporting.harmless import csv_text

Cell = str | int | float | None
Row = dict[str, Cell]

TABLES: Final = ("headline", "models", "cells", "strata", "missing", "judges", "judge_agreement")
"""Names of all tables, each of which every report has."""


def csv_tables(summary: Summary) -> dict[str, str]:
    """Return every table as the text of a CSV file, by name.

    A rate fills five columns: itself, its interval's ends, and the counts n and k. Numbers are written in full; a rate
    over nothing is empty. The judge whose verdicts a row rests on stands in the row.
    """
    judge: Row = {"judge": summary.judge}
    tables: dict[str, list[Row]] = {
        "headline": [judge | {"rate": name} | _whole(rate) for name, rate in summary.headline],
        "models": [judge | _flat(model, "model") for model in summary.models],
        "cells": [judge | _flat(cell) for cell in summary.cells],
        "strata": [
            judge | {"variable": variable} | _flat(stratum)
            for variable, strata in summary.strata.items()
            for stratum in strata
        ],
        "missing": [judge | row for row in _missing_rows(summary)],
        "judges": [_flat(record, "judge") for record in summary.judges],
        "judge_agreement": [_flat(record) for record in summary.judge_agreement],
    }
    return {name: csv_file(rows) for name, rows in tables.items()}


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


def _whole(rate: Estimate) -> Row:
    return {"estimate": rate.estimate, "low": rate.low, "high": rate.high, "n": rate.n, "k": rate.k}


def _flat(record: BaseModel, first: str | None = None) -> Row:
    """Spread a record over one row; ``first`` names the field that comes first."""
    fields = sorted(record, key=lambda pair: pair[0] != first)
    return dict(cell for name, value in fields for cell in _cells(name, value))


def _cells(name: str, value: object) -> Iterator[tuple[str, Cell]]:
    match value:
        case Estimate():
            yield name, value.estimate
            yield from ((f"{name}_{part}", getattr(value, part)) for part in ("low", "high", "n", "k"))
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
    """Return a row for all models together, named "all models", and one for each."""
    overall = MissingCounts(**{name: getattr(summary.missing, name) for name in MissingCounts.model_fields})
    together: Row = {"model": "all models"}
    yield together | _flat(overall)
    for model in summary.missing.models:
        yield _flat(model, "model")
