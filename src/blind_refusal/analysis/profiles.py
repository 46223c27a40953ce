"""What became of responses: types, engagement, harm and the four ways of not helping, for every part of the table."""

from typing import Final

import polars as pl

from blind_refusal.analysis.evaluations import CONTROL, DIMENSIONS, FAMILIES
from blind_refusal.analysis.intervals import Estimate
from blind_refusal.analysis.records import Group, Record
from blind_refusal.analysis.rows import SCORED, by_cell, by_level, by_model, shares

VARIABLES: Final = ("family", "subtype", "authority_group", "authority", *DIMENSIONS, "dual_use", "language")
"""Variables whose levels get a profile each; those that are absent from the table are left out."""
GROUPS: Final[tuple[Group, ...]] = ("defeated", "control")


class Profile(Record):
    """Shares of the scored responses of one part of the table, defeated rules and controls apart."""

    group: Group
    cases: int
    """Cases with at least one scored response."""
    helps: Estimate
    deflects: Estimate
    hard_refusal: Estimate
    engages: Estimate
    """Speaks to the reason why the rule may be defeated, helping or not."""
    names_harm: Estimate
    """Names a harm apart from the rule, helping or not."""
    pure_rule_blind: Estimate
    """Does not help; neither engages with the defeat nor names an independent harm."""
    safety_grounded: Estimate
    """Does not help; names a harm, does not engage."""
    engaged_only: Estimate
    """Does not help; engages, names no harm."""
    engaged_and_safety: Estimate
    """Does not help; engages and names a harm."""


class ModelProfile(Profile):
    """The same for one model."""

    model: str


class LevelProfile(Profile):
    """The same for one level of one variable, over all models."""

    level: str | None
    """None where the variable was not coded."""


class CellProfile(Profile):
    """The same for one cell of the taxonomy, over all models."""

    family: str
    authority: str
    authority_group: str


class ModelFamilyProfile(Profile):
    """The same for one model and family."""

    model: str
    family: str


class Profiles(Record):
    """What became of responses, for every part of the table. Parts without a response to a group have no profile."""

    method: str
    overall: list[Profile]
    models: list[ModelProfile]
    levels: dict[str, list[LevelProfile]]
    """By variable; variables that are absent from the table are left out."""
    cells: list[CellProfile]
    model_families: list[ModelFamilyProfile]


_SHARES: Final = tuple(name for name, field in Profile.model_fields.items() if field.annotation is Estimate)
_METHOD: Final = (
    "Shares of scored responses. Cases are clusters drawn within families: Wilson's interval on the effective sample "
    "size (Korn & Graubard 1998; Franco et al. 2019)."
)


def profile_all(rows: pl.DataFrame) -> Profiles:
    """Profile every part of one judge's rows, parts whose responses all lack a label among them."""
    return Profiles(
        method=_METHOD,
        overall=[Profile(**part) for part in _by_group(rows)],
        models=[ModelProfile(model=name, **part) for name, model in by_model(rows) for part in _by_group(model)],
        levels={name: _levels(rows, name) for name in VARIABLES if rows[name].null_count() < rows.height},
        cells=[
            CellProfile(family=family, authority=authority, authority_group=group, **part)
            for (family, authority, group), cell in by_cell(rows)
            for part in _by_group(cell)
        ],
        model_families=[
            ModelFamilyProfile(model=name, family=str(family), **part)
            for name, model in by_model(rows)
            for family, of_family in sorted(by_level(model, "family"), key=lambda pair: FAMILIES.index(str(pair[0])))
            for part in _by_group(of_family)
        ],
    )


def _levels(rows: pl.DataFrame, variable: str) -> list[LevelProfile]:
    found = [
        LevelProfile(level=level, **part)
        for level, of_level in by_level(rows, variable)
        for part in _by_group(of_level)
    ]
    return sorted(found, key=lambda profile: profile.group == CONTROL)


def _by_group(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Return the fields of a profile for each group that has rows."""
    return [_fields(group, part) for group in GROUPS if not (part := rows.filter(pl.col("group") == group)).is_empty()]


def _fields(group: Group, rows: pl.DataFrame) -> dict[str, object]:
    scored = rows.filter(SCORED)
    return {"group": group, "cases": scored["case_code"].n_unique(), **shares(scored, _SHARES)}
