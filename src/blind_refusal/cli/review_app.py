"""`review`: the app in which people check the cases and the judge."""

import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import typer

from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.review import Drawn, LabelStore, Phase
    from blind_refusal.study import Study

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(review)


def review(
    study: Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")] = Path("study"),
    phase: Annotated[
        Literal["cases", "verdicts"] | None, typer.Option("--phase", help="What is reviewed. \\[default: both]")
    ] = None,
    raters: Annotated[
        str | None, typer.Option("--raters", help="Names of those who label, such as ana,ben. \\[default: rater-1]")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="Items to draw. \\[default: 300 cases, 200 responses; all, if fewer]"),
    ] = None,
    strata: Annotated[
        str | None,
        typer.Option(
            "--strata",
            help="Columns to stratify by, such as family,model,response_type, or `none`. "
            "\\[default: family; of responses also what the judge says]",
        ),
    ] = None,
    overlap: Annotated[
        float | None,
        typer.Option("--overlap", min=0, max=1, help="Share of the items that everybody labels. \\[default: 1]"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Of the draw and everybody's order. \\[default: 7]")
    ] = None,
    purpose: Annotated[
        Literal["review", "correction"],
        typer.Option("--purpose", help="What is drawn for; `correction`: labels that correct the judge's rates."),
    ] = "review",
    db: Annotated[
        str | None,
        typer.Option("--db", help="Where labels are kept, such as postgresql+psycopg://… \\[default: in the study]"),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Port to listen on. Keep it: open pages depend on it.")
    ] = 8137,
    address: Annotated[
        str | None,
        typer.Option("--address", help="URL under which people reach the app, where a proxy stands before it."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Check cases and the judge in the browser. Ctrl-C ends it; the same command goes on where you left."""
    from blind_refusal.review import LabelStore, Phase, Purpose
    from blind_refusal.review.app import KnownHosts, listen, make_app, serve
    from blind_refusal.study import Study
    from blind_refusal.study.reviewing import ReviewWishes, draw_review, review_of

    wishes = ReviewWishes(
        phase=Phase(phase) if phase else None,
        purpose=Purpose(purpose),
        raters=_names(raters),
        size=sample,
        strata=() if strata == "none" else _names(strata),
        overlap=overlap,
        seed=seed,
    )
    folder = Study(study)
    _ = folder.manifest  # a folder without a study gets no store
    base = _base(host, port, address)
    with LabelStore.of_study(study, db) as store, listen(host, port) as listener:
        drawn = draw_review(folder, store, wishes)
        app = make_app(review_of(folder, store, list(drawn), address), KnownHosts(host, port, address))
        _say_drawn(folder, drawn)
        _warn(host, address)
        serve(app, listener, _welcome(store, base, no_open=no_open))
        _say_labels(store, list(drawn))


def _names(listed: str | None) -> list[str] | None:
    return None if listed is None else [name.strip() for name in listed.split(",")]


def _base(host: str, port: int, address: str | None) -> str:
    """Return the URL that links begin with."""
    if address is not None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise UserError(f"--address {address}: a URL without a path is wanted, such as https://labels.example.org")
        return f"{parts.scheme}://{parts.netloc}"
    name = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _say_drawn(study: "Study", drawn: "dict[Phase, Drawn]") -> None:
    typer.echo(f"Study    {study.folder}")
    for phase, one in drawn.items():
        new = f", {one.new} assignments new" if one.new else ", as drawn before"
        typer.echo(f"{phase:9}{one.items} drawn from {sum(s.population for s in one.strata)}{new}")


def _warn(host: str, address: str | None) -> None:
    if host not in _LOOPBACK:
        proxy = "" if address and address.startswith("https:") else "; without https, others on the way can read along"
        typer.echo(f"warning: --host {host} lets other machines reach this server{proxy}", err=True)


def _welcome(store: "LabelStore", base: str, *, no_open: bool) -> Callable[[], None]:
    """Return what prints everybody's link, and opens a browser, once the server is there."""

    def welcome() -> None:
        people = [*store.raters("rater"), *store.raters("lead")]
        links = {one.name: f"{base}/enter?token={store.sessions.new_link(one.name)}" for one in people}
        for name, link in links.items():
            typer.echo(f"{name:8} {link}")
        typer.echo(
            "Each link works once and lets one browser in; the lead's shows agreement and settles disagreements."
        )
        typer.echo("Ctrl-C ends the server; the same command goes on from there.")
        sys.stdout.flush()
        if not no_open:
            # Of several people, the one at this machine is whoever leads.
            webbrowser.open(next(iter(links.values())) if len(store.raters("rater")) == 1 else list(links.values())[-1])

    return welcome


def _say_labels(store: "LabelStore", phases: "Sequence[Phase]") -> None:
    counts = ", ".join(f"{len(store.all_labels(phase))} labels of {phase}" for phase in phases)
    typer.echo(f"Stopped  {counts} are kept; the same command goes on from there.")
