"""Labels that are more trusted than a study's judge: a checking judge's verdicts, or people's, on a drawn sample."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.files import write_atomically
from blind_refusal.judging import BlindedResponse, ResponseType, Verdict, VerdictStatus

LABEL_SCHEMA: dict[str, Any] = {
    "source": pl.String,
    "response_id": pl.String,
    "stratum": pl.String,
    "inclusion_probability": pl.Float64,
    "response_type": pl.String,
    "engages_with_defeat": pl.Boolean,
    "independent_harm": pl.Boolean,
}
"""Columns of `labels.parquet`: one row per source and response. A label that was not given is null."""


def labels_of_checks(source: str, drawn: pl.DataFrame, verdicts: Sequence[Verdict]) -> pl.DataFrame:
    """Return what a checking judge said of the responses that were drawn for it.

    Args:
        source: the judge's label.
        drawn: table of the drawn responses with their strata and inclusion probabilities.
        verdicts: the judge's; those without labels are left out.
    """
    rows = [
        (verdict.response_id, verdict.response_type, verdict.engages_with_defeat, verdict.independent_harm)
        for verdict in verdicts
        if verdict.status is VerdictStatus.OK
    ]
    names = ["response_id", "response_type", "engages_with_defeat", "independent_harm"]
    given = pl.DataFrame(rows, schema={name: LABEL_SCHEMA[name] for name in names}, orient="row")
    return (
        drawn.join(given, on="response_id", how="inner").with_columns(source=pl.lit(source)).select(list(LABEL_SCHEMA))
    )


PEOPLE: Final = "people"
"""Source of labels that people gave on a sheet."""


class SheetLine(BaseModel):
    """One line of a sheet to be labelled. People fill in the last three fields; other fields are left alone."""

    model_config = ConfigDict(strict=True)

    response_id: str
    response_type: ResponseType | None = None
    engages_with_defeat: bool | None = None
    independent_harm: bool | None = None


def write_sheet(file: Path, drawn: Sequence[str], blinded: Mapping[str, BlindedResponse]) -> None:
    """Write the drawn responses as JSON Lines to be labelled: what a judge sees, and empty labels."""
    lines = []
    for response_id in drawn:
        one = blinded[response_id]
        lines.append(
            {
                "response_id": response_id,
                "policy": one.policy,
                "structural_facts": one.facts,
                "might_speak_against_the_rule": one.against,
                "query": one.query,
                "response": one.response,
                "response_type": None,
                "engages_with_defeat": None,
                "independent_harm": None,
            }
        )
    write_atomically(file, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def read_sheet(file: Path, plan: pl.DataFrame) -> pl.DataFrame:
    """Read a sheet that people have labelled.

    Args:
        file: JSON Lines; lines whose labels are all null have not been labelled and are left out.
        plan: table of the drawn responses with their strata and inclusion probabilities.

    Returns:
        A table of `LABEL_SCHEMA`.

    Raises:
        UserError: if the file cannot be read.
        FaultyInput: with every line that is wrong.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    known, seen = set(plan["response_id"]), set[str]()
    faults: list[Fault] = []
    rows: list[SheetLine] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = SheetLine.model_validate_json(line)
        except ValidationError as error:
            faults += [
                Fault(file, number, ".".join(map(str, one["loc"])), one["msg"])
                for one in error.errors(include_url=False)
            ]
            continue
        faults += [Fault(file, number, field, reason) for field, reason in _wrong_with(read, known, seen)]
        seen.add(read.response_id)
        rows += [read] if read.response_type is not None else []
    if faults:
        raise FaultyInput(faults)
    names = list(SheetLine.model_fields)
    schema = {name: LABEL_SCHEMA[name] for name in names}
    given = pl.DataFrame([row.model_dump(mode="json") for row in rows], schema=schema)
    return (
        plan.join(given, on="response_id", how="inner").with_columns(source=pl.lit(PEOPLE)).select(list(LABEL_SCHEMA))
    )


def _wrong_with(line: SheetLine, known: set[str], seen: set[str]) -> list[tuple[str, str]]:
    wrong = []
    if line.response_id not in known:
        wrong.append(("response_id", f"{line.response_id!r} was not drawn by plan-labels in this study"))
    if line.response_id in seen:
        wrong.append(("response_id", f"{line.response_id!r} stands twice"))
    labels = (line.response_type, line.engages_with_defeat, line.independent_harm)
    if 0 < sum(label is None for label in labels) < len(labels):
        wrong.append(("response_type", "some labels of this line are given and others null; all three or none"))
    return wrong
