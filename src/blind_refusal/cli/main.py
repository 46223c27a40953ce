"""The command `blind-refusal`: parses, calls, and turns errors into one readable line.

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException  # typer shows no public name for it

from blind_refusal.cli import authoring, cases, comparing, judging, models, review, review_app, sharing, study
from blind_refusal.errors import UserError

app = typer.Typer(
    name="blind-refusal",
    help="Measure whether a language model refuses blindly: does it tell rules that deserve compliance from others?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
study.register(app)
authoring.register(app)
review_app.register(app)
review.register(app)
comparing.register(app)
app.add_typer(cases.app, name="cases")
app.add_typer(judging.app, name="judge")
app.command()(judging.plan_labels)
app.command()(models.models)
sharing.register(app)

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


def _print_version(wanted: bool) -> None:
    if wanted:
        from blind_refusal import __version__

        typer.echo(f"blind-refusal {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: ARG001 - its callback does all
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    taxonomy: Annotated[
        Path | None,
        typer.Option("--taxonomy", help="A taxonomy of your own instead of the one that ships.", metavar="FILE"),
    ] = None,
) -> None:
    """Measure whether a language model refuses blindly."""
    if taxonomy is not None:
        from blind_refusal.taxonomy import choose_taxonomy

        choose_taxonomy(taxonomy)


def main() -> None:
    """Run the command line; exit code 0, or 2 with one readable line, or 130 when interrupted."""
    try:
        code = app(standalone_mode=False)
        if code == EXIT_INTERRUPTED:  # typer's own answer to Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code if isinstance(code, int) else 0)
    except UserError as error:
        typer.echo(f"blind-refusal: {error}", err=True)
        sys.exit(EXIT_USER_ERROR)
    except ClickException as error:
        error.show()
        sys.exit(EXIT_USER_ERROR)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("blind-refusal: stopped; the same command goes on from here", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; nothing is left to say
        sys.exit(0)
