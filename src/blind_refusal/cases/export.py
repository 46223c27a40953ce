"""A set of cases as a folder that people share: parquet, JSON Lines and a card, for Hugging Face's `datasets`."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from blind_refusal.cases.card import render_card
from blind_refusal.cases.dataset import AboutDataSet
from blind_refusal.cases.jsonl import dump_cases
from blind_refusal.cases.model import Case, Provenance, Setting
from blind_refusal.cases.verdicts import read_verdicts
from blind_refusal.errors import UserError
from blind_refusal.files import write_atomically
from blind_refusal.taxonomy import Taxonomy

PARQUET = "data/cases.parquet"
JSON_LINES = "cases.jsonl"
CARD = "README.md"


def export_cases(
    cases: Sequence[Case], about: AboutDataSet, taxonomy: Taxonomy, verdicts: Path | None, out: Path
) -> list[Path]:
    """Write a folder that ``datasets.load_dataset`` reads.

    Args:
        cases: the set.
        about: its name, version and canary.
        taxonomy: that the cases fit.
        verdicts: file of what readers made of the cases, if there is one.
        out: the folder; made if need be, and refused if it holds anything else.

    Returns:
        The files that were written.

    Raises:
        UserError: if the folder holds files of something else, or cannot be written.
    """
    files: dict[str, str | bytes] = {
        PARQUET: _parquet(cases, about, taxonomy),
        JSON_LINES: dump_cases(cases),
        CARD: render_card(cases, about, taxonomy, read_verdicts(verdicts) if verdicts else ()),
    }
    if verdicts is not None:
        files["verdicts.jsonl"] = verdicts.read_text(encoding="utf-8")
    if out.exists():
        if not out.is_dir():
            raise UserError(f"{out}: is not a folder")
        foreign = {entry.name for entry in out.iterdir()} - {name.split("/")[0] for name in files}
        if foreign:
            raise UserError(f"{out}: holds other files ({', '.join(sorted(foreign)[:3])}); name a new or empty folder")
    for name, content in files.items():
        write_atomically(out / name, content)
    return [out / name for name in files]


def case_frame(cases: Sequence[Case], taxonomy: Taxonomy) -> pl.DataFrame:
    """Return cases as a table of one row each; nested records become structs with the same fields in every row."""
    texts = ("id", "family", "subtype", "authority", "authority_group", "policy", "defeat_condition", "deciding_fact")
    schema: dict[str, Any] = {
        **dict.fromkeys(texts, pl.String),
        "works": pl.String,
        "user_query": pl.String,
        "version": pl.Int64,
        "twin_of": pl.String,
        "structural_facts": pl.List(pl.String),
        "dimensions": pl.Struct(dict.fromkeys(taxonomy.dimension_by_id, pl.String)),
        "dual_use": pl.Struct({"flagged": pl.Boolean, "category": pl.String}),
        "setting": pl.Struct({_alias(name): pl.String for name in Setting.model_fields}),
        "provenance": pl.Struct({name: _PROVENANCE.get(name, pl.String) for name in Provenance.model_fields}),
    }
    rows = []
    for case in cases:
        row = case.model_dump(mode="json", by_alias=True)
        for name in ("prompts", "verdicts"):  # their keys vary; a struct could not hold them
            row["provenance"][name] = json.dumps(row["provenance"][name], sort_keys=True)
        row["dimensions"] = {name: row["dimensions"].get(name) for name in taxonomy.dimension_by_id}
        rows.append(row)
    return pl.DataFrame(rows, schema=schema)


_PROVENANCE: dict[str, Any] = {"round": pl.Int64}


def _alias(name: str) -> str:
    return Setting.model_fields[name].alias or name


def _parquet(cases: Sequence[Case], about: AboutDataSet, taxonomy: Taxonomy) -> bytes:
    buffer = io.BytesIO()
    metadata = {"name": about.name, "version": about.version, "sha256": about.sha256, "canary": about.canary}
    case_frame(cases, taxonomy).write_parquet(buffer, metadata=metadata)
    return buffer.getvalue()
