"""Tables for papers: LaTeX with booktabs, in which no name can be a command."""

import re
from typing import Final

from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.shown import Cell, ShownTable

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "-": r"{-}",
    "–": "--",
    "—": "---",
    "−": r"\ensuremath{-}",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "κ": r"\ensuremath{\kappa}",
    "α": r"\ensuremath{\alpha}",
    "λ": r"\ensuremath{\lambda}",
    "′": r"\ensuremath{'}",
    "½": r"\ensuremath{1/2}",
}
_PATTERN: Final = re.compile("|".join(re.escape(char) for char in _SPECIAL))
_LONG: Final = 40
"""Tables with more rows may break across pages."""


def latex_text(text: str) -> str:
    """Return untrusted text as LaTeX that prints it and does nothing else."""
    return _PATTERN.sub(lambda match: _SPECIAL[match[0]], plain_text(text))


def latex_table(table: ShownTable) -> str:
    r"""Return a table to be taken in with ``\input``; needs ``booktabs``, and ``longtable`` if it has many rows.

    Intervals stand in brackets behind their values.
    """
    columns = "".join("r" if column.numeric else "l" for column in table.columns)
    head = " & ".join(_heading(column.heading, numeric=column.numeric) for column in table.columns)
    body = [" & ".join(map(_cell, row)) + r" \\" for row in table.rows]
    caption = latex_text(". ".join(part.rstrip(".") for part in (table.caption, table.note) if part) + ".")
    named = rf"\caption{{{caption}}}" + rf"\label{{tab:blind-refusal-{table.name.replace('_', '-')}}}"
    rules = [r"\toprule", head + r" \\", r"\midrule"]
    if len(table.rows) > _LONG:
        lines = [rf"\begin{{longtable}}{{{columns}}}", named + r"\\", *rules, r"\endhead", *body]
        lines += [r"\bottomrule", r"\end{longtable}"]
        needs = "booktabs, longtable"
    else:
        lines = [r"\begin{table}", r"\centering", named, r"\small", rf"\begin{{tabular}}{{{columns}}}", *rules, *body]
        lines += [r"\bottomrule", r"\end{tabular}", r"\end{table}"]
        needs = "booktabs"
    return "\n".join([rf"% needs \usepackage{{{needs}}}", *lines]) + "\n"


def _heading(text: str, *, numeric: bool) -> str:
    return rf"\multicolumn{{1}}{{r}}{{{latex_text(text)}}}" if numeric else latex_text(text)


def _cell(cell: Cell) -> str:
    limits = f" [{latex_text(cell.interval)}]" if cell.interval else ""
    # Braces keep a value that starts with a bracket from being taken for an argument of the line before.
    return f"{{{latex_text(cell.value)}}}{limits}"
