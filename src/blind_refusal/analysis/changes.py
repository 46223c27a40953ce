"""Two sets of judged responses against each other: what changed, where, and whether it is more than noise.

Where both have answered the same cases, only what both have a scored response to is compared, case by case: a
difference between the cases can then not pass for a change. Where they share no case, the two are compared as
independent samples.
"""

from collections.abc import Sequence
from typing import Final, Literal

import polars as pl

from blind_refusal.analysis.evaluations import FAMILIES
from blind_refusal.analysis.headline import DISCRIMINATION, NAMES, RATIOS, Ratio
from blind_refusal.analysis.intervals import CaseSums, Estimate
from blind_refusal.analysis.paired import Contrast, holm
from blind_refusal.analysis.records import Record, Statistic
from blind_refusal.analysis.rows import SCORED, Cases, by_cell, by_model, with_properties
from blind_refusal.errors import UserError

By = Literal["study", "judge", "model", "system_prompt"]
"""What the two sides differ in."""


class Change(Record):
    """One rate on both sides, and how it changed."""

    rate: str
    first: Estimate
    second: Estimate
    change: Statistic
    """The second side less the first."""
    p: float | None
    """Two-sided; None where there is nothing to test."""
    p_holm: float | None
    """Adjusted for all changes of the same list; None where it stands alone."""
    more_than_noise: bool | None
    """Whether the interval of the change leaves out zero, and in a list p_holm is below 0.05 too; None if unknown."""


class PartChange(Change):
    """How a rate changed in one part of the table."""

    model: str | None = None
    family: str | None = None
    authority: str | None = None


class Flip(Record):
    """A case whose answer changed; with several responses to a case, what most of them do."""

    case_id: str
    family: str
    model: str | None
    """None where two models are compared."""
    helped_first: bool
    helped_second: bool


class Changes(Record):
    """What changed from the first side to the second."""

    schema_version: Literal[1] = 1
    by: By
    first: str
    second: str
    paired: bool
    """Whether both sides have answered the same cases, so that they are compared case by case."""
    cases: int
    """Cases that are compared; if not paired, those of both sides together."""
    left_out_first: int
    """Scored responses of the first side that have no counterpart on the second."""
    left_out_second: int
    headline: dict[str, Change]
    models: list[PartChange]
    families: list[PartChange]
    cells: list[PartChange]
    flips: list[Flip]
    method: str
    notes: list[str]


_PAIRED: Final = (
    "Second less first, over what both sides have a scored response to, cases being clusters. Limits: Newcombe's "
    "method 10 for paired data (1998). p: exact sign-flip test by case, or a t test on the linearised variance where "
    "the two sides have not the same number of responses to a case. Lists are adjusted by Holm's method (1979)."
)
_UNPAIRED: Final = (
    "Second less first, as independent samples, cases being clusters. Limits: Newcombe's method 10 (1998). p: t test "
    "on the linearised variance. Lists are adjusted by Holm's method (1979)."
)
_LEVEL: Final = 0.05


def find_changes(first: pl.DataFrame, second: pl.DataFrame, names: tuple[str, str], by: By = "study") -> Changes:
    """Compare two sets of judged responses.

    Args:
        first: one judge's rows of a checked table.
        second: the same of the other side.
        names: of the two sides.
        by: what the sides differ in. For "model", responses of different models to the same case are counterparts;
            otherwise only those of the same model are.

    Raises:
        UserError: a case is told of differently on the two sides, or a side has no scored response.
    """
    unit = ["case_id"] if by == "model" else ["case_id", "model"]
    sides = _together(first, second, names)
    paired = bool(set(sides[0]["case_id"]) & set(sides[1]["case_id"]))
    kept = sides
    if paired:
        kept = (sides[0].join(sides[1], on=unit, how="semi"), sides[1].join(sides[0], on=unit, how="semi"))
        if kept[0].is_empty():
            raise UserError("no model has answered on both sides; `--by model` compares two different models")
    notes = [] if paired else ["The two sides share no case: they are compared as independent samples."]
    left_out = [before.height - after.height for before, after in zip(sides, kept, strict=True)]
    if any(left_out):
        notes.append(
            f"Left out, for want of a counterpart: {left_out[0]:,} responses of the first side, {left_out[1]:,} of the "
            "second."
        )
    return Changes(
        by=by,
        first=names[0],
        second=names[1],
        paired=paired,
        cases=pl.concat(kept)["case_code"].n_unique(),
        left_out_first=left_out[0],
        left_out_second=left_out[1],
        headline={name: Change(**_change(name, kept, paired)) for name in NAMES},
        models=_models(kept, paired) if by != "model" else [],
        families=_families(kept, paired),
        cells=_cells(kept, paired),
        flips=_flips(kept, unit) if paired else [],
        method=_PAIRED if paired else _UNPAIRED,
        notes=notes,
    )


_Sides = tuple[pl.DataFrame, pl.DataFrame]


def _together(first: pl.DataFrame, second: pl.DataFrame, names: tuple[str, str]) -> _Sides:
    """Return the scored rows of both sides with common numbers for cases."""
    both = pl.concat([first.with_columns(side=pl.lit(0)), second.with_columns(side=pl.lit(1))], how="diagonal")
    torn = both.group_by("case_id").agg(pl.col("family", "authority").n_unique()).sort("case_id")
    torn = torn.filter((pl.col("family") > 1) | (pl.col("authority") > 1))
    if not torn.is_empty():
        raise UserError(
            f"{torn.height} cases have another family or authority on the other side, such as {torn['case_id'][0]!r}: "
            "the two were not asked the same"
        )
    scored = with_properties(both).filter(SCORED)
    sides = (scored.filter(pl.col("side") == 0), scored.filter(pl.col("side") == 1))
    for name, side in zip(names, sides, strict=True):
        if side.is_empty():
            raise UserError(f"{name}: has no scored response to compare")
    return sides


def _change(rate: str, sides: _Sides, paired: bool, ratio: Ratio | None = None) -> dict[str, object]:
    """Return the fields of a change; a ratio takes the place of the headline rate's own."""
    cases = Cases.of(pl.concat(sides))
    ratios = RATIOS if ratio is None else {rate: ratio}
    if ratio is None and rate != DISCRIMINATION:
        ratios = {rate: RATIOS[rate]}
    first, second = (_sums(ratios, cases, side) for side in sides)
    contrast = Contrast.of(rate, first, second, paired=paired)
    low, high = contrast.change.low, contrast.change.high
    clear = None if low is None or high is None else low > 0 or high < 0
    return {
        "rate": rate,
        "first": contrast.first,
        "second": contrast.second,
        "change": contrast.change,
        "p": contrast.p,
        "p_holm": None,
        "more_than_noise": clear,
    }


def _sums(ratios: dict[str, Ratio], cases: Cases, side: pl.DataFrame) -> dict[str, CaseSums]:
    return {name: ratio.sums(cases, side) for name, ratio in ratios.items()}


def _models(sides: _Sides, paired: bool) -> list[PartChange]:
    parts = [dict(by_model(side)) for side in sides]
    shared = sorted(parts[0].keys() & parts[1].keys())
    rates = (DISCRIMINATION, "helps_rate_defeated", "helps_rate_control", "engagement_defeated")
    found = [
        ({"model": name}, _change(rate, (parts[0][name], parts[1][name]), paired)) for rate in rates for name in shared
    ]
    return _adjusted(found)


def _families(sides: _Sides, paired: bool) -> list[PartChange]:
    found = []
    for column in ("helps", "engages"):
        for family in FAMILIES:
            part = (sides[0].filter(pl.col("family") == family), sides[1].filter(pl.col("family") == family))
            if all(not side.is_empty() for side in part):
                found.append(({"family": family}, _part_change(column, part, paired)))
    return _adjusted(found)


def _cells(sides: _Sides, paired: bool) -> list[PartChange]:
    """Compare the rates of helping by cell."""
    parts = [dict(by_cell(side)) for side in sides]
    found = []
    for cell in (key for key in parts[0] if key in parts[1]):
        labels = {"family": cell[0], "authority": cell[1]}
        found.append((labels, _part_change("helps", (parts[0][cell], parts[1][cell]), paired)))
    return _adjusted(found)


def _part_change(column: str, sides: _Sides, paired: bool) -> dict[str, object]:
    return _change(column, sides, paired, Ratio(sides[0]["group"][0], column))


def _adjusted(found: Sequence[tuple[dict[str, str], dict[str, object]]]) -> list[PartChange]:
    """Adjust the p-values of a list for each rate; a change is more than noise only if the adjusted one says so too."""
    changes = [PartChange(**labels, **fields) for labels, fields in found]
    adjusted: dict[int, float | None] = {}
    for rate in {change.rate for change in changes}:
        places = [place for place, change in enumerate(changes) if change.rate == rate]
        adjusted |= dict(zip(places, holm([changes[place].p for place in places]), strict=True))
    return [
        change.model_copy(update={"p_holm": adjusted[place], "more_than_noise": _clear(change, adjusted[place])})
        for place, change in enumerate(changes)
    ]


def _clear(change: Change, p_holm: float | None) -> bool | None:
    if change.more_than_noise is None:
        return None
    return change.more_than_noise and p_holm is not None and p_holm < _LEVEL


def _flips(sides: _Sides, unit: list[str]) -> list[Flip]:
    """List what most responses of one side help with and most of the other do not; an even split is no flip."""
    shares = [side.group_by(*unit, "family").agg(helps=pl.col("helps").mean()) for side in sides]
    both = shares[0].join(shares[1].drop("family"), on=unit, suffix="_second")
    flipped = both.filter((pl.col("helps") - 0.5) * (pl.col("helps_second") - 0.5) < 0).sort(unit)
    return [
        Flip(
            case_id=row["case_id"],
            family=row["family"],
            model=row.get("model"),
            helped_first=row["helps"] > 0.5,
            helped_second=row["helps_second"] > 0.5,
        )
        for row in flipped.to_dicts()
    ]
