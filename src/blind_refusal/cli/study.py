"""`run`, `respond`, `judge`, `report`, `models`: commands on a study."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blind_refusal.cli.options import (
    BatchOption,
    BudgetOption,
    CasesOption,
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
    from blind_refusal.study import Study

ModelOption = Annotated[
    list[str] | None,
    typer.Option("--model", help="Inspect's name of a model to test; repeat. [default: embedded/smollm2]"),
]
JudgeOption = Annotated[
    list[str] | None,
    typer.Option("--judge", help="`lexical`, or Inspect's name of a judge model; repeat. [default: lexical]"),
]

SampleOption = Annotated[
    str | None, typer.Option("--sample", help="`per-cell=N`, a number of cases, or `all`. [default: per-cell=1]")
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Of the sample and the order of judging. [default: 2026]")
]
EpochsOption = Annotated[
    int | None, typer.Option("--epochs", min=1, help="Times that each case is asked. [default: 1]")
]
SystemOption = Annotated[
    Path | None,
    typer.Option("--system-prompt", help="Text sent before each query. [default: none]", metavar="FILE"),
]
TokensOption = Annotated[
    int | None,
    typer.Option("--max-tokens", min=1, help="Output tokens of a model to test. [default: 8000; embedded 160]"),
]
SuiteOption = Annotated[
    list[str] | None,
    typer.Option("--suite", help="A suite of models, by name (see `models`) or file; repeat."),
]
ConditionOption = Annotated[
    list[str] | None,
    typer.Option("--condition", help="`none`, `weigh`, `follow`, or NAME=FILE with a system prompt; repeat to cross."),
]
WordingsOption = Annotated[
    Path | None,
    typer.Option(
        "--wordings", help="The queries in other words: JSON Lines, case_id, wording, user_query.", metavar="FILE"
    ),
]
PriceOption = Annotated[
    list[str] | None,
    typer.Option("--price", help="Dollars per million tokens; repeat.", metavar="MODEL=INPUT/CACHED/OUTPUT"),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (run, respond, report):
        app.command()(command)


def run(
    study: StudyOption = Path("study"),
    model: ModelOption = None,
    judge: JudgeOption = None,
    cases: CasesOption = None,
    sample: SampleOption = None,
    seed: SeedOption = None,
    epochs: EpochsOption = None,
    system_prompt: SystemOption = None,
    max_tokens: TokensOption = None,
    suite: SuiteOption = None,
    condition: ConditionOption = None,
    wordings: WordingsOption = None,
    price: PriceOption = None,
    budget: BudgetOption = None,
    batch: BatchOption = False,
    engine: EngineOption = "local",
    ray_address: RayAddressOption = None,
    ray_workers: RayWorkersOption = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    retry_failed: RetryFailedOption = False,
    yes: YesOption = False,
) -> None:
    """Ask models, judge the answers blind, write the report. The same command again goes on where it stopped."""
    from blind_refusal.study import Wishes, make_plan, run_study

    wishes = Wishes(
        models=model or (),
        judges=judge or (),
        cases=cases,
        sample=sample,
        seed=seed,
        epochs=epochs,
        system_prompt=system_prompt,
        max_tokens=max_tokens,
        suites=suite or (),
        conditions=condition or (),
        wordings=wordings,
        prices=price or (),
    )
    folder = _study(study)
    cluster = cluster_of(engine, ray_address, ray_workers)
    way = asking(max_connections, max_retries, timeout, retry_failed, budget=budget, batch=batch, cluster=cluster)
    paths = run_study(folder, make_plan(folder, wishes), way, display(), confirm(yes))
    _say_report(paths.page)


def respond(
    study: StudyOption = Path("study"),
    model: ModelOption = None,
    cases: CasesOption = None,
    sample: SampleOption = None,
    seed: SeedOption = None,
    epochs: EpochsOption = None,
    system_prompt: SystemOption = None,
    max_tokens: TokensOption = None,
    suite: SuiteOption = None,
    condition: ConditionOption = None,
    wordings: WordingsOption = None,
    price: PriceOption = None,
    budget: BudgetOption = None,
    batch: BatchOption = False,
    engine: EngineOption = "local",
    ray_address: RayAddressOption = None,
    ray_workers: RayWorkersOption = None,
    max_connections: ConnectionsOption = None,
    max_retries: RetriesOption = 6,
    timeout: TimeoutOption = 600,
    retry_failed: RetryFailedOption = False,
    yes: YesOption = False,
) -> None:
    """Ask models the cases; nothing is judged yet."""
    from blind_refusal.study import Wishes, begin, describe, make_plan, respond_study
    from blind_refusal.study.run import say_costs

    wishes = Wishes(
        models=model or (),
        cases=cases,
        sample=sample,
        seed=seed,
        epochs=epochs,
        system_prompt=system_prompt,
        max_tokens=max_tokens,
        suites=suite or (),
        conditions=condition or (),
        wordings=wordings,
        prices=price or (),
    )
    folder = _study(study)
    begin(folder, make_plan(folder, wishes))
    shown = display()
    describe(folder, shown)
    cluster = cluster_of(engine, ray_address, ray_workers)
    way = asking(max_connections, max_retries, timeout, retry_failed, budget=budget, batch=batch, cluster=cluster)
    respond_study(folder, way, shown, confirm(yes))
    say_costs(folder, shown)


def report(
    study: StudyOption = Path("study"),
    evaluations: Annotated[
        Path | None,
        typer.Option("--evaluations", help="A table of judged responses (parquet) instead of a study.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the report goes. [default: the study's report/]", metavar="DIR")
    ] = None,
    judge: Annotated[str | None, typer.Option("--judge", help="Whose verdicts make the headline.")] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="A sheet of `plan-labels` that people have filled in.", metavar="FILE"),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option("--db", help="Database of the review's labels. [default: the file in the study]", metavar="URL"),
    ] = None,
    no_responses: Annotated[
        bool, typer.Option("--no-responses", help="Leave the models' answers out of the case browser.")
    ] = False,
) -> None:
    """Write the report on a study, or on any table of judged responses."""
    from blind_refusal.analysis import read_evaluations
    from blind_refusal.reporting import write_report
    from blind_refusal.study import report_study

    if labels is not None:
        from blind_refusal.study.label_planning import take_labels

        if evaluations is not None:
            raise UserError("--labels belongs to a study; --evaluations is a table by itself")
        typer.echo(f"Labels   {take_labels(_study(study), labels)} responses labelled by people", err=True)
    if evaluations is None:
        paths = report_study(_study(study), out=out, judge=judge, with_responses=not no_responses, db=db)
    else:
        if no_responses:
            raise UserError("--no-responses belongs to a study; a table of evaluations holds no responses")
        if out is None:
            raise UserError("--evaluations needs --out DIR: where the report goes")
        paths = write_report(read_evaluations(evaluations), out, judge=judge)
    _say_report(paths.page)


def _study(folder: Path) -> "Study":
    from blind_refusal.study import Study

    return Study(folder)


def _say_report(index: Path) -> None:
    typer.echo(f"Report   {index}")
