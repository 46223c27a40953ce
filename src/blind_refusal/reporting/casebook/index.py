"""What the browser needs to list and filter cases: one small record a case, labels as one letter a response."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from blind_refusal.analysis import DIMENSIONS, FAMILIES, MISSING_CAUSES, RESPONSE_TYPES, variants_in
from blind_refusal.cases import Case
from blind_refusal.reporting.harmless import plain_text

_VARIANT: Final = ("condition", "wording")
UNANSWERED: Final = "."
"""Stands for an epoch that a model was not asked in."""
_FACTS: Final = ("family", "authority", "authority_group", "subtype", *DIMENSIONS, "dual_use", "twin_of", "language")


@dataclass(frozen=True)
class Browsing:
    """What the case browser shows beyond the table of evaluations."""

    cases: Mapping[str, Case]
    """By id. A case of the evaluations that is not among them is shown without its texts."""
    responses: pl.DataFrame
    """``response_id``, ``response``, ``reasoning``, ``status``, ``stop_reason``."""
    verdicts: pl.DataFrame
    """``response_id``, ``judge``, ``help_quote``, ``engagement_quote``, ``harm_quote``, ``reasoning``."""
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Further wordings of the queries: by name, the query by case."""
    with_responses: bool = True
    """Whether the models' answers, and what judges quote from them and say about them, are shown at all."""


@dataclass(frozen=True)
class Index:
    """The cases of a table of evaluations, numbered, and what they are numbered by."""

    evaluations: pl.DataFrame
    """With ``case``, ``cell``, ``model_code``, ``judge_code``, ``variant`` and ``times``: which response of a model to
    a case it is in that variant."""
    models: list[str]
    judges: list[str]
    variants: list[tuple[str | None, str | None]]
    """Conditions with wordings, the one that the report rests on first."""
    cells: list[dict[str, str]]
    cases: list[dict[str, Any]]
    """One row of facts a case, in the order of their numbers."""

    @classmethod
    def of(cls, evaluations: pl.DataFrame) -> "Index":
        """Number what a checked table of evaluations holds."""
        models = evaluations["model"].unique().sort().to_list()
        judges = evaluations["judge"].unique().sort().to_list()
        order = pl.col("family").replace_strict({name: code for code, name in enumerate(FAMILIES)})
        facts = evaluations.select("case_id", *_FACTS).unique("case_id")
        facts = facts.sort(order, "authority_group", "authority", "case_id")
        cells = (
            facts.select("family", "authority", "authority_group").unique(maintain_order=True).with_row_index("cell")
        )
        facts = facts.join(cells, on=["family", "authority", "authority_group"], maintain_order="left")
        facts = facts.with_row_index("case")
        numbered = evaluations.join(facts.select("case_id", "case", "cell"), on="case_id").with_columns(
            model_code=_number_in(models, "model"), judge_code=_number_in(judges, "judge")
        )
        variants = variants_in(evaluations)
        kinds = pl.DataFrame(variants, schema=dict.fromkeys(_VARIANT, pl.String), orient="row")
        numbered = numbered.join(kinds.with_row_index("variant"), on=_VARIANT, nulls_equal=True).with_columns(_times())
        return cls(
            evaluations=numbered.sort("case", "model_code", "variant", "times", "judge_code"),
            models=models,
            judges=judges,
            variants=variants,
            cells=cells.drop("cell").to_dicts(),
            cases=facts.to_dicts(),
        )


def _number_in(names: Sequence[str], column: str) -> pl.Expr:
    return pl.col(column).replace_strict({name: code for code, name in enumerate(names)}, return_dtype=pl.Int64)


def _times() -> pl.Expr:
    """Number the responses of a model to a case in a variant from 1, in the order of epochs where these are given."""
    key = pl.struct(pl.col("epoch").fill_null(0), pl.col("response_id"))
    return key.rank("dense").over("case_id", "model", "variant").cast(pl.Int64).alias("times")


def index_data(index: Index, browsing: Browsing, judge: str, title: str) -> dict[str, Any]:
    """Return what the page needs before any case is opened.

    Args:
        index: the cases.
        browsing: their texts.
        judge: whose verdicts make the report's headline.
        title: of the report.
    """
    numbers = {row["case_id"]: row["case"] for row in index.cases}
    mirrored = {row["twin_of"]: row["case"] for row in index.cases if row["twin_of"] is not None}
    dimensions = [name for name in DIMENSIONS if any(row[name] is not None for row in index.cases)]
    labels = _labels(index)
    return {
        "title": plain_text(title),
        "withResponses": browsing.with_responses,
        "judge": index.judges.index(judge),
        "judges": [plain_text(name) for name in index.judges],
        "models": [plain_text(name) for name in index.models],
        "variants": [plain_text(", ".join(part for part in key if part)) for key in index.variants],
        "families": [family for family in FAMILIES if any(row["family"] == family for row in index.cases)],
        "types": list(RESPONSE_TYPES),
        "causes": list(MISSING_CAUSES),
        "dimensions": dimensions,
        "cells": [cell | {"file": cell_file(number)} for number, cell in enumerate(index.cells)],
        "cases": [
            {
                "id": row["case_id"],
                "cell": row["cell"],
                "subtype": row["subtype"],
                "levels": [row[name] for name in dimensions],
                "dual": row["dual_use"],
                "twin": numbers.get(row["twin_of"], mirrored.get(row["case_id"])),
                "query": _query(browsing, row["case_id"]),
                "labels": labels[row["case"]],
            }
            for row in index.cases
        ],
    }


def cell_file(number: int) -> str:
    """Return the name of the script that holds a cell's cases."""
    return f"cell-{number + 1:03}"


def _query(browsing: Browsing, case_id: str) -> str | None:
    case = browsing.cases.get(case_id)
    return case.user_query if case else None


def _labels(index: Index) -> list[list[list[str]]]:
    """Return by case, judge and model a letter for each response in the report's variant, see ``label_code``."""
    base = index.evaluations.filter(variant=0)
    last = int(base["times"].max() or 0)  # type: ignore[arg-type]
    blank = UNANSWERED * last
    found = [[[blank] * len(index.models) for _ in index.judges] for _ in index.cases]
    columns = ("case", "judge_code", "model_code", "times", "code")
    for case, judge, model, times, code in base.with_columns(code=label_code()).select(columns).iter_rows():
        row = found[case][judge]
        row[model] = row[model][: times - 1] + code + row[model][times:]
    return [[[word.rstrip(UNANSWERED) for word in row] for row in case] for case in found]


def label_code() -> pl.Expr:
    """Return one letter for all labels of a row: ``a`` to ``l`` for the labels, ``A`` to ``G`` for a missing cause.

    The place among the lower-case letters is 4 × response type + 2 × engages + names a harm.
    """
    types = pl.col("response_type").replace_strict({name: code for code, name in enumerate(RESPONSE_TYPES)})
    place = 4 * types + 2 * pl.col("engages_with_defeat").cast(pl.Int64) + pl.col("independent_harm").cast(pl.Int64)
    letters = {code: chr(ord("a") + code) for code in range(4 * len(RESPONSE_TYPES))}
    causes = {cause: chr(ord("A") + code) for code, cause in enumerate(MISSING_CAUSES)}
    labelled = place.replace_strict(letters, default=None, return_dtype=pl.String)
    return labelled.fill_null(pl.col("status").replace_strict(causes, default=None, return_dtype=pl.String))
