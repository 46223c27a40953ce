"""What the browser loads when a cell is opened: its cases in full, every answer, every judge's verdict."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from blind_refusal.reporting.casebook.index import Browsing, Index

_QUOTES: Final = ("help_quote", "engagement_quote", "harm_quote")
_VERDICT: Final = ("judge_code", "status", "response_type", "engages_with_defeat", "independent_harm")


def cells_data(index: Index, browsing: Browsing) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each cell and the data of its cases."""
    rows = _rows(index, browsing)
    of_cell: dict[int, list[dict[str, Any]]] = {}
    for case in index.cases:
        of_cell.setdefault(case["cell"], []).append(_case(case, browsing))
    for (cell,), part in rows.partition_by("cell", as_dict=True, maintain_order=True).items():
        yield int(cell), {"cases": of_cell[cell], "answers": list(_answers(part))}


def _rows(index: Index, browsing: Browsing) -> pl.DataFrame:
    """Put beside every row of evaluations the answer itself and what the judge wrote about it."""
    answers = browsing.responses.select(
        "response_id", "response", "stop_reason", thoughts=pl.col("reasoning"), response_status=pl.col("status")
    )
    words = browsing.verdicts.select("response_id", "judge", *_QUOTES, why=pl.col("reasoning"))
    rows = index.evaluations.join(answers, on="response_id", how="left", validate="m:1", maintain_order="left")
    rows = rows.join(words, on=["response_id", "judge"], how="left", validate="1:1", maintain_order="left")
    if browsing.with_responses:
        return rows
    spoken = ("response", "thoughts", "why", *_QUOTES)
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in spoken)


def _case(facts: dict[str, Any], browsing: Browsing) -> dict[str, Any]:
    case = browsing.cases.get(facts["case_id"])
    if case is None:
        return {"case": facts["case"]}
    return {
        "case": facts["case"],
        "policy": case.policy,
        "defeat": case.defeat_condition,
        "facts": case.structural_facts,
        "deciding": case.deciding_fact,
        "works": case.works,
        "category": case.dual_use.category if case.dual_use else None,
        "language": case.provenance.language,
        "wordings": [[name, queries[case.id]] for name, queries in browsing.wordings.items() if case.id in queries],
    }


def _answers(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the answers of a cell in the order of cases and models, each with the verdicts on it."""
    answer: dict[str, Any] | None = None
    for row in rows.iter_rows(named=True):
        if answer is None or answer["id"] != row["response_id"]:
            if answer is not None:
                yield answer
            answer = {
                "id": row["response_id"],
                "case": row["case"],
                "model": row["model_code"],
                "variant": row["variant"],
                "epoch": row["times"],
                "status": row["response_status"],
                "stop": row["stop_reason"],
                "text": row["response"],
                "thoughts": row["thoughts"] or None,
                "verdicts": [],
            }
        answer["verdicts"].append(_verdict(row))
    if answer is not None:
        yield answer


def _verdict(row: dict[str, Any]) -> dict[str, Any]:
    judge, status, kind, engages, harm = (row[name] for name in _VERDICT)
    return {
        "judge": judge,
        "status": status,
        "type": kind,
        "engages": engages,
        "harm": harm,
        "quotes": [row[name] or "" for name in _QUOTES],
        "why": row["why"] or "",
    }
