"""The main job: respond → judge → report, in one study folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blind_refusal.analysis import read_evaluations
from blind_refusal.asking import CHARACTERS_PER_TOKEN, Display, Request, dearest, newest_date, pending, require_model
from blind_refusal.judging import ModelJudge
from blind_refusal.reporting import ReportPaths, write_report
from blind_refusal.study.browsing import browsing_of
from blind_refusal.study.evidence import evidence_of
from blind_refusal.study.folder import Plan, Study
from blind_refusal.study.judging_stage import (
    judge,
    judged_texts,
    judges_of,
    pending_judging,
    write_judging_tables,
)
from blind_refusal.study.manifest import JudgeEntry
from blind_refusal.study.money import accounts, require_prices
from blind_refusal.study.reporting_facts import run_facts
from blind_refusal.study.respond_stage import Asking, planned_responses, respond, write_responses

_CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Bill:
    """What asking is about to take."""

    calls: dict[str, int]
    """Calls still to be made, by model or judge."""
    input_tokens: dict[str, int]
    """Estimate, by the same: a token for every four characters."""
    most_output_tokens: dict[str, int]
    """What the limits on output allow at most, by the same."""
    most_cost: dict[str, float]
    """Dollars at most, by the same; models whose price is not known are left out."""


Confirm = Callable[[Bill], None]
"""Shown the bill before anything is asked; raises to stop."""


def bill_for(requests: Sequence[Request]) -> Bill:
    """Count what sending requests takes."""
    lanes: dict[str, list[Request]] = {}
    for request in requests:
        lanes.setdefault(request.model.label, []).append(request)
    return Bill(
        calls={label: len(lane) for label, lane in lanes.items()},
        input_tokens={label: _characters(lane) // CHARACTERS_PER_TOKEN for label, lane in lanes.items()},
        most_output_tokens={
            label: sum(int(request.model.generate.get("max_tokens", 0)) for request in lane)
            for label, lane in lanes.items()
        },
        most_cost={label: sum(map(dearest, lane)) for label, lane in lanes.items() if lane[0].model.prices is not None},
    )


def _characters(lane: Sequence[Request]) -> int:
    return sum(len(message.text) for request in lane for message in request.messages)


def run_study(study: Study, plan: Plan, asking: Asking, display: Display, confirm: Confirm) -> ReportPaths:
    """Begin or continue a study and take it to its report."""
    begin(study, plan)
    describe(study, display)
    respond_study(study, asking, display, confirm)
    judge_study(study, asking, display, confirm)
    say_costs(study, display)
    return report_study(study)


def begin(study: Study, plan: Plan) -> None:
    """Begin or continue a study, once every model and judge in it is known to be there.

    Raises:
        UserError: if one of them is not (unknown name, no key, missing package), or the study was begun differently.
    """
    for model in plan.models:
        require_model(model)
    for planned in plan.judges:
        if isinstance(planned.judge, ModelJudge):
            require_model(planned.judge.configuration)
    study.begin_or_continue(plan)


def say_clock(study: Study, display: Display) -> None:
    """Say so if the study holds answers from the future: then the clock has jumped, and dates are not to be trusted."""
    newest = newest_date(study.ledger_file)
    if newest is not None and newest > datetime.now(UTC) + _CLOCK_TOLERANCE:
        display.say(
            f"Clock    the newest answer is dated {newest.isoformat(' ', 'minutes')}, which is still to come: "
            "the clock has jumped; do not trust the dates of this study (nothing else depends on them)"
        )


def describe(study: Study, display: Display) -> None:
    """Say what the study will do."""
    say_clock(study, display)
    manifest = study.manifest
    display.say(f"Study    {study.folder}")
    display.say(
        f"Cases    {manifest.cases} of {manifest.data_set.cases} ({manifest.sample}, seed {manifest.seed}); "
        f"data set {manifest.data_set.name}, {manifest.data_set.sha256[:12]}"
    )
    display.say(f"Models   {', '.join(entry.label for entry in manifest.models)}")
    display.say(f"Judges   {', '.join(map(_describe_judge, manifest.judges))}")
    prompts = [one.name for one in manifest.asked_under if one.system_prompt is not None]
    if prompts:
        names = ", ".join(one.name for one in manifest.asked_under)
        display.say(f"System   conditions: {names}; a system prompt goes before every query in {', '.join(prompts)}")
    if wordings := study.wordings:
        display.say(f"Wordings {', '.join(['original', *(one.name for one in wordings)])}")
    display.say(f"Calls    {len(planned_responses(study))} to models under test in all")


def _describe_judge(entry: JudgeEntry) -> str:
    told = [entry.rubric]
    if entry.is_of_older_rubric:
        told.append("an older rubric: its verdicts are kept; --judge names it to judge by the present one")
    if entry.repeats > 1:
        told.append(f"{entry.repeats} times each")
    if entry.checks:
        told.append(f"checks {entry.checks} on {entry.sample} drawn responses")
    return f"{entry.label} ({'; '.join(told)})"


def respond_study(study: Study, asking: Asking, display: Display, confirm: Confirm) -> None:
    """Ask the study's models what they have not been asked yet.

    Raises:
        UserError: if there is a budget, and a model's prices are not known.
    """
    if asking.budget is not None:
        require_prices(study)
    with study.open_ledger() as ledger:
        to_send = pending(
            [one.request for one in planned_responses(study, asking.connections)],
            ledger,
            retry_failed=asking.retry_failed,
        )
    confirm(bill_for(to_send))
    respond(study, asking, display)


def requests_of_judging(study: Study, plan: Plan, asking: Asking) -> list[Request]:
    """Return the first requests that the study's judges and those of a plan still have to be asked; changes nothing."""
    names = {planned.judge.label for planned in plan.judges}
    judges = [*(one for one in judges_of(study, asking.connections) if one.judge.label not in names), *plan.judges]
    with study.open_ledger() as ledger:
        return pending_judging(judges, judged_texts(study), ledger, asking)


def judge_study(study: Study, asking: Asking, display: Display, confirm: Confirm) -> None:
    """Judge the study's responses with all of its judges.

    Raises:
        UserError: if there is a budget, and a model's prices are not known.
    """
    if asking.budget is not None:
        require_prices(study)
    judges = judges_of(study, asking.connections)
    with study.open_ledger() as ledger:
        to_send = pending_judging(judges, judged_texts(study), ledger, asking)
    confirm(bill_for(to_send))
    judge(study, judges, asking, display)


def rebuild_tables(study: Study) -> None:
    """Write all tables anew from what the ledger holds; nothing is asked."""
    with study.open_ledger() as ledger:
        write_responses(study, ledger, planned_responses(study))
        judges = judges_of(study)
        write_judging_tables(study, judges, judged_texts(study), ledger)


def say_costs(study: Study, display: Display) -> None:
    """Say what every model has cost so far, cached tokens apart; nothing of models whose price is not known."""
    with study.open_ledger() as ledger:
        known = [account for account in accounts(study, ledger) if account.cost is not None]
    for account in known:
        display.say(
            f"Cost     {account.model} ({account.stage}): ${account.cost:,.4f} for {account.calls} calls; tokens "
            f"{account.input_tokens:,} in, {account.cached_tokens:,} cached, {account.output_tokens:,} out"
        )
    if len(known) > 1:
        display.say(f"Cost     together ${sum(account.cost or 0 for account in known):,.4f}")


def report_study(
    study: Study,
    out: Path | None = None,
    judge: str | None = None,
    with_responses: bool = True,
    db: str | None = None,
) -> ReportPaths:
    """Write the report from the study's table of evaluations, with a browser of its cases and answers beside it."""
    study.manifest  # noqa: B018 - refuses a folder without a study
    # A published study may come without its queries; then what there is is all that was planned.
    complete = study.cases_file.exists()
    planned = len(planned_responses(study)) if complete else study.read_table("responses").height
    evaluations = read_evaluations(study.table_file("evaluations"))
    return write_report(
        evaluations,
        out or study.report,
        run_facts(study, planned),
        judge=judge or headline_judge(study),
        evidence=evidence_of(study, db),
        browsing=browsing_of(study, with_responses),
    )


def headline_judge(study: Study) -> str:
    """Return the judge whose verdicts make the headline: the first language model if there is one, or the first."""
    judges = [entry for entry in study.manifest.judges if entry.checks is None]
    return next((entry.label for entry in judges if entry.kind == "model"), judges[0].label)
