"""`write` and `gate`: commands that make and judge cases."""

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blind_refusal.cli.options import (
    CasesOption,
    ConnectionsOption,
    RetriesOption,
    TimeoutOption,
    YesOption,
    ask_before_paying,
    display,
    sending,
)
from blind_refusal.errors import FaultyInput, UserError

if TYPE_CHECKING:
    from blind_refusal.asking import ModelConfiguration
    from blind_refusal.authoring import Estimate, Filled, GateAgreement, Gating, Purse, Slot
    from blind_refusal.cases import Case

GateOption = Annotated[str, typer.Option("--gate", help="Inspect's name of the model that judges cases.")]


class Like(StrEnum):
    """Sets whose size can be asked for."""

    STUDY = "study"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(write)
    app.command()(gate)


def write(
    writer: Annotated[str, typer.Option("--writer", help="Inspect's name of the model that writes.")],
    gate: GateOption,
    out: Annotated[Path, typer.Option("--out", help="Folder of the set in the making.", metavar="DIR")],
    cells: Annotated[
        list[str] | None,
        typer.Option("--cells", help="family/authority, wildcards allowed, repeat. [default: all 84 populated cells]"),
    ] = None,
    target: Annotated[int | None, typer.Option("--target", min=1, help="Cases in each cell. [default: 1]")] = None,
    like: Annotated[Like | None, typer.Option("--like", help="As many in each cell as the study has.")] = None,
    twins: Annotated[int, typer.Option("--twins", min=0, help="Twin controls of accepted defeated cases.")] = 0,
    language: Annotated[str, typer.Option("--language", help="BCP 47 tag of the messages' language.")] = "en",
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Most rounds of drafts for a slot.")] = 3,
    keep_contested: Annotated[
        bool, typer.Option("--keep-contested", help="Keep cases whose rule people would argue about, in a file.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of the plan.")] = 2026,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and what it takes, and stop.")] = False,
    price_input: Annotated[float, typer.Option("--price-input", min=0, help="Per million input tokens.")] = 0.0,
    price_output: Annotated[float, typer.Option("--price-output", min=0, help="Per million output tokens.")] = 0.0,
    budget: Annotated[
        float | None, typer.Option("--budget", min=0, help="Most that may be spent; needs the prices.")
    ] = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    yes: YesOption = False,
) -> None:
    """Write cases with a model: plan, write, check, gate, rewrite, backfill. The same command again goes on."""
    from blind_refusal.asking import require_model
    from blind_refusal.authoring import Purse, WritingFolder, chosen_cells, target_of
    from blind_refusal.cases import SHIPPED_CASES, read_cases
    from blind_refusal.taxonomy import load_taxonomy

    if target is not None and like is not None:
        raise UserError("--target and --like exclude each other")
    purse = Purse(price_input, price_output, budget)
    if budget is not None and not purse.priced:
        raise UserError("--budget needs --price-input and --price-output: without prices nobody knows what is spent")
    wanted = target_of(chosen_cells(cells or [], load_taxonomy()), None if like else target or 1)
    writing_model, gate_model = _author(writer, 0.7, max_connections), _author(gate, 0.0, max_connections)
    folder = WritingFolder(out, writing_model, gate_model, language=language, seed=seed)
    slots = folder.plan(wanted, twins)
    examples = [case for case in read_cases(SHIPPED_CASES) if case.twin_of is None]
    _say_plan(slots, folder.estimate(slots, rounds, examples, purse), rounds)
    if dry_run:
        _say_slots(slots)
        return
    for model in (writing_model, gate_model):
        require_model(model)
    ask_before_paying({writer: len(slots), gate: len(slots)}, yes)
    filled = folder.fill(
        slots,
        rounds=rounds,
        examples=examples,
        purse=purse,
        keep_contested=keep_contested,
        sending=sending(max_retries, timeout),
        display=display(),
    )
    _say_filled(filled, slots, purse, folder.cases_file)


def _author(name: str, temperature: float, connections: int | None) -> "ModelConfiguration":
    from blind_refusal.authoring import configure_author
    from blind_refusal.subjects import require_model_name

    require_model_name(name)
    return configure_author(name, temperature=temperature, connections=connections)


def _say_plan(slots: "list[Slot]", estimate: "Estimate", rounds: int) -> None:
    cost = "unknown without prices" if estimate.cost is None else f"about {estimate.cost:.2f}"
    cells = len({(slot.family, slot.authority) for slot in slots})
    twins = sum(slot.twin is not None for slot in slots)
    typer.echo(f"Plan     {estimate.slots} cases in {cells} cells, {twins} of them twins")
    typer.echo(
        f"Calls    {estimate.fewest_calls} if every draft is accepted at once, "
        f"at most {estimate.most_calls} in {rounds} rounds"
    )
    typer.echo(
        f"Tokens   about {estimate.input_tokens:,} in, {estimate.output_tokens:,} out, if accepted at once; cost {cost}"
    )


def _say_slots(slots: "list[Slot]") -> None:
    for slot in slots:
        setting = slot.setting
        parts = [
            slot.subtype,
            ", ".join(slot.dimensions.values()),
            f"{setting.place}, {setting.trade}, {setting.age}",
            f"{setting.register_}, {setting.skeleton}, {slot.words[0]}-{slot.words[1]} words",
            f"{setting.mechanism}, checked by {setting.checked_by}, asks for {setting.asks_for}",
            f"channel {setting.channel}",
            *(["with twin"] if slot.twin else []),
        ]
        typer.echo(f"{slot.id}  {'; '.join(parts)}")


def _say_filled(filled: "Filled", slots: "list[Slot]", purse: "Purse", file: Path) -> None:
    progress = filled.progress
    wanted = sum(2 if slot.twin else 1 for slot in slots)
    typer.echo(f"Accepted {len(progress.accepted)} of {wanted} after {progress.rounds} rounds: {file}")
    if progress.contested:
        typer.echo(f"Contested {len(progress.contested)}")
    if progress.rejections:
        reasons = ", ".join(f"{name} {count}" for name, count in progress.reasons().most_common())
        typer.echo(f"Rejected {len(progress.rejections)} drafts: {reasons}")
    for cell, (count, reasons_) in filled.short_cells(slots).items():
        why = ", ".join(f"{name} {times}" for name, times in reasons_.most_common()) or "nothing drafted"
        typer.echo(f"Short    {cell}: {count} missing ({why})")
    if filled.spent is not None:
        typer.echo(f"Spent    {filled.spent:.2f}" + (f" of {purse.budget:.2f}" if purse.budget is not None else ""))
    if filled.stopped:
        raise UserError(filled.stopped)


def gate(
    gate: GateOption,
    cases: CasesOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the ledger and the verdicts.", metavar="DIR")] = Path(
        "gating"
    ),
    validate: Annotated[
        Path | None,
        typer.Option("--validate", help="A person's labels (JSON Lines) to compare with.", metavar="LABELS"),
    ] = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    yes: YesOption = False,
) -> None:
    """Put cases through the gates; with --validate, say how far the gates agree with a person."""
    from blind_refusal.asking import Ledger, ask, pending, require_model, shown
    from blind_refusal.authoring import compare_gates, gate_requests, gating_of, read_gate_labels, second_gate_requests
    from blind_refusal.cases import SHIPPED_CASES, check_file
    from blind_refusal.files import write_atomically

    judged, faults = check_file(cases or SHIPPED_CASES)
    if faults:
        raise FaultyInput(faults)
    labels = read_gate_labels(validate) if validate else []
    if validate:
        labelled = {label.case_id for label in labels}
        judged = [case for case in judged if case.id in labelled]
    model = _author(gate, 0.0, max_connections)
    require_model(model)
    firsts = gate_requests(model, judged)
    out.mkdir(parents=True, exist_ok=True)
    with Ledger(out / "ledger.sqlite") as ledger:
        to_send = pending(firsts, ledger)
        typer.echo(f"Gating   {len(judged)} cases, {len(to_send)} calls", err=True)
        ask_before_paying({gate: len(to_send)}, yes)
        terminal, waiting = display(), sending(max_retries, timeout)
        for title in ("Gating", "Gating again"):
            requests = pending(second_gate_requests(firsts, ledger) if title != "Gating" else firsts, ledger)
            with shown(terminal, title, requests):
                ask(requests, ledger, sending=waiting, on_outcome=terminal.advance)
        gatings = {case.id: gating_of(model, case, ledger) for case in judged}
    verdicts = [_verdict_line(case, gatings[case.id]) for case in judged]
    write_atomically(out / "verdicts.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in verdicts))
    _say_gated(judged, gatings, out / "verdicts.jsonl")
    if validate:
        agreements = compare_gates(gatings, labels, {case.id: case for case in judged})
        write_atomically(out / "validation.json", json.dumps([one.model_dump() for one in agreements], indent=1) + "\n")
        _say_agreements(agreements, out / "validation.json")


def _verdict_line(case: "Case", gating: "Gating") -> dict[str, object]:
    return {
        "case_id": case.id,
        "passed": gating.passed,
        "contested": gating.contested,
        "verdicts": gating.verdicts(),
        "failures": gating.failures(),
        "fix": gating.fix(),
    }


def _say_gated(cases: "list[Case]", gatings: "dict[str, Gating]", file: Path) -> None:
    from blind_refusal.text import one_line

    for family in dict.fromkeys(case.family for case in cases):
        of_family = [gatings[case.id] for case in cases if case.family == family]
        passed = sum(gating.passed for gating in of_family)
        failures = Counter(name for gating in of_family for name in gating.failures())
        why = ", ".join(f"{name} {count}" for name, count in failures.most_common())
        typer.echo(f"{family}: {passed} of {len(of_family)} pass" + (f" ({one_line(why)})" if why else ""))
    typer.echo(f"Verdicts {file}")


def _say_agreements(agreements: "list[GateAgreement]", file: Path) -> None:
    from rich.table import Table

    from blind_refusal.cli.console import OUT

    table = Table(title="Gates against a person", title_justify="left", box=None, pad_edge=False)
    for name in ("question", "family", "n", "agreement", "κ", "let through", "rejected wrongly", "unreadable"):
        table.add_column(name, justify="left" if name in ("question", "family") else "right")
    for one in agreements:
        table.add_row(
            one.question,
            one.family,
            str(one.n),
            "–" if one.agreement is None else f"{one.agreement:.2f}",
            "–" if one.kappa is None else f"{one.kappa:.2f}",
            str(one.let_through),
            str(one.rejected_wrongly),
            str(one.unreadable),
        )
    OUT.print(table)
    typer.echo(f"Agreement {file}")
