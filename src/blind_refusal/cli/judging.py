"""`judge` and what belongs to it: probing, estimating, validating and auditing judges."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blind_refusal.cli.options import (
    BatchOption,
    BudgetOption,
    ConnectionsOption,
    EngineOption,
    RayAddressOption,
    RayWorkersOption,
    RetriesOption,
    RetryFailedOption,
    StudyOption,
    TimeoutOption,
    YesOption,
    asking,
    cluster_of,
    confirm,
    display,
)
from blind_refusal.errors import UserError

if TYPE_CHECKING:
    from blind_refusal.judging import Judge
    from blind_refusal.study import Asking, Wishes

app = typer.Typer(
    help="Judge the responses of a study with its judges and the ones named here.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

JudgeOption = Annotated[
    list[str] | None,
    typer.Option("--judge", help="`lexical`, or Inspect's name of a judge model; repeat. [default: lexical]"),
]
LedgerOption = Annotated[
    Path, typer.Option("--ledger", help="Where the judges' answers are kept between runs.", metavar="FILE")
]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Also write the result here.", metavar="OUT")]


@app.callback()
def judge(
    context: typer.Context,
    study: StudyOption = Path("study"),
    judge: JudgeOption = None,
    told: Annotated[
        Literal["blind", "study"],
        typer.Option(
            "--context",
            help="What the judges named here are told: one form for all cases, or as in the original study.",
        ),
    ] = "blind",
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, help="Times that each response is judged, to see how steady a judge is.")
    ] = 1,
    judge_reasoning: Annotated[
        bool, typer.Option("--judge-reasoning", help="Also label the models' reasoning for engagement.")
    ] = False,
    check_with: Annotated[
        str | None,
        typer.Option("--check-with", help="A better judge that checks the first one's verdicts on a drawn sample."),
    ] = None,
    check: Annotated[
        int | None, typer.Option("--check", min=10, help="How many responses it checks. [default: 200]")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option("--mask", help="Further names that give an author away, YAML.", metavar="FILE"),
    ] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what judging would take, and send nothing.")
    ] = False,
    price: Annotated[
        str | None,
        typer.Option("--price", help="Of the judge, dollars per million tokens.", metavar="INPUT/CACHED/OUTPUT"),
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Send the corpus of hostile responses to the judges named here instead.")
    ] = False,
    ledger: LedgerOption = Path("judge-ledger.sqlite"),
    json_out: JsonOption = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    retry_failed: RetryFailedOption = False,
    budget: BudgetOption = None,
    batch: BatchOption = False,
    engine: EngineOption = "local",
    ray_address: RayAddressOption = None,
    ray_workers: RayWorkersOption = None,
    yes: YesOption = False,
) -> None:
    """Judge the responses of a study with its judges and the ones named here."""
    if context.invoked_subcommand is not None:
        return
    cluster = cluster_of(engine, ray_address, ray_workers)
    way = asking(max_connections, max_retries, timeout, retry_failed, budget=budget, batch=batch, cluster=cluster)
    if probe:
        from blind_refusal.study.probing import probe_judge

        probes = [probe_judge(one, ledger, way, confirm(yes), display()) for one in _judges(judge, max_connections)]
        from blind_refusal.cli.judging_tables import show_probe, write_json

        for found in probes:
            show_probe(found)
        write_json(json_out, probes)
        return
    if json_out is not None:
        raise UserError("--json is for --probe, and for `judge validate` and `judge audit`")
    from blind_refusal.asking import Prices
    from blind_refusal.study import Wishes

    wishes = Wishes(
        judges=judge or (),
        context=told,
        repeats=repeat,
        check_with=check_with,
        check=check,
        author_names=mask,
        judge_reasoning=judge_reasoning,
        judge_price=Prices.parse(price) if price else None,
    )
    if estimate:
        _estimate(study, wishes, way)
    else:
        _judge_study(study, wishes, way, yes)


def _estimate(study: Path, wishes: "Wishes", way: "Asking") -> None:
    from blind_refusal.cli.judging_tables import show_estimates
    from blind_refusal.study import Study, make_plan
    from blind_refusal.study.estimating import estimate_judging
    from blind_refusal.study.run import requests_of_judging

    folder = Study(study)
    folder.manifest  # noqa: B018 - refuses a folder without a study
    show_estimates(estimate_judging(requests_of_judging(folder, make_plan(folder, wishes), way)), wishes.judge_price)


def _judge_study(study: Path, wishes: "Wishes", way: "Asking", yes: bool) -> None:
    from blind_refusal.cli.judging_tables import show_judging
    from blind_refusal.study import Study, begin, judge_study, make_plan
    from blind_refusal.study.run import headline_judge, say_clock, say_costs

    folder = Study(study)
    folder.manifest  # noqa: B018 - refuses a folder without a study
    begin(folder, make_plan(folder, wishes))
    shown = display()
    say_clock(folder, shown)
    judge_study(folder, way, shown, confirm(yes))
    say_costs(folder, shown)
    show_judging(folder, headline_judge(folder))


@app.command()
def validate(
    labels: Annotated[
        Path,
        typer.Option(
            "--labels", help="Labelled responses, JSON Lines with `query`, `response` and `label`.", metavar="FILE"
        ),
    ],
    judge: JudgeOption = None,
    ledger: LedgerOption = Path("judge-ledger.sqlite"),
    json_out: JsonOption = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    retry_failed: RetryFailedOption = False,
    yes: YesOption = False,
) -> None:
    """Measure how far judges agree with labels that people, or an adjudicated data set, have given."""
    from blind_refusal.cli.judging_tables import show_validation, write_json
    from blind_refusal.judging.reference import read_reference
    from blind_refusal.study.validation import validate as validate_judges

    reference = read_reference(labels)
    way = asking(max_connections, max_retries, timeout, retry_failed)
    found = validate_judges(reference, _judges(judge, max_connections), ledger, way, confirm(yes), display())
    for one in found:
        show_validation(one)
    write_json(json_out, found)


@app.command()
def audit(
    study: StudyOption = Path("study"),
    judge: Annotated[str, typer.Option("--judge", help="Inspect's name of the model that guesses.")] = "",
    sample: Annotated[int, typer.Option("--sample", min=2, help="How many responses it is shown.")] = 200,
    json_out: JsonOption = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    retry_failed: RetryFailedOption = False,
    yes: YesOption = False,
) -> None:
    """Ask a model to guess whose the responses are, from what judges see of them."""
    from blind_refusal.cli.judging_tables import show_audit, write_json
    from blind_refusal.judging import ModelJudge
    from blind_refusal.study import Study
    from blind_refusal.study.audit import audit_blinding

    if not judge:
        raise UserError("--judge MODEL is needed: who guesses")
    auditor = _judges([judge], max_connections)[0]
    if not isinstance(auditor, ModelJudge):
        raise UserError("the lexical judge cannot guess an author; name a model with --judge")
    way = asking(max_connections, max_retries, timeout, retry_failed)
    found = audit_blinding(Study(study), auditor.configuration, sample, way, confirm(yes), display())
    show_audit(found)
    write_json(json_out, [found])


def plan_labels(
    study: StudyOption = Path("study"),
    half_width: Annotated[
        float, typer.Option("--half-width", help="Wanted half-width of the 95% interval, as a fraction.")
    ] = 0.02,
    rate: Annotated[str, typer.Option("--rate", help="The rate that shall be known so well.")] = "helps_rate_defeated",
    judge: Annotated[str | None, typer.Option("--judge", help="Whose rates are corrected.")] = None,
    sensitivity: Annotated[
        float | None, typer.Option("--sensitivity", min=0.0, max=1.0, help="Of the judge, if you know it.")
    ] = None,
    specificity: Annotated[
        float | None, typer.Option("--specificity", min=0.0, max=1.0, help="Of the judge, if you know it.")
    ] = None,
) -> None:
    """Say how many labels a corrected rate needs, and draw the responses to be labelled."""
    from blind_refusal.analysis.label_needs import JudgeErrors
    from blind_refusal.cli.judging_tables import show_label_plan
    from blind_refusal.study import Study
    from blind_refusal.study.label_planning import plan_labels as plan

    if (sensitivity is None) != (specificity is None):
        raise UserError("--sensitivity and --specificity go together")
    errors = None
    if sensitivity is not None and specificity is not None:
        errors = JudgeErrors(sensitivity, specificity)
    show_label_plan(plan(Study(study), rate, half_width, judge=judge, errors=errors))


def _judges(names: list[str] | None, connections: int | None) -> "list[Judge]":
    from blind_refusal.asking import require_model
    from blind_refusal.judging import LEXICAL, ModelJudge, configure_judge
    from blind_refusal.subjects import require_model_name

    judges: list[Judge] = []
    for name in dict.fromkeys(names or [LEXICAL]):
        if name != LEXICAL:
            require_model_name(name)
        one = configure_judge(name, connections=connections)
        if isinstance(one, ModelJudge):
            require_model(one.configuration)
        judges.append(one)
    return judges
