"""What several commands share: options, the way of asking, and the question before calls that may cost money."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.asking import Patience
    from blind_refusal.cli.console import TerminalDisplay
    from blind_refusal.study import Asking, Bill, Confirm

CasesOption = Annotated[
    Path | None, typer.Option("--cases", help="File of cases, JSON Lines. [default: those that ship]", metavar="FILE")
]
ConnectionsOption = Annotated[
    int | None, typer.Option("--max-connections", min=1, help="Requests under way at once, for each model.")
]
RetriesOption = Annotated[int, typer.Option("--max-retries", min=0, help="Retries of a request that fails for now.")]
TimeoutOption = Annotated[int, typer.Option("--timeout", min=1, help="Seconds after which one attempt has failed.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before calls that may cost money.")]

StudyOption = Annotated[Path, typer.Option("--study", help="The study's folder.", metavar="DIR")]
RetryFailedOption = Annotated[
    bool, typer.Option("--retry-failed", help="Ask again what ended in an error in an earlier run.")
]

BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", min=0.0, help="Dollars that the study may cost in all; stops before more is spent."),
]
BatchOption = Annotated[
    bool, typer.Option("--batch", help="Use the providers' batch interfaces where they have them: cheaper, slower.")
]

_FREE = "embedded/"


def patience(max_retries: int, timeout: int) -> "Patience":
    """Return how long to go on with a request that fails."""
    from blind_refusal.asking import Patience

    return Patience(max_retries=max_retries, attempt_timeout=timeout)


def display() -> "TerminalDisplay":
    """Return what shows progress on the terminal."""
    from blind_refusal.cli.console import TerminalDisplay

    return TerminalDisplay()


def ask_before_paying(models: Mapping[str, int], yes: bool) -> None:
    """Ask whether calls to models other than the embedded one shall be made.

    Raises:
        UserError: if there is nobody to ask and `yes` was not said.
    """
    if yes or not any(count for label, count in models.items() if not label.startswith(_FREE)):
        return
    if not sys.stdin.isatty():
        raise UserError("these calls may cost money; say --yes to make them without being asked")
    typer.confirm("These calls may cost money. Go on?", abort=True, err=True)


def asking(
    connections: int | None,
    max_retries: int,
    timeout: int,
    retry_failed: bool,
    *,
    budget: float | None = None,
    batch: bool = False,
) -> "Asking":
    """Return how requests of a study are sent."""
    from blind_refusal.asking import Patience
    from blind_refusal.study import Asking

    patience = Patience(max_retries=max_retries, attempt_timeout=timeout, batch=batch)
    return Asking(connections=connections, patience=patience, retry_failed=retry_failed, budget=budget)


def confirm(yes: bool) -> "Confirm":
    """Return what shows the bill, and asks before calls that may cost money."""

    def show(bill: "Bill") -> None:
        for label, calls in bill.calls.items():
            cost = f"; at most ${bill.most_cost[label]:,.2f}" if label in bill.most_cost else ""
            typer.echo(
                f"To ask   {label} {calls}; about {bill.input_tokens[label]:,} tokens in, at most "
                f"{bill.most_output_tokens[label]:,} out{cost}",
                err=True,
            )
        if len(bill.most_cost) > 1:
            typer.echo(f"         together at most ${sum(bill.most_cost.values()):,.2f}", err=True)
        ask_before_paying(bill.calls, yes)

    return show
