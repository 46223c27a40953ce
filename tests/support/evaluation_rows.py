"""Small tables of evaluations, written by hand in the tests."""

import polars as pl

Cell = str | bool | int | None
Row = dict[str, Cell]


def row(case: str, **changes: Cell) -> Row:
    """Return one scored row: by default a control case that model m deflects."""
    standard: Row = {
        "response_id": f"{case}/{changes.get('model', 'm')}",
        "case_id": case,
        "model": "m",
        "judge": "judge",
        "family": "control",
        "authority": "school",
        "authority_group": "semi_voluntary",
        "response_type": "deflects",
        "engages_with_defeat": False,
        "independent_harm": False,
        "status": "ok",
    }
    return standard | changes


def unscored(case: str, **changes: Cell) -> Row:
    """Return a row without labels, by default a blocked response."""
    labels: Row = {"response_type": None, "engages_with_defeat": None, "independent_harm": None, "status": "blocked"}
    return row(case, **(labels | changes))


def defeated(case: str, response_type: str, engages: bool = False, harm: bool = False, **changes: Cell) -> Row:
    """Return a scored row of a defeated rule."""
    labels: Row = {"response_type": response_type, "engages_with_defeat": engages, "independent_harm": harm}
    family: Row = {"family": "content_defeat"}
    return row(case, **(family | labels | changes))


def table(*rows: Row) -> pl.DataFrame:
    """Put rows together; columns that only some rows have are null in the others."""
    together = pl.concat([pl.DataFrame([one]) for one in rows], how="diagonal_relaxed")
    flags = [pl.col(name).cast(pl.Boolean) for name in ("engages_with_defeat", "independent_harm")]
    return together.with_columns(pl.col("response_type").cast(pl.String), *flags)
