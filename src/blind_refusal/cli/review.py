"""`agreement` and `labels …`: what people's labels say, and taking them out and in."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.review import AgreementReport, Label, LabelStore
    from blind_refusal.review.exchange import LabelFormat, Shown
    from blind_refusal.study import Study

StudyArgument = Annotated[Path, typer.Argument(metavar="STUDY", help="The study's folder.")]
DbOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="Database of the labels, such as postgresql+psycopg://user@host/name. [default: the file in the study]",
    ),
]
PhaseOption = Annotated[
    Literal["cases", "verdicts"] | None, typer.Option("--phase", help="Only labels of this phase. [default: both]")
]
FormatOption = Annotated[
    Literal["jsonl", "csv", "inspect"] | None,
    typer.Option("--format", help="Format of the file. [default: by the end of its name]"),
]

labels = typer.Typer(help="Take people's labels out of a study, and into it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(agreement)
    app.add_typer(labels, name="labels")


def agreement(
    study: StudyArgument = Path("study"),
    phase: PhaseOption = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="Also write everything here, by phase.")
    ] = None,
    db: DbOption = None,
) -> None:
    """Say how far raters agree with each other and with the judges, and what there is to adjudicate."""
    from blind_refusal.cli.review_tables import show_agreement
    from blind_refusal.files import write_atomically

    folder = _begun(study)
    with _store(folder, db) as store:
        reports = _reports(folder, store, phase)
    if json_file is not None:
        content = {str(report.phase): report.model_dump(mode="json") for report in reports}
        write_atomically(json_file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    for report in reports:
        show_agreement(report)


@labels.command("export")
def export_labels(
    study: StudyArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .jsonl, .csv, or .json or .eval.")],
    label_format: FormatOption = None,
    phase: PhaseOption = None,
    history: Annotated[
        bool, typer.Option("--history/--current", help="With all rows that newer ones have replaced, or without.")
    ] = True,
    db: DbOption = None,
) -> None:
    """Write labels to a file: JSON Lines, CSV, or a log that Inspect reads (one phase, the labels that stand)."""
    from blind_refusal.review import Phase
    from blind_refusal.review import exchange as files

    folder = _begun(study)
    form = _format(file, label_format)
    with _store(folder, db) as store:
        rows = store.all_rows(Phase(phase) if phase else None)
    _require_some(folder, rows)
    shown = _shown(folder) if form is files.LabelFormat.INSPECT else None
    written = files.export_labels(file, rows, form, shown=shown, history=history)
    typer.echo(f"{file}: {written} labels")


@labels.command("import")
def import_labels(
    study: StudyArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to read, as `labels export` writes it.")],
    label_format: FormatOption = None,
    db: DbOption = None,
) -> None:
    """Take the labels of a file into a study: all of them, or none if a line is faulty; known ones are passed over."""
    from blind_refusal.review import LabelStore
    from blind_refusal.review import exchange as files

    folder = _begun(study)
    form = _format(file, label_format)
    files.read_labels(file, form, shown=_shown(folder))  # a faulty file makes no store
    with LabelStore.of_study(folder.folder, db) as store:
        imported = files.import_labels(store, file, form)
    typer.echo(f"{file}: {imported.added} labels added, {imported.here_already} were here already")


def _begun(folder: Path) -> "Study":
    from blind_refusal.study import Study

    study = Study(folder)
    study.manifest  # noqa: B018 - refuses a folder without a study
    return study


def _store(study: "Study", db: str | None) -> "LabelStore":
    """Open a store that is there; reading makes none."""
    from blind_refusal.review import STORE_FILE, LabelStore

    if db is None and not (study.folder / STORE_FILE).exists():
        raise UserError(f"{study.folder}: holds no labels yet; `blind-refusal review` lets people give them")
    return LabelStore.of_study(study.folder, db)


def _require_some(study: "Study", rows: "list[Label]") -> None:
    if not rows:
        raise UserError(f"{study.folder}: nobody has labelled anything of this yet")


def _format(file: Path, given: str | None) -> "LabelFormat":
    from blind_refusal.review.exchange import LabelFormat, format_of

    return LabelFormat(given) if given else format_of(file)


def _shown(study: "Study") -> "Shown":
    from blind_refusal.review import Phase
    from blind_refusal.study.judging_stage import blinded_responses

    responses = blinded_responses(study) if study.table_file("responses").exists() else []
    return {
        Phase.CASES: {case.id: case.user_query for case in study.cases.values()},
        Phase.VERDICTS: {one.response_id: one.response for one in responses},
    }


def _reports(study: "Study", store: "LabelStore", wanted: str | None) -> "list[AgreementReport]":
    """Report on each phase that somebody has labelled."""
    from blind_refusal.review import Phase, report_of_store
    from blind_refusal.study.reviewing import frame

    def report(phase: Phase) -> "AgreementReport":
        judged = phase is Phase.VERDICTS and study.table_file("verdicts").exists()
        return report_of_store(store, phase, frame(study, phase), study.read_table("verdicts") if judged else None)

    labelled = [phase for phase in Phase if wanted in (None, phase) and store.all_labels(phase)]
    if not labelled:
        _require_some(study, [])
    return [report(phase) for phase in labelled]
