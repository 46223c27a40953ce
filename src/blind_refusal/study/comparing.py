"""Choosing the two sides of a comparison from study folders or tables of evaluations."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from blind_refusal.analysis import (
    By,
    Changes,
    find_changes,
    read_evaluations,
    rows_of_judge,
    rows_of_variant,
    variants_in,
)
from blind_refusal.analysis.variants import BASE_WORDING
from blind_refusal.errors import UserError
from blind_refusal.study.folder import Study
from blind_refusal.study.run import headline_judge


@dataclass(frozen=True)
class Choice:
    """What is to be compared."""

    first: Path
    """A study's folder, or a parquet file of evaluations."""
    second: Path
    models: tuple[str, ...] = ()
    """Only these; for two models, the one of each side. Empty for all."""
    judges: tuple[str, ...] = ()
    """Whose verdicts; for two judges, the one of each side. Empty for each side's own."""
    by: By = "study"
    conditions: tuple[str, ...] = ()
    """The system prompts of the two sides, by the name of the condition; empty for each side's base."""


@dataclass(frozen=True)
class _Side:
    place: Path
    evaluations: pl.DataFrame
    study: Study | None

    @property
    def judges(self) -> list[str]:
        return [str(name) for name in self.evaluations["judge"].unique().sort()]

    @property
    def models(self) -> list[str]:
        return [str(name) for name in self.evaluations["model"].unique().sort()]

    @property
    def conditions(self) -> list[str]:
        return [
            condition for condition, wording in variants_in(self.evaluations) if wording == BASE_WORDING and condition
        ]

    def under(self, condition: str | None) -> pl.DataFrame:
        """Return the rows of a condition in the original wording; of the base, if none is named."""
        base = variants_in(self.evaluations)[0]
        return rows_of_variant(self.evaluations, base if condition is None else (condition, BASE_WORDING))

    @property
    def own_judge(self) -> str:
        return self.judges[0] if self.study is None else headline_judge(self.study)


def compare_sides(choice: Choice) -> Changes:
    """Compare what was chosen.

    Raises:
        UserError: a side is not there or does not have what is wanted, or the two cannot be told apart.
    """
    sides = _side(choice.first), _side(choice.second)
    judges = _judges(choice, *sides)
    models = _models(choice, *sides)
    conditions = _conditions(choice, *sides)
    names = _names(choice, sides, judges, models, conditions)
    first, second = (
        _rows(side, judge, wanted, condition)
        for side, judge, wanted, condition in zip(sides, judges, models, conditions, strict=True)
    )
    return find_changes(first, second, names, choice.by)


def _side(place: Path) -> _Side:
    if place.is_dir():
        study = Study(place)
        study.manifest  # noqa: B018 - refuses a folder without a study
        return _Side(place, read_evaluations(study.table_file("evaluations")), study)
    return _Side(place, read_evaluations(place), None)


def _judges(choice: Choice, first: _Side, second: _Side) -> tuple[str, str]:
    if choice.by == "judge":
        chosen = choice.judges or (tuple(first.judges) if choice.first == choice.second else ())
        if len(chosen) != 2:
            raise UserError("--by judge: say --judge twice, first whose verdicts count on A, then on B")
        judges = chosen[0], chosen[1]
    else:
        if len(choice.judges) > 1:
            raise UserError("--judge more than once: say --by judge to compare two judges")
        judges = (choice.judges[0],) * 2 if choice.judges else (first.own_judge, second.own_judge)
        if judges[0] != judges[1]:
            raise UserError(
                f"the verdicts are {judges[0]!r}'s on one side and {judges[1]!r}'s on the other; name one with "
                "--judge, or say --by judge"
            )
    for side, judge in zip((first, second), judges, strict=True):
        if judge not in side.judges:
            raise UserError(f"{side.place}: no judge {judge!r}; there are {', '.join(map(repr, side.judges))}")
    return judges


def _models(choice: Choice, first: _Side, second: _Side) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the models of each side."""
    if choice.by == "model":
        alone = (*first.models, *second.models) if len(first.models) == len(second.models) == 1 else ()
        chosen = choice.models or alone
        if len(chosen) != 2:
            raise UserError("--by model: say --models X,Y, first the model on A, then the one on B")
        wanted: tuple[tuple[str, ...], tuple[str, ...]] = ((chosen[0],), (chosen[1],))
    else:
        wanted = (choice.models or tuple(first.models), choice.models or tuple(second.models))
    for side, names in zip((first, second), wanted, strict=True):
        for name in names:
            if name not in side.models:
                raise UserError(f"{side.place}: no model {name!r}; there are {', '.join(map(repr, side.models))}")
    return wanted


def _conditions(choice: Choice, first: _Side, second: _Side) -> tuple[str | None, str | None]:
    """Return the condition of each side; None for its base."""
    if choice.by != "system_prompt":
        if choice.conditions:
            raise UserError("--conditions goes with --by system_prompt")
        return None, None
    chosen = choice.conditions
    if not chosen:
        if choice.first.resolve() != choice.second.resolve():
            return None, None
        chosen = tuple(first.conditions)
    if len(chosen) != 2:
        raise UserError(
            "--by system_prompt: name two studies, or say --conditions X,Y, first the condition on A, then the one on B"
        )
    for side, condition in zip((first, second), chosen, strict=True):
        if condition not in side.conditions:
            known = ", ".join(map(repr, side.conditions)) or "none on record"
            raise UserError(f"{side.place}: no condition {condition!r}; there are {known}")
    return chosen[0], chosen[1]


def _names(
    choice: Choice,
    sides: tuple[_Side, _Side],
    judges: tuple[str, str],
    models: tuple[tuple[str, ...], tuple[str, ...]],
    conditions: tuple[str | None, str | None],
) -> tuple[str, str]:
    """Return what to call the sides; they must differ in what the comparison is by."""
    places = str(choice.first), str(choice.second)
    if choice.by == "judge":
        names = judges
    elif choice.by == "model":
        names = models[0][0], models[1][0]
    elif conditions[0] is not None and conditions[1] is not None:
        names = conditions[0], conditions[1]
    elif choice.by == "system_prompt":
        prompts = [_prompt(side) for side in sides]
        if prompts[0] == prompts[1]:
            raise UserError("--by system_prompt: both studies were asked with the same system prompt")
        names = places
    else:
        names = places
    if names[0] == names[1] and choice.first.resolve() == choice.second.resolve():
        raise UserError(f"both sides are the same ({names[0]}); name another study, or say --by judge or --by model")
    return names if names[0] != names[1] else (f"{names[0]} in {places[0]}", f"{names[1]} in {places[1]}")


def _prompt(side: _Side) -> str | None:
    if side.study is None:
        raise UserError(
            f"{side.place}: a table does not tell its system prompt; --by system_prompt wants study folders"
        )
    return side.study.manifest.asked_under[0].system_prompt


def _rows(side: _Side, judge: str, models: tuple[str, ...], condition: str | None) -> pl.DataFrame:
    return rows_of_judge(side.under(condition), judge).filter(pl.col("model").is_in(models))
