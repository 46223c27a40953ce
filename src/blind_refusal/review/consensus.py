"""From labels to answers: who said what to each question, and what raters say together."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import polars as pl

from blind_refusal.analysis.records import Record
from blind_refusal.review.labels import QUESTIONS, Label, LabelKind, Phase

ANSWER_SCHEMA: Final = {
    "item_id": pl.String,
    "who": pl.String,
    "adjudicates": pl.Boolean,
    "question": pl.String,
    "answer": pl.String,
}
"""One row per label and question. An answer is the label's value as text, `true` and `false` included; null is "cannot
tell"."""

CONSENSUS_SCHEMA: Final = {"item_id": pl.String, "question": pl.String, "answer": pl.String, "state": pl.String}


class ConsensusState(StrEnum):
    """What has become of the answers to one question about one item."""

    ADJUDICATED = "adjudicated"
    UNANIMOUS = "unanimous"
    DISPUTED = "disputed"
    """Raters differ and nobody has adjudicated: left out."""
    SINGLE = "single"
    """Fewer answers than are asked for: left out."""
    CANNOT_TELL = "cannot_tell"
    """Nobody, or not the adjudication, could tell: left out."""


class ConsensusCount(Record):
    """How many items have a consensus on one question, and why the others have none."""

    question: str
    adjudicated: int
    unanimous: int
    disputed: int
    single: int
    cannot_tell: int


def answers_of(phase: Phase, question: str) -> list[str]:
    """Return the answers to a question, as text, in the order in which they are offered."""
    found = next(one for one in QUESTIONS[phase] if one.name == question)
    return [answer_text(value) for value, _ in found.answers]


def answer_text(value: str | bool) -> str:
    """Write an answer as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer_table(labels: Iterable[Label], phase: Phase) -> pl.DataFrame:
    """Return the answers of standing labels of a phase as a table of `ANSWER_SCHEMA`."""
    rows = []
    for label in labels:
        if label.phase is not phase or label.values is None:
            continue
        for question in QUESTIONS[phase]:
            value = getattr(label.values, question.name)
            answer = None if value is None else answer_text(value)
            rows.append((label.item_id, label.rater, label.kind is LabelKind.ADJUDICATION, question.name, answer))
    return pl.DataFrame(rows, schema=ANSWER_SCHEMA, orient="row")


def consensus_table(answers: pl.DataFrame, rulings: Mapping[str, Label], at_least: int) -> pl.DataFrame:
    """Say for each item and question what raters say together.

    The adjudication counts if there is one, otherwise what all raters say who could tell.

    Args:
        answers: table of `ANSWER_SCHEMA`.
        rulings: the adjudication that stands, by item.
        at_least: how many raters must have answered.

    Returns:
        A table of `CONSENSUS_SCHEMA` with the state of each; the answer is null unless it is adjudicated or unanimous.
    """
    raters = answers.filter(~pl.col("adjudicates"))
    given: dict[tuple[str, str], list[str]] = {}
    for item, _, _, question, answer in raters.iter_rows():
        told = given.setdefault((item, question), [])
        if answer is not None:
            told.append(answer)
    ruled = {
        (item, question): answer
        for item, who, _, question, answer in answers.filter("adjudicates").iter_rows()
        if item in rulings and rulings[item].rater == who
    }
    rows = []
    for item, question in sorted({*given, *ruled}):
        if (item, question) in ruled:
            answer = ruled[item, question]
            state = ConsensusState.CANNOT_TELL if answer is None else ConsensusState.ADJUDICATED
        else:
            answer, state = _together(given[item, question], at_least)
        rows.append((item, question, answer, str(state)))
    return pl.DataFrame(rows, schema=CONSENSUS_SCHEMA, orient="row")


def _together(told: Sequence[str], at_least: int) -> tuple[str | None, ConsensusState]:
    if not told:
        return None, ConsensusState.CANNOT_TELL
    if len(set(told)) > 1:
        return None, ConsensusState.DISPUTED
    if len(told) < at_least:
        return None, ConsensusState.SINGLE
    return told[0], ConsensusState.UNANIMOUS


def count_states(consensus: pl.DataFrame, phase: Phase) -> list[ConsensusCount]:
    """Count the states of each question."""
    grouped = consensus.group_by("question", "state").len()
    found = {(question, state): n for question, state, n in grouped.iter_rows()}
    return [
        ConsensusCount(
            question=question.name,
            **{str(state): found.get((question.name, str(state)), 0) for state in ConsensusState},
        )
        for question in QUESTIONS[phase]
    ]
