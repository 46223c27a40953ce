"""What several commands share: options, the way of asking, and the question before calls that may cost money."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.asking import Cluster, Sending
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

EngineOption = Annotated[
    Literal["local", "ray"],
    typer.Option("--engine", help="Where calls are made from: this process, or the workers of a Ray cluster."),
]
RayAddressOption = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        help="Of the cluster, with --engine ray. [default: RAY_ADDRESS, or a cluster on this machine]",
        metavar="HOST:PORT",
    ),
]
RayWorkersOption = Annotated[
    int | None,
    typer.Option(
        "--ray-workers", min=1, help="Workers for each model, with --engine ray. [default: one for each node]"
    ),
]

_FREE = "embedded/"


def sending(max_retries: int, timeout: int) -> "Sending":
    """Return how long to go on with a request that fails."""
    from blind_refusal.asking import Sending

    return Sending(max_retries=max_retries, attempt_timeout=timeout)


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
    cluster: "Cluster | None" = None,
) -> "Asking":
    """Return how requests of a study are sent.

    Raises:
        UserError: if a provider is to spread the requests and a cluster too.
    """
    from blind_refusal.asking import Sending
    from blind_refusal.study import Asking

    if batch and cluster is not None:
        raise UserError("--batch leaves the spreading to the provider; say it without --engine ray")
    sending = Sending(max_retries=max_retries, attempt_timeout=timeout, batch=batch, cluster=cluster)
    return Asking(connections=connections, sending=sending, retry_failed=retry_failed, budget=budget)


def cluster_of(engine: str, address: str | None, workers: int | None) -> "Cluster | None":
    """Return the cluster that sends the requests, or None for this process.

    Raises:
        UserError: if a cluster is described but not wanted.
    """
    from blind_refusal.asking import Cluster

    if engine == "ray":
        return Cluster(address, workers)
    if address is not None or workers is not None:
        raise UserError("--ray-address and --ray-workers belong to --engine ray")
    return None


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
