"""`export` and `merge`: giving studies to others, and putting them together."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from blind_refusal.cli.options import StudyOption


class Format(StrEnum):
    """What a study is exported as."""

    INSPECT = "inspect"
    HF = "hf"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(export)
    app.command()(merge)


def export(
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", metavar="DIR")],
    study: StudyOption = Path("study"),
    to: Annotated[
        Format, typer.Option("--to", help="Logs for `inspect view`, or a folder for `datasets.load_dataset`.")
    ] = Format.HF,
    redact: Annotated[bool, typer.Option("--redact", help="Leave the answers and the quotes from them out.")] = False,
) -> None:
    """Write a study as Inspect logs or as a Hugging Face data set."""
    from blind_refusal.study import Study
    from blind_refusal.study.sharing import export_to_hf, export_to_inspect

    write = export_to_inspect if to is Format.INSPECT else export_to_hf
    for file in write(Study(study), out, redact=redact):
        typer.echo(str(file))


def merge(
    studies: Annotated[list[Path], typer.Argument(help="Studies of different models.", metavar="STUDY…")],
    study: StudyOption = Path("study"),
) -> None:
    """Merge studies that asked different models the same cases in the same way; nothing is asked again."""
    from blind_refusal.cli.options import display
    from blind_refusal.study import report_study
    from blind_refusal.study.merging import merge_studies
    from blind_refusal.study.run import rebuild_tables

    merged = merge_studies(studies, study)
    rebuild_tables(merged)
    display().say(f"Study    {merged.folder}: {len(merged.manifest.models)} models")
    typer.echo(f"Report   {report_study(merged).page}")
