"""What a study's tables hold beside its evaluations, for analysis."""

import polars as pl

from blind_refusal.analysis.evidence import Evidence
from blind_refusal.study.folder import Study


def evidence_of(study: Study) -> Evidence:
    """Read the tables that are there."""
    return Evidence(
        judged=_table(study, "judged"),
        repeats=_table(study, "repeats"),
        reasoning=_table(study, "reasoning_verdicts"),
        labels=_table(study, "labels"),
    )


def _table(study: Study, name: str) -> pl.DataFrame | None:
    return study.read_table(name) if study.table_file(name).exists() else None
