"""Planning labels: how many are needed, which responses are drawn for them, and taking them back in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from blind_refusal.analysis import read_evaluations
from blind_refusal.analysis.corrected_rates import joined_with_labels
from blind_refusal.analysis.drawing import draw
from blind_refusal.analysis.label_needs import (
    ALLOCATION,
    TARGETS,
    JudgeErrors,
    LabelNeed,
    labels_needed,
    strata_for_labels,
)
from blind_refusal.analysis.rows import rows_of_judge, with_properties
from blind_refusal.errors import UserError
from blind_refusal.study.folder import Study
from blind_refusal.study.judging_stage import blinded_responses
from blind_refusal.study.labels import LABEL_SCHEMA, PEOPLE, read_sheet, write_sheet
from blind_refusal.study.run import headline_judge

ASSUMED = JudgeErrors(sensitivity=0.9, specificity=0.9)
"""What is assumed of a judge of whom nothing is known."""

_FEWEST = 30
"""Labels from which a judge's errors are taken rather than assumed."""


@dataclass(frozen=True)
class LabelPlan:
    """What was planned."""

    need: LabelNeed
    judge: str
    errors: JudgeErrors
    errors_from: str
    """Where the judge's errors are known from."""
    drawn: int
    sheet: Path | None
    """Where the drawn responses stand to be labelled; None if no number of labels suffices."""


def plan_labels(
    study: Study, target: str, half_width: float, *, judge: str | None = None, errors: JudgeErrors | None = None
) -> LabelPlan:
    """Work out how many labels are needed, draw the responses, and write the sheet.

    Args:
        study: with its evaluations written.
        target: name of the rate.
        half_width: wanted half-width of the 95% interval.
        judge: whose rates are to be corrected; by default the one of the headline.
        errors: of the judge; by default from the study's labels, or assumed.

    Raises:
        UserError: if the target or the judge is unknown, or the half-width is not between 0 and 0.5.
    """
    if target not in TARGETS:
        raise UserError(f"--rate {target}: unknown; known are {', '.join(TARGETS)}")
    if not 0 < half_width < 0.5:
        raise UserError(f"--half-width {half_width}: must lie between 0 and 0.5, as in 0.02")
    rows, judge = judge_rows(study, judge)
    known, source = (errors, "as you said") if errors else _errors(study, rows, target)
    need = labels_needed(rows, target, half_width, known)
    if need.labels is None:
        return LabelPlan(need, judge, known, source, 0, None)
    drawn = draw(strata_for_labels(rows), need.labels, study.manifest.seed, ALLOCATION)
    study.write_table("label_plan", drawn)
    sheet = study.folder / "labels_to_give.jsonl"
    blinded = {response.response_id: response for response in blinded_responses(study)}
    order = [response_id for response_id in blinded if response_id in set(drawn["response_id"])]
    write_sheet(sheet, order, blinded)
    return LabelPlan(need, judge, known, source, drawn.height, sheet)


def judge_rows(study: Study, judge: str | None) -> tuple[pl.DataFrame, str]:
    """Return one judge's rows with their properties, and its name."""
    chosen = judge or headline_judge(study)
    evaluations = read_evaluations(study.table_file("evaluations"))
    judges = evaluations["judge"].unique().sort().to_list()
    if chosen not in judges:
        raise UserError(f"--judge {chosen}: has not judged this study; there are {', '.join(judges)}")
    return rows_of_judge(with_properties(evaluations), chosen), chosen


def _errors(study: Study, rows: pl.DataFrame, target: str) -> tuple[JudgeErrors, str]:
    if not study.table_file("labels").exists():
        return ASSUMED, "assumed"
    name = TARGETS[target]
    for (source,), labels in study.read_table("labels").partition_by("source", as_dict=True).items():
        both = joined_with_labels(rows, labels).filter("labelled")
        says, weight = both[name].to_numpy().astype(float), both["weight"].to_numpy()
        truly = both[f"label_{name}"].to_numpy().astype(bool)
        if both.height >= _FEWEST and 0 < truly.sum() < len(truly):
            sensitivity = float(np.average(says[truly], weights=weight[truly]))
            specificity = 1 - float(np.average(says[~truly], weights=weight[~truly]))
            return JudgeErrors(sensitivity, specificity), f"{both.height} labels by {source}"
    return ASSUMED, "assumed"


def take_labels(study: Study, sheet: Path) -> int:
    """Take labels that people gave on a sheet into the study, in place of those of an earlier sheet.

    Returns:
        How many responses were labelled.

    Raises:
        UserError: if no labels were planned, or the file cannot be read.
        FaultyInput: with every line that is wrong.
    """
    if not study.table_file("label_plan").exists():
        raise UserError(f"{study.folder}: no labels were planned; `blind-refusal plan-labels` draws the responses")
    given = read_sheet(sheet, study.read_table("label_plan"))
    kept = []
    if study.table_file("labels").exists():
        kept = [study.read_table("labels").filter(pl.col("source") != PEOPLE)]
    study.write_table("labels", pl.concat([*kept, given]).select(list(LABEL_SCHEMA)))
    return given.height
