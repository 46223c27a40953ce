"""Writing the browser beside the report, and removing one that does not belong to it any more."""

import base64
import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

import polars as pl
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from blind_refusal.files import write_atomically
from blind_refusal.reporting.casebook.cells import cells_data
from blind_refusal.reporting.casebook.index import Browsing, Index, cell_file, index_data
from blind_refusal.reporting.casebook.links import PAGE
from blind_refusal.reporting.casebook.scripts import data_script
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.palette import css_variables

_FOLDER: Final = "cases"
_SCRIPTS: Final = ("dom", "words", "quotes", "filters", "list", "verdicts", "answers", "case", "main")
_OURS: Final = re.compile(r"(index|cell-\d{3,})\.js")


def write_browser(evaluations: pl.DataFrame, browsing: Browsing, out: Path, judge: str, title: str) -> Path:
    """Write the browser's page and data into a report's folder, the page last; data of an earlier one are removed.

    Args:
        evaluations: the checked table that the report is on.
        browsing: what else is known of cases and answers.
        out: the report's folder.
        judge: whose verdicts make the report's headline.
        title: of the report.

    Returns:
        The page.

    Raises:
        UserError: a file cannot be written.
    """
    index = Index.of(evaluations)
    written = {"index.js"}
    for number, data in cells_data(index, browsing):
        name = cell_file(number)
        write_atomically(out / _FOLDER / f"{name}.js", data_script(name, data))
        written.add(f"{name}.js")
    write_atomically(out / _FOLDER / "index.js", data_script("index", index_data(index, browsing, judge, title)))
    _remove_data(out, written)
    write_atomically(out / PAGE, render_browser(title))
    return out / PAGE


def remove_browser(out: Path) -> None:
    """Remove the browser of an earlier report; a folder with anything else in it stays."""
    (out / PAGE).unlink(missing_ok=True)
    _remove_data(out, set())
    folder = out / _FOLDER
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _remove_data(out: Path, kept: set[str]) -> None:
    for file in (out / _FOLDER).glob("*.js"):
        if _OURS.fullmatch(file.name) and file.name not in kept:
            file.unlink()


def render_browser(title: str) -> str:
    """Render the page: its own style and script, which alone may load the data."""
    style = css_variables() + _read("report.css") + _read("cases/cases.css")
    script = "(() => {\n'use strict';\n" + "\n".join(_read(f"cases/{name}.js") for name in _SCRIPTS) + "})();\n"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_read("cases/cases.html.j2")).render(
        title=plain_text(title),
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        style_hash=_digest(style),
        script_hash=_digest(script),
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return (files("blind_refusal.reporting") / "templates" / name).read_text(encoding="utf-8")
