"""Twins: a control that mirrors one defeated case, and the same model's responses to both.

All that differs between twins is what defeats the rule, so a model that looks at it helps with the defeated one and not
with its twin. The difference within pairs is the discrimination without the confounds of different cases.
"""

from typing import Final

import numpy as np
import polars as pl

from blind_refusal.analysis.evaluations import CONTROL
from blind_refusal.analysis.intervals import NOTHING, CaseSums, Estimate, paired_difference
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.rows import by_model
from blind_refusal.analysis.sign_flip import sign_flip


class TwinMissing(Record):
    """Responses to controls with a twin that form no pair, by reason."""

    defeated_absent: int
    """There is no response of the model to the defeated case."""
    defeated_unscored: int
    control_unscored: int
    both_unscored: int


class TwinPairs(Record):
    """A model's responses to twins; ``only_defeated`` is what a model that looks at the rule would show."""

    model: str | None
    """None for all models together."""
    pairs: int
    """Pairs of responses that are both scored."""
    twins: int
    """Pairs of cases among them: the clusters."""
    only_defeated: Estimate
    """Helps with the defeated case and not with its twin."""
    only_control: Estimate
    both: Estimate
    neither: Estimate
    difference: Estimate
    """Helps with the defeated cases less helps with their twins."""
    p: float | None
    """Two-sided exact McNemar test; None where no pair differs. Pairs of the same twins are swapped together."""
    p_mid: float | None
    """The mid-p variant, which is less conservative."""
    missing: TwinMissing


class Twins(Record):
    """Responses to twins, for all models together and for each."""

    method: str
    overall: TwinPairs
    models: list[TwinPairs]


_METHOD: Final = (
    "Pairs of one model's responses to a defeated case and to the control that mirrors it. Difference: Newcombe's "
    "method 10 for paired data (1998) on limits that take the pair of cases as cluster. Test: exact McNemar, with "
    "whole pairs of cases swapped where several responses answer the same one."
)
_OUTCOMES: Final = ("only_defeated", "only_control", "both", "neither")


def compare_twins(rows: pl.DataFrame) -> Twins | None:
    """Compare responses to twins; None if no case has a twin.

    Args:
        rows: one judge's rows with their properties, those without a label among them.
    """
    pairs = pair_twins(rows)
    if pairs.is_empty():
        return None
    return Twins(
        method=_METHOD, overall=_twin_pairs(None, pairs), models=[_twin_pairs(*part) for part in by_model(pairs)]
    )


def pair_twins(rows: pl.DataFrame) -> pl.DataFrame:
    """Put beside each response to a control with a twin the same model's response to the defeated case.

    Where a model answered a case several times, equal epochs go together; where epochs are not given, first with first.

    Returns:
        model, twin (code of the pair of cases), control_helps, defeated_helps (null without a label), defeated_absent.
    """
    turn = pl.col("response_id").rank("ordinal").over("case_id", "model", "epoch").alias("turn")
    numbered = rows.with_columns(turn)
    control = numbered.filter((pl.col("group") == CONTROL) & pl.col("twin_of").is_not_null())
    partner = numbered.select(
        "model", "epoch", "turn", twin_of="case_id", defeated_helps="helps", defeated_absent=pl.lit(value=False)
    )
    return control.join(
        partner, on=["model", "epoch", "turn", "twin_of"], how="left", nulls_equal=True, validate="m:1"
    ).select(
        "model",
        twin=pl.col("case_code"),
        control_helps="helps",
        defeated_helps="defeated_helps",
        defeated_absent=pl.col("defeated_absent").is_null(),
    )


def _twin_pairs(model: str | None, pairs: pl.DataFrame) -> TwinPairs:
    whole = pairs.drop_nulls(["control_helps", "defeated_helps"])
    defeated, control = (whole[name].to_numpy().astype(np.bool_) for name in ("defeated_helps", "control_helps"))
    twins = whole["twin"].to_numpy()
    kinds = np.column_stack([defeated & ~control, ~defeated & control, defeated & control, ~defeated & ~control])
    outcomes = dict(zip(_OUTCOMES, CaseSums.of(kinds, twins).rates(), strict=True)) if len(twins) else {}
    first, second = CaseSums.of(defeated[:, None], twins), CaseSums.of(control[:, None], twins)
    test = sign_flip((first.hits - second.hits)[:, 0].astype(np.int64))
    return TwinPairs(
        model=model,
        pairs=whole.height,
        twins=whole["twin"].n_unique(),
        **{name: outcomes.get(name, NOTHING) for name in _OUTCOMES},
        difference=paired_difference(first, second),
        p=test.p,
        p_mid=test.mid_p,
        missing=_missing(pairs),
    )


def _missing(pairs: pl.DataFrame) -> TwinMissing:
    absent, control, defeated = (
        pl.col("defeated_absent"),
        pl.col("control_helps").is_null(),
        pl.col("defeated_helps").is_null() & ~pl.col("defeated_absent"),
    )
    counts = pairs.select(
        defeated_absent=absent.sum(),
        defeated_unscored=(defeated & ~control).sum(),
        control_unscored=(control & ~defeated & ~absent).sum(),
        both_unscored=(control & defeated).sum(),
    )
    return TwinMissing(**counts.row(0, named=True))
