"""What a study holds beside its evaluations, for analysis: tables, and the labels that people gave in a review."""

from typing import Final

import polars as pl

from blind_refusal.analysis.evidence import Evidence
from blind_refusal.study.folder import Study
from blind_refusal.study.labels import LABEL_SCHEMA

REVIEWERS: Final = "people (review)"
"""Source of labels that were given in the review app to responses drawn for correction."""


def evidence_of(study: Study, db: str | None = None) -> Evidence:
    """Read what is there.

    Args:
        study: with its tables written.
        db: database of the review's labels, if they are not in the study's folder.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    return Evidence(
        judged=_table(study, "judged"),
        repeats=_table(study, "repeats"),
        reasoning=_table(study, "reasoning_verdicts"),
        labels=_labels(study, db),
    )


def _table(study: Study, name: str) -> pl.DataFrame | None:
    return study.read_table(name) if study.table_file(name).exists() else None


def _labels(study: Study, db: str | None) -> pl.DataFrame | None:
    from blind_refusal.review import STORE_FILE, LabelStore, Phase, correction_labels  # with SQLAlchemy

    tables = [table] if (table := _table(study, "labels")) is not None else []
    if db is not None or (study.folder / STORE_FILE).exists():
        with LabelStore.of_study(study.folder, db) as store:
            labels, drawn = store.all_labels(Phase.VERDICTS), store.all_assignments(Phase.VERDICTS)
        given = correction_labels(labels, drawn).with_columns(source=pl.lit(REVIEWERS))
        if given.height:
            tables.append(given.select(list(LABEL_SCHEMA)))
    return pl.concat(tables) if tables else None
