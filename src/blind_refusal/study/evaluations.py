"""Joining cases, responses and verdicts into the one table that analysis reads."""

from collections.abc import Iterable, Mapping

import polars as pl

from blind_refusal.asking import ANSWERED
from blind_refusal.cases import Case
from blind_refusal.taxonomy import load_taxonomy

_LABELS = ["response_type", "engages_with_defeat", "independent_harm"]


def case_table(cases: Iterable[Case]) -> pl.DataFrame:
    """Return what analysis needs to know of each case, one row each."""
    dimensions = list(load_taxonomy().dimension_by_id)
    columns = ["case_id", "family", "subtype", "authority", "authority_group", *dimensions]
    rows = [
        {
            "case_id": case.id,
            "family": case.family,
            "subtype": case.subtype,
            "authority": case.authority,
            "authority_group": case.authority_group,
            **{dimension: case.dimensions.get(dimension) for dimension in dimensions},
            "dual_use": case.dual_use.flagged if case.dual_use else None,
            "twin_of": case.twin_of,
            "language": case.provenance.language,
        }
        for case in cases
    ]
    schema = {**dict.fromkeys(columns, pl.String), "dual_use": pl.Boolean, "twin_of": pl.String, "language": pl.String}
    return pl.DataFrame(rows, schema=schema)


def evaluation_table(
    cases: Mapping[str, Case], responses: pl.DataFrame, verdicts: pl.DataFrame, judges: list[str]
) -> pl.DataFrame:
    """Return one row for each response and judge, with the labels or the reason why there are none.

    Args:
        cases: by id.
        responses: table of responses.
        verdicts: table of verdicts.
        judges: whose verdicts are wanted; a response without one of theirs gets the status ``unjudged``.
    """
    answered = pl.col("response_status").is_in(list(ANSWERED))
    verdict = verdicts.select("response_id", "judge", *_LABELS, verdict_status=pl.col("status"))
    status = (
        pl.when(~answered)
        .then(pl.col("response_status"))
        .when(pl.col("verdict_status").is_null())
        .then(pl.lit("unjudged"))
        .when(pl.col("verdict_status") == "error")
        .then(pl.lit("judge_error"))
        .otherwise(pl.col("verdict_status"))
    )
    return (
        responses.select(
            "response_id", "case_id", "model", "condition", "wording", "epoch", response_status=pl.col("status")
        )
        .join(pl.DataFrame({"judge": judges}, schema={"judge": pl.String}), how="cross")
        .join(case_table(cases.values()), on="case_id", how="inner", validate="m:1")
        .join(verdict, on=["response_id", "judge"], how="left", validate="1:1")
        .with_columns(status=status)
        .drop("response_status", "verdict_status")
        .sort("case_id", "model", "condition", "wording", "epoch", "judge")
    )
