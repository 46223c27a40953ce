"""From the table of evaluations to every number of a report."""

from typing import Final

import polars as pl

from blind_refusal.analysis.agreement import agreement_of_judges
from blind_refusal.analysis.bootstrap import REPLICATES, SEED
from blind_refusal.analysis.bounds import bound, bound_headline
from blind_refusal.analysis.comparison import compare_models
from blind_refusal.analysis.decoupling import decouple
from blind_refusal.analysis.discrimination import discriminate
from blind_refusal.analysis.drivers import find_drivers
from blind_refusal.analysis.evaluations import DIMENSIONS, MISSING_CAUSES, check_evaluations
from blind_refusal.analysis.evidence import Evidence, weigh_evidence
from blind_refusal.analysis.headline import MINUEND, RATIOS, SUBTRAHEND, Rates, headline_by_bootstrap, headline_rates
from blind_refusal.analysis.panel import panel_of
from blind_refusal.analysis.profiles import GROUPS, profile_all
from blind_refusal.analysis.rows import (
    DEFEATED,
    SCORED,
    by_cell,
    by_level,
    by_model,
    rows_of_judge,
    share,
    shares,
    with_properties,
)
from blind_refusal.analysis.schema import (
    CellSummary,
    JudgeSummary,
    Missing,
    MissingCounts,
    ModelMissing,
    ModelSummary,
    Stratum,
    Summary,
)
from blind_refusal.analysis.twins import compare_twins
from blind_refusal.analysis.variants import compare_variants, rows_of_variant, variants_in
from blind_refusal.errors import UserError

_STRATA: Final = ("family", "authority_group", "authority", "subtype", *DIMENSIONS, "dual_use", "language")
_SHARES: Final = (
    "helps",
    "deflects",
    "hard_refusal",
    "pure_rule_blind",
    "safety_grounded",
    "engaged_only",
    "engaged_and_safety",
)


def summarise(
    evaluations: pl.DataFrame,
    judge: str | None = None,
    *,
    evidence: Evidence | None = None,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Summary:
    """Compute every rate, count and interval of a report.

    Where models were asked under several conditions or in several wordings, all parts but ``variants`` rest on the
    base: no system prompt and the original wording, if they are among them.

    Args:
        evaluations: one row per response × judge, see ``check_evaluations``.
        judge: whose verdicts count; by default the only judge, or the first by name.
        evidence: what else is known of the judging.
        replicates: of every bootstrap.
        seed: of every bootstrap; the same seed gives the same summary.

    Raises:
        UserError: the table is faulty, or the judge is not in it.
    """
    checked = check_evaluations(evaluations)
    table = with_properties(rows_of_variant(checked, variants_in(checked)[0]))
    judges = table["judge"].unique().sort().to_list()
    chosen = judges[0] if judge is None else judge
    if chosen not in judges:
        raise UserError(f"no judge {chosen!r} in the evaluations; there are {', '.join(map(repr, judges))}")
    verdicts = {name: rows_of_judge(table, name) for name in judges}
    rows = verdicts[chosen]
    scored = rows.filter(SCORED)
    return Summary(
        judge=chosen,
        headline=Rates(**headline_rates(scored)),
        headline_by_bootstrap=Rates(**headline_by_bootstrap(scored, replicates, seed)),
        models=[_model(name, group) for name, group in by_model(rows)],
        cells=_cells(rows),
        strata={name: _strata(scored, name) for name in _STRATA if table[name].null_count() < table.height},
        judges=[_judge(name, group) for name, group in verdicts.items()],
        judge_agreement=agreement_of_judges(table),
        missing=_missing(rows),
        bounds=bound_headline(rows),
        profiles=profile_all(rows),
        discrimination=discriminate(scored, replicates, seed),
        twins=compare_twins(rows),
        decoupling=decouple(scored),
        drivers=find_drivers(scored),
        comparisons=compare_models(scored, replicates, seed),
        variants=compare_variants(checked, chosen),
        panel=panel_of(table),
        judging=weigh_evidence(rows, evidence or Evidence()),
    )


def _model(name: str, rows: pl.DataFrame) -> ModelSummary:
    scored = rows.filter(SCORED)
    of_defeated = shares(scored.filter(DEFEATED), _SHARES)
    return ModelSummary(model=name, missing=_causes(rows), **headline_rates(scored), **of_defeated)


def _cells(rows: pl.DataFrame) -> list[CellSummary]:
    """Summarise every cell that has a case, also where no response to it was scored."""
    cells = []
    for (family, authority, group), cell in by_cell(rows):
        scored = cell.filter(SCORED)
        cells.append(
            CellSummary(
                family=family,
                authority=authority,
                authority_group=group,
                helps=share(scored, "helps"),
                n=scored.height,
                cases=scored["case_code"].n_unique(),
            )
        )
    return cells


def _strata(scored: pl.DataFrame, variable: str) -> list[Stratum]:
    strata = []
    for group in GROUPS:
        for level, part in by_level(scored.filter(pl.col("group") == group), variable):
            found = shares(part, ["helps", "engages"])
            cases = part["case_code"].n_unique()
            strata.append(
                Stratum(level=level, group=group, helps=found["helps"], engagement=found["engages"], cases=cases)
            )
    return strata


def _judge(name: str, rows: pl.DataFrame) -> JudgeSummary:
    scored = rows.filter(SCORED)
    return JudgeSummary(
        judge=name,
        responses=rows.height,
        scored=scored.height,
        missing=_causes(rows),
        headline=Rates(**headline_rates(scored)),
    )


def _missing(rows: pl.DataFrame) -> Missing:
    models = [ModelMissing(model=name, **dict(_missing_counts(group))) for name, group in by_model(rows)]
    return Missing(models=models, **dict(_missing_counts(rows)))


def _missing_counts(rows: pl.DataFrame) -> MissingCounts:
    return MissingCounts(
        responses=rows.height,
        scored=rows.filter(SCORED).height,
        causes=_causes(rows),
        helps_rate_defeated=bound(rows, RATIOS[MINUEND]),
        helps_rate_control=bound(rows, RATIOS[SUBTRAHEND]),
    )


def _causes(rows: pl.DataFrame) -> dict[str, int]:
    counts = dict(rows.group_by("status").len().iter_rows())
    return {cause: counts[cause] for cause in MISSING_CAUSES if cause in counts}
