"""What a system prompt, or another wording of the query, changes: each variant against the base, case by case."""

from typing import Final

import polars as pl

from blind_refusal.analysis.changes import Change, PartChange, find_changes
from blind_refusal.analysis.headline import Rates, headline_rates
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.rows import SCORED, rows_of_judge, with_properties

BASE_CONDITION: Final = "none"
BASE_WORDING: Final = "original"


class Variant(Record):
    """One combination of condition and wording."""

    condition: str
    wording: str
    base: bool
    """Whether the report's other numbers rest on it."""
    responses: int
    scored: int
    headline: Rates
    changes: dict[str, Change] | None
    """Headline name → this variant less the base, paired by case and model; None for the base itself."""
    models: list[PartChange]


Key = tuple[str | None, str | None]


def variants_in(table: pl.DataFrame) -> list[Key]:
    """Return the combinations of condition and wording in a checked table, the base first."""
    keys = table.select("condition", "wording").unique().sort("condition", "wording").rows()
    found: list[Key] = [(condition, wording) for condition, wording in keys]
    original = [key for key in found if key[1] == BASE_WORDING]
    base = next((key for key in original if key[0] == BASE_CONDITION), next(iter(original), found[0]))
    return [base, *(key for key in found if key != base)]


def rows_of_variant(table: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Return the rows of one combination."""
    condition, wording = key
    return table.filter(pl.col("condition").eq_missing(condition) & pl.col("wording").eq_missing(wording))


def compare_variants(table: pl.DataFrame, judge: str) -> list[Variant]:
    """Compare every variant with the base; nothing if there is but one.

    Args:
        table: a checked table.
        judge: whose verdicts count.
    """
    keys = variants_in(table)
    if len(keys) < 2:
        return []
    base = rows_of_judge(rows_of_variant(table, keys[0]), judge)
    return [_variant(rows_of_judge(rows_of_variant(table, key), judge), key, base, keys[0]) for key in keys]


def _variant(rows: pl.DataFrame, key: Key, base: pl.DataFrame, base_key: Key) -> Variant:
    scored = with_properties(rows).filter(SCORED)
    comparable = key != base_key and scored.height and base.filter(SCORED).height
    changes = find_changes(base, rows, (_name(base_key), _name(key)), "system_prompt") if comparable else None
    return Variant(
        condition=key[0] or "",
        wording=key[1] or "",
        base=key == base_key,
        responses=rows.height,
        scored=scored.height,
        headline=Rates(**headline_rates(scored)),
        changes=changes.headline if changes else None,
        models=changes.models if changes else [],
    )


def _name(key: Key) -> str:
    return ", ".join(part for part in key if part)
