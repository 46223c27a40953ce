"""`cases …`: commands on files of cases and on the taxonomy."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blind_refusal.cli.options import CasesOption
from blind_refusal.errors import FaultyInput, UserError

if TYPE_CHECKING:
    from blind_refusal.cases import AboutDataSet, Case

app = typer.Typer(help="Look at, check and convert cases and the taxonomy.", no_args_is_help=True)


class Layout(StrEnum):
    """Layouts of files of cases."""

    OURS = "ours"
    PUBLISHED = "published"


def _sound_cases(file: Path | None) -> "list[Case]":
    from blind_refusal.cases import SHIPPED_CASES, check_file

    cases, faults = check_file(file or SHIPPED_CASES)
    if faults:
        raise FaultyInput(faults)
    return cases


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of cases. [default: those that ship]")] = None,
    whole_set: Annotated[
        bool,
        typer.Option("--whole-set", help="Also check each file as a set: spread, openings, near-duplicates, twins."),
    ] = False,
) -> None:
    """Check files of cases against record and taxonomy; list every bad line with file, line, field and reason."""
    from blind_refusal.cases import SHIPPED_CASES, check_file

    all_faults = []
    for file in files or [SHIPPED_CASES]:
        cases, faults = check_file(file)
        all_faults += faults
        bad_lines = len({fault.line for fault in faults})
        typer.echo(f"{file}: {len(cases)} cases in order, {bad_lines} bad lines", err=bool(faults))
        if whole_set:
            from blind_refusal.cases.set_checks import check_set
            from blind_refusal.cli.tables import show_findings
            from blind_refusal.taxonomy import load_taxonomy

            show_findings(check_set(cases, load_taxonomy()))
    if all_faults:
        raise FaultyInput(all_faults)


@app.command()
def stats(cases: CasesOption = None) -> None:
    """Count cases per cell, subtype, dimension and setting."""
    from blind_refusal.cases import count_cases
    from blind_refusal.cli.tables import show_statistics
    from blind_refusal.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    show_statistics(count_cases(_sound_cases(cases), taxonomy), taxonomy)


@app.command()
def show(
    case_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a case.")],
    cases: CasesOption = None,
    twins: Annotated[
        bool, typer.Option("--twins", help="Show the case and its twin side by side, their difference marked.")
    ] = False,
) -> None:
    """Print one case, its hidden lines included."""
    from blind_refusal.cli.tables import show_case, show_twins

    sound = _sound_cases(cases)
    found = next((case for case in sound if case.id == case_id), None)
    if found is None:
        raise UserError(f"no case {case_id!r}; `blind-refusal cases stats` shows what there is")
    if not twins:
        show_case(found)
        return
    pairs = [(case.twin_of, case) for case in sound if case.twin_of]
    pair = next(((one, twin) for one, twin in pairs if case_id in (one, twin.id)), None)
    if pair is None:
        raise UserError(f"{case_id} has no twin and is none; `cases show {case_id}` shows it by itself")
    show_twins(next(case for case in sound if case.id == pair[0]), pair[1])


@app.command()
def card(
    cases: CasesOption = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write it here. [default: print it]", metavar="FILE")] = None,
) -> None:
    """Write the data set's card, generated from the data."""
    from blind_refusal.cases import SHIPPED_VERDICTS
    from blind_refusal.cases.card import render_card
    from blind_refusal.cases.verdicts import read_verdicts
    from blind_refusal.files import write_atomically
    from blind_refusal.taxonomy import load_taxonomy

    sound = _sound_cases(cases)
    if not sound:
        raise UserError("there is no case to write a card about")
    verdicts = read_verdicts(SHIPPED_VERDICTS) if cases is None else ()
    text = render_card(sound, _about(sound, cases), load_taxonomy(), verdicts)
    if to is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(to, text)


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="A new or empty folder.", metavar="DIR")], cases: CasesOption = None
) -> None:
    """Write parquet, JSON Lines and card into a folder that `datasets.load_dataset` reads."""
    from blind_refusal.cases import SHIPPED_VERDICTS
    from blind_refusal.cases.export import export_cases
    from blind_refusal.taxonomy import load_taxonomy

    sound = _sound_cases(cases)
    if not sound:
        raise UserError("there is no case to export")
    verdicts = SHIPPED_VERDICTS if cases is None else None
    for file in export_cases(sound, _about(sound, cases), load_taxonomy(), verdicts, to):
        typer.echo(str(file))


def _about(cases: "list[Case]", file: Path | None) -> "AboutDataSet":
    """Describe a set: the one that ships has a version and a canary, another one its file's name."""
    from blind_refusal.cases import AboutDataSet, about_shipped_cases, hash_cases

    if file is None:
        return about_shipped_cases()
    return AboutDataSet(
        name=file.stem,
        version="0",
        sha256=hash_cases(cases),
        licence="unknown",
        language=cases[0].provenance.language,
        created=max(case.provenance.created for case in cases),
        canary="no canary: this is not the data set that ships with blind-refusal",
    )


@app.command()
def taxonomy(
    family: Annotated[str | None, typer.Option("--family", help="Only this family, with its subtypes in full.")] = None,
) -> None:
    """Print families, subtypes, authorities, dimensions and cells."""
    from blind_refusal.cli.tables import show_taxonomy
    from blind_refusal.taxonomy import load_taxonomy

    loaded = load_taxonomy()
    if family is not None and family not in loaded.family_by_id:
        raise UserError(f"--family {family!r}: is not in the taxonomy; known: {', '.join(loaded.family_by_id)}")
    show_taxonomy(loaded, family)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="File of cases, in our layout or the published one.")],
    target: Annotated[Path, typer.Argument(metavar="TO", help="File to write.")],
    layout: Annotated[Layout, typer.Option("--to", help="Layout of the file that is written.")] = Layout.OURS,
) -> None:
    """Convert a file of cases between our layout and the published one; what a layout does not know is left out."""
    import json

    from blind_refusal.cases import read_cases, to_published, write_cases
    from blind_refusal.files import write_atomically

    cases = read_cases(source)
    if layout is Layout.OURS:
        write_cases(target, cases)
    else:
        lines = [json.dumps(to_published(case), ensure_ascii=False) + "\n" for case in cases]
        write_atomically(target, "".join(lines))
    typer.echo(f"{target}: {len(cases)} cases")
