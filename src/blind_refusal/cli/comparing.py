"""`compare` and `import`: two studies against each other, and a published study as a study folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.study.comparing import Choice

EXIT_CONDITION_HOLDS = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(compare)
    app.command(name="import")(import_study)


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A study's folder, or a table of judged responses.")],
    second: Annotated[Path | None, typer.Argument(metavar="B", help="Another; may be left out with --by.")] = None,
    models: Annotated[
        str | None, typer.Option("--models", help="Only these models, separated by commas; with --by model, the two.")
    ] = None,
    judge: Annotated[
        list[str] | None, typer.Option("--judge", help="Whose verdicts count; twice with --by judge: A's, then B's.")
    ] = None,
    by: Annotated[
        Literal["study", "judge", "model", "system_prompt"], typer.Option("--by", help="What the two differ in.")
    ] = "study",
    conditions: Annotated[
        str | None,
        typer.Option("--conditions", help="With --by system_prompt: the condition on A and the one on B, as X,Y."),
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="Also write everything here.", metavar="OUT")] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="CONDITION",
            help="Exit with 1 if this holds of the change (B − A); repeat. NAME OP NUMBER compares the point estimate, "
            "NAME.low or NAME.high an end of its 95% interval: 'discrimination < -0.03', 'discrimination.high < 0'.",
        ),
    ] = None,
) -> None:
    """Say what changed from A to B, where, and whether it is more than noise."""
    from blind_refusal.analysis import Condition
    from blind_refusal.cli.comparing_tables import show_changes
    from blind_refusal.files import write_atomically
    from blind_refusal.study.comparing import compare_sides

    limits = [Condition.parse(text) for text in fail_if or ()]
    changes = compare_sides(_choice(first, second, models, judge, by, conditions))
    if json is not None:
        write_atomically(json, changes.model_dump_json(indent=2) + "\n")
    show_changes(changes)
    held = [condition for condition in limits if condition.holds(changes)]
    for condition in held:
        typer.echo(f"blind-refusal: {condition.text} holds", err=True)
    if held:
        raise typer.Exit(EXIT_CONDITION_HOLDS)


def _choice(
    first: Path,
    second: Path | None,
    models: str | None,
    judges: list[str] | None,
    by: Literal["study", "judge", "model", "system_prompt"],
    conditions: str | None,
) -> "Choice":
    from blind_refusal.study.comparing import Choice

    return Choice(
        first=first,
        second=second or first,
        models=_names("--models", models),
        judges=tuple(judges or ()),
        by=by,
        conditions=_names("--conditions", conditions),
    )


def _names(option: str, text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text is not None else ()
    if "" in names:
        raise UserError(f"{option} {text!r}: an empty name")
    return names


def import_study(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A published study: 2_filtered, 3_responses and 4_evaluated, or data/."),
    ],
    study: Annotated[Path, typer.Option("--study", help="The study's folder to make.", metavar="OUT")],
    judge: Annotated[
        str | None, typer.Option("--judge", help="Name of the judge where none is given. [default: published judge]")
    ] = None,
) -> None:
    """Take over a study that was published in the original layout, so that it can be reported and compared."""
    from blind_refusal.cli.console import say
    from blind_refusal.study.published import DEFAULT_JUDGE, import_published
    from blind_refusal.text import one_line

    imported = import_published(folder, study, judge or DEFAULT_JUDGE)
    say(f"Study    {study}")
    say(f"Cases    {imported.cases:,}{'' if imported.complete else ' (without their queries)'}")
    say(f"Answers  {imported.responses:,} of {one_line(', '.join(imported.models), 1000)}")
    say(f"Verdicts {imported.verdicts:,} of {one_line(', '.join(imported.judges), 1000)}")
    say(f"Next     blind-refusal report --study {study}")
