"""LaTeX tables: booktabs, balanced, and no name is ever a command."""

import re

import pytest

from blind_refusal.analysis import summarise
from blind_refusal.reporting.latex import latex_table, latex_text
from blind_refusal.reporting.shown import Cell, Column, ShownTable, shown_tables
from tests.support.evaluations_by_rule import HOSTILE, evaluations

_OURS = {
    *("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "char34", "ldots"),
    *("ensuremath", "kappa", "lambda", "alpha", "begin", "end", "caption", "label", "centering", "small"),
    *("toprule", "midrule", "bottomrule", "multicolumn", "usepackage", "endhead"),
}


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of a_b & c#d", r"50\% of a\_b \& c\#d"),
        (r"\input{x}$^~", r"\textbackslash{}input\{x\}\$\textasciicircum{}\textasciitilde{}"),
        ("−1.2 to +3.4", r"\ensuremath{-}1.2 to +3.4"),
        ("22.5–26.8", "22.5--26.8"),
        ("lab/a--b", "lab/a{-}{-}b"),
        ("<0.001", r"\textless{}0.001"),
        ("line\nbreak\x00\u202e", "line break"),
        ('"quoted"', r"\char34{}quoted\char34{}"),
        ("κ = 0.9", r"\ensuremath{\kappa} = 0.9"),
    ],
)
def test_text_is_escaped(text: str, latex: str) -> None:
    assert latex_text(text) == latex


def test_a_table_by_hand() -> None:
    table = ShownTable(
        name="two_rows",
        caption="Rates",
        columns=(Column("Model", numeric=False), Column("Helps")),
        rows=((Cell("a_b"), Cell("12.0%", "10.0–14.0")), (Cell("[c]"), Cell("–"))),
        note="In words.",
    )
    assert latex_table(table).splitlines() == [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering",
        r"\caption{Rates. In words.}\label{tab:blind-refusal-two-rows}",
        r"\small",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"Model & \multicolumn{1}{r}{Helps} \\",
        r"\midrule",
        r"{a\_b} & {12.0\%} [10.0--14.0] \\",
        r"{[c]} & {--} \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


def test_long_tables_may_break_across_pages() -> None:
    rows = tuple((Cell(str(number)),) for number in range(41))
    latex = latex_table(ShownTable("long", "Rows", (Column("N"),), rows))
    assert r"\usepackage{booktabs, longtable}" in latex
    assert latex.count(r"\begin{longtable}") == latex.count(r"\end{longtable}") == 1
    assert r"\endhead" in latex


def test_hostile_names_stay_inside_their_cells() -> None:
    names = (*HOSTILE, r"\end{tabular}\input{/etc/passwd}", "100% \\\\ & x", "$\\immediate\\write18{ls}$")
    for name, table in shown_tables(summarise(evaluations(names))).items():
        latex = latex_table(table)
        commands = set(re.findall(r"\\([a-z]+\d*)", latex))
        assert commands <= _OURS, name
        plain = re.sub(r"\\[{}%&#_$]", "", latex)
        assert plain.count("{") == plain.count("}"), name
        body = latex.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
        rows = [line for line in body if line != r"\endhead"]
        assert len(rows) == len(table.rows)
        for line in rows:
            assert len(re.findall(r"(?<!\\)&", line)) == len(table.columns) - 1
            assert line.endswith(r" \\")
