"""The files of a report: which there are, and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blind_refusal.analysis import Summary
from blind_refusal.files import write_atomically
from blind_refusal.reporting.figures import FIGURES, Figure
from blind_refusal.reporting.latex import latex_table
from blind_refusal.reporting.shown import SHOWN_TABLES, shown_tables
from blind_refusal.reporting.tables import TABLES, csv_file, parquet_file, row_tables

_FIGURES: Final = "figures"
_TABLES: Final = "tables"
_KINDS: Final = {"csv": "CSV", "parquet": "parquet", "tex": "LaTeX", "svg": "SVG", "png": "PNG"}


@dataclass
class Outputs:
    """Files by their path in the report's folder."""

    content: dict[str, str | bytes] = field(default_factory=dict)

    def links(self) -> dict[str, dict[str, str]]:
        """Return the paths of tables and figures by name and kind."""
        found: dict[str, dict[str, str]] = {}
        for path in self.content:
            folder, _, name = path.rpartition("/")
            stem, _, kind = name.rpartition(".")
            title = f"{stem} (picture)" if folder == _FIGURES else stem
            found.setdefault(title, {})[_KINDS[kind]] = path
        return found

    def write(self, out: Path) -> None:
        """Write all files, each whole or not at all, and remove those of an earlier report that are not among them.

        Raises:
            UserError: a file cannot be written.
        """
        for path, content in self.content.items():
            write_atomically(out / path, content)
        for path in _possible() - self.content.keys():
            (out / path).unlink(missing_ok=True)

    def paths(self, out: Path, folder: str) -> tuple[Path, ...]:
        """Return the files of one folder."""
        return tuple(out / path for path in self.content if path.startswith(f"{folder}/"))


def outputs_of(summary: Summary, figures: Mapping[str, Figure]) -> Outputs:
    """Make all tables and figures."""
    outputs = Outputs()
    for name, rows in row_tables(summary).items():
        outputs.content[f"{_TABLES}/{name}.csv"] = csv_file(rows)
        if rows:
            outputs.content[f"{_TABLES}/{name}.parquet"] = parquet_file(rows)
    for name, table in shown_tables(summary).items():
        outputs.content[f"{_TABLES}/{name}.tex"] = latex_table(table)
    for name, figure in figures.items():
        outputs.content[f"{_FIGURES}/{name}.svg"] = figure.svg
        outputs.content[f"{_FIGURES}/{name}.png"] = figure.png
    return outputs


def _possible() -> set[str]:
    """Return the paths of all tables and figures that a report can have."""
    tables = {f"{_TABLES}/{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")}
    tables |= {f"{_TABLES}/{name}.tex" for name in SHOWN_TABLES}
    return tables | {f"{_FIGURES}/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")}
