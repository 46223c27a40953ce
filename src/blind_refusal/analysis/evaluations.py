"""The table of judged responses, one row per response × judge: the only input of analysis and reporting."""

from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from blind_refusal.errors import Fault, FaultyInput, UserError

CONTROL = "control"
DEFEATED_FAMILIES = ("illegitimate_authority", "content_defeat", "application_defeat", "exception_justified")
FAMILIES = (CONTROL, *DEFEATED_FAMILIES)
HELPS = "helps"
RESPONSE_TYPES = (HELPS, "deflects", "hard_refusal")
OK = "ok"
UNJUDGED = "unjudged"
MISSING_CAUSES = ("blocked", "empty", "error", "unparsed", "unsupported", "judge_error", UNJUDGED)
"""Why a row has no label: the first three befell the response, the others the verdict."""
DIMENSIONS = (
    "kind_of_rule",
    "harm_to_others",
    "legality",
    "stakes_if_caught",
    "compliance_ecology",
    "user_positionality",
    "evasion_type",
)

_REQUIRED_TEXT = ("response_id", "case_id", "model", "judge", "family", "authority", "authority_group", "status")
_OPTIONAL_TEXT = ("subtype", *DIMENSIONS, "condition", "wording", "twin_of", "language")
_LABELS = ("response_type", "engages_with_defeat", "independent_harm")
_FLAGS = ("engages_with_defeat", "independent_harm", "dual_use")
_OPTIONAL = (*_OPTIONAL_TEXT, "dual_use", "epoch")
_REQUIRED = (*_REQUIRED_TEXT, *_LABELS)
_VOCABULARIES = {"family": FAMILIES, "response_type": RESPONSE_TYPES, "status": (OK, *MISSING_CAUSES)}
_CASE_FACTS = ("family", "authority", "authority_group", "subtype", *DIMENSIONS, "dual_use", "twin_of", "language")
_RESPONSE_FACTS = ("case_id", "model", "condition", "wording", "epoch")
_SHOWN_VALUES = 3


def read_evaluations(path: Path) -> pl.DataFrame:
    """Read and check a table of evaluations.

    Args:
        path: a parquet file.

    Returns:
        The table as ``check_evaluations`` returns it.

    Raises:
        UserError: the file cannot be read as parquet, or breaks the table's rules; all faults are listed at once.
    """
    try:
        frame = pl.read_parquet(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except (OSError, PolarsError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{path}: not a readable parquet file ({reason})") from error
    return check_evaluations(frame, path)


def check_evaluations(frame: pl.DataFrame, source: Path = Path("evaluations")) -> pl.DataFrame:
    """Check a table of evaluations and give it the standard columns and types.

    Args:
        frame: the table; columns that the schema does not name are ignored.
        source: what to call the table in errors.

    Returns:
        A table with every column of the schema in a fixed order; absent optional columns are null throughout.

    Raises:
        FaultyInput: wrong columns, types or values; all that can be told at once is listed at once.
    """
    _refuse(source, _column_faults(frame))
    standard = _standardise(frame)
    _refuse(source, [*_text_faults(standard), *_vocabulary_faults(standard)])
    _refuse(source, [*_label_faults(standard), *_uniqueness_faults(standard), *_consistency_faults(standard)])
    return standard


def _refuse(source: Path, found: list[tuple[str, str]]) -> None:
    if found:
        raise FaultyInput([Fault(source, 0, column, reason) for column, reason in found])


def _column_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    faults = [(name, "this column is missing") for name in _REQUIRED if name not in frame.columns]
    if frame.is_empty():
        faults.append(("", "the table has no rows"))
    for name, kind in frame.schema.items():
        if kind == pl.Null:
            continue
        if name in (*_REQUIRED_TEXT, *_OPTIONAL_TEXT, "response_type") and not _is_text(kind):
            faults.append((name, f"holds {kind}, not text"))
        elif name in _FLAGS and kind != pl.Boolean:
            faults.append((name, f"holds {kind}, not true or false"))
        elif name == "epoch" and not kind.is_integer():
            faults.append((name, f"holds {kind}, not whole numbers"))
    return faults


def _is_text(kind: pl.DataType) -> bool:
    return kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum)


def _standardise(frame: pl.DataFrame) -> pl.DataFrame:
    before = ("response_id", "case_id", "model", "epoch", "judge", "family", "subtype", "authority", "authority_group")
    kinds: dict[str, type[pl.DataType]] = dict.fromkeys(before, pl.String)
    kinds |= dict.fromkeys(
        (*DIMENSIONS, "dual_use", "twin_of", "language", "condition", "wording", *_LABELS, "status"), pl.String
    )
    kinds |= dict.fromkeys(_FLAGS, pl.Boolean) | {"epoch": pl.Int64}
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in kinds.items()
    )


def _text_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    faults = []
    for name in _REQUIRED_TEXT:
        bad = frame.filter(pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")).height
        if bad:
            faults.append((name, f"is empty in {_rows(bad)}"))
    for name in ("response_type", *_OPTIONAL_TEXT):
        bad = frame.filter(pl.col(name).str.strip_chars() == "").height
        if bad:
            faults.append((name, f"is blank text in {_rows(bad)}; where there is no value it must be null"))
    return faults


def _vocabulary_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    faults = []
    for name, vocabulary in _VOCABULARIES.items():
        unknown = frame.filter(pl.col(name).is_not_null() & ~pl.col(name).is_in(vocabulary))
        if not unknown.is_empty():
            values = _values(unknown[name])
            faults.append(
                (name, f"unknown value {values} in {_rows(unknown.height)}; known are {', '.join(vocabulary)}")
            )
    return faults


def _label_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Find rows where status and labels contradict each other: ok means labelled, anything else means not."""
    faults = []
    for name in _LABELS:
        lacking = frame.filter((pl.col("status") == OK) & pl.col(name).is_null()).height
        if lacking:
            faults.append((name, f"is null in {_rows(lacking)} whose status is ok"))
        extra = frame.filter((pl.col("status") != OK) & pl.col(name).is_not_null())
        if not extra.is_empty():
            causes = _values(extra["status"])
            faults.append((name, f"has a value in {_rows(extra.height)} whose status is {causes}, not ok"))
    return faults


def _uniqueness_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    double = frame.filter(pl.struct("response_id", "judge").is_duplicated())
    if double.is_empty():
        return []
    first = _values(double["response_id"])
    return [("response_id", f"{_rows(double.height)} share response and judge with another row, such as {first}")]


def _consistency_faults(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Find facts that ought to be constant and are not: a response's case, model, epoch; a case's family and so on."""
    faults = []
    for key, facts in (("response_id", _RESPONSE_FACTS), ("case_id", _CASE_FACTS)):
        counts = frame.group_by(key).agg(pl.col(fact).n_unique() for fact in facts).sort(key)
        for fact in facts:
            torn = counts.filter(pl.col(fact) > 1)
            if not torn.is_empty():
                faults.append((fact, f"differs between rows of the same {key}, such as {_values(torn[key])}"))
    return faults


def _values(column: pl.Series) -> str:
    """Quote the first few distinct values, in sorted order."""
    distinct = column.unique().sort().to_list()
    shown = ", ".join(repr(value) for value in distinct[:_SHOWN_VALUES])
    return shown if len(distinct) <= _SHOWN_VALUES else f"{shown} and {len(distinct) - _SHOWN_VALUES} more"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
