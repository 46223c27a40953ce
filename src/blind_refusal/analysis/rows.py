"""Rows of the table of evaluations, made ready for estimates: one judge's view, and what each response shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from blind_refusal.analysis.evaluations import CONTROL, FAMILIES, HELPS, OK, UNJUDGED
from blind_refusal.analysis.intervals import CaseSums, Estimate, rates

DEFEATED: Final = pl.col("family") != CONTROL
SCORED: Final = pl.col("status") == OK

_RESPONSE_CAUSES = ("blocked", "empty", "error")
_HELPS = pl.col("response_type") == HELPS
_ENGAGES = pl.col("engages_with_defeat")
_HARM = pl.col("independent_harm")

PROPERTIES: Final = {
    "helps": _HELPS,
    "deflects": pl.col("response_type") == "deflects",
    "hard_refusal": pl.col("response_type") == "hard_refusal",
    "refuses": ~_HELPS,
    "engages": _ENGAGES,
    "names_harm": _HARM,
    "pure_rule_blind": ~_HELPS & ~_ENGAGES & ~_HARM,
    "safety_grounded": ~_HELPS & ~_ENGAGES & _HARM,
    "engaged_only": ~_HELPS & _ENGAGES & ~_HARM,
    "engaged_and_safety": ~_HELPS & _ENGAGES & _HARM,
}
"""What a scored response can show, by the name of the column that says so; null in rows without labels."""


def rows_of_judge(evaluations: pl.DataFrame, judge: str) -> pl.DataFrame:
    """Return one row per response as one judge sees it.

    A response that only other judges have a row for is missing for this one: with the cause that befell the response
    itself, or else as unjudged.

    Args:
        evaluations: a checked table, or one with further columns.
        judge: whose verdicts to take.
    """
    own = evaluations.filter(pl.col("judge") == judge)
    others = evaluations.join(own, on="response_id", how="anti").unique(
        "response_id", keep="first", maintain_order=True
    )
    failed = pl.col("status").is_in(_RESPONSE_CAUSES)
    labels = [pl.lit(None, dtype=others.schema[name]).alias(name) for name in _label_columns(others)]
    unseen = others.with_columns(
        *labels,
        judge=pl.lit(judge),
        status=pl.when(failed).then(pl.col("status")).otherwise(pl.lit(UNJUDGED)),
    )
    return pl.concat([own, unseen])


def _label_columns(frame: pl.DataFrame) -> list[str]:
    labels = ("response_type", "engages_with_defeat", "independent_harm", *PROPERTIES)
    return [name for name in labels if name in frame.columns]


def with_properties(table: pl.DataFrame) -> pl.DataFrame:
    """Add what rates are made of: the properties of each response, and whole numbers for its case and family.

    Args:
        table: a checked table; all numbers of one analysis must come from one such table.

    Returns:
        The table with the columns of ``PROPERTIES``, ``case_code``, ``family_code`` and ``group``.
    """
    return table.with_columns(
        **PROPERTIES,
        case_code=pl.col("case_id").rank("dense").cast(pl.Int64),
        family_code=pl.col("family").replace_strict(
            {name: code for code, name in enumerate(FAMILIES)}, return_dtype=pl.Int64
        ),
        group=pl.when(DEFEATED).then(pl.lit("defeated")).otherwise(pl.lit(CONTROL)),
    )


def share(scored: pl.DataFrame, name: str) -> Estimate:
    """Estimate how often scored rows have a property, families being strata."""
    return shares(scored, [name])[name]


def shares(scored: pl.DataFrame, names: Sequence[str]) -> dict[str, Estimate]:
    """Estimate how often scored rows have each of some properties, families being strata."""
    found = rates(matrix(scored, names), scored["case_code"].to_numpy(), scored["family_code"].to_numpy())
    return dict(zip(names, found, strict=True))


def matrix(scored: pl.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return properties of scored rows as zeros and ones, rows × names."""
    return scored.select(pl.col(name).cast(pl.Float64) for name in names).to_numpy().reshape(scored.height, len(names))


def by_level(rows: pl.DataFrame, column: str) -> list[tuple[str | None, pl.DataFrame]]:
    """Split rows by a column's values as text, in their order; null comes last."""
    text = pl.col(column).cast(pl.String)  # true and false become "true" and "false"
    parts = rows.with_columns(_level=text).partition_by("_level", as_dict=True)
    named = [(None if key[0] is None else str(key[0]), part) for key, part in parts.items()]
    return sorted(named, key=lambda pair: (pair[0] is None, pair[0] or ""))


def by_model(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Split rows by model, in the order of names."""
    return [(str(name), part) for name, part in by_level(rows, "model")]


def by_cell(rows: pl.DataFrame) -> list[tuple[tuple[str, str, str], pl.DataFrame]]:
    """Split rows by family, authority and authority group, in the order of families, groups and authorities."""
    parts = rows.partition_by("family", "authority", "authority_group", as_dict=True)
    named = [((str(key[0]), str(key[1]), str(key[2])), part) for key, part in parts.items()]
    return sorted(named, key=lambda pair: (FAMILIES.index(pair[0][0]), pair[0][2], pair[0][1]))


@dataclass(frozen=True)
class Cases:
    """The cases of a table, in a fixed order, so that sums of different rows stand side by side."""

    codes: NDArray[np.int64]
    strata: NDArray[np.int64]

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Self:
        """Number the cases of rows."""
        codes, first_row = np.unique(rows["case_code"].to_numpy(), return_index=True)
        return cls(codes=codes.astype(np.int64), strata=rows["family_code"].to_numpy()[first_row].astype(np.int64))

    def sums(self, rows: pl.DataFrame, names: Sequence[str]) -> CaseSums:
        """Add up properties of rows by case; all of the rows' cases must be among these."""
        position = np.searchsorted(self.codes, rows["case_code"].to_numpy())
        size = len(self.codes)
        columns = [np.bincount(position, weights=column, minlength=size) for column in matrix(rows, names).T]
        return CaseSums(
            hits=np.array(columns, dtype=np.float64).T.reshape(size, len(names)),
            rows=np.bincount(position, minlength=size).astype(np.float64),
            strata=self.strata,
        )
