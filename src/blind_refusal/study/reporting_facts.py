"""What the report says about how a study was run."""

from datetime import datetime

import polars as pl

from blind_refusal.asking import Ledger
from blind_refusal.judging import LEXICAL, lexical_facts
from blind_refusal.reporting import DataSetFacts, JudgeFacts, MeasuredAgreement, ModelFacts, RunFacts
from blind_refusal.study.folder import Study
from blind_refusal.study.manifest import JudgeEntry, software_versions
from blind_refusal.subjects import EMBEDDED_PREFIX

_EMBEDDED_NOTE = (
    "The embedded model has 135 million parameters. It shows that the instrument works; its answers are poor and say "
    "nothing about the models that people use."
)
_LEXICAL_NOTE = (
    "The lexical judge is a baseline without a model. Only helping or not has been measured, on other people's data; "
    "its engagement and harm labels are rough proxies that nobody has measured."
)


def run_facts(study: Study, planned: int) -> RunFacts:
    """Gather what the report says about a study.

    Args:
        study: with its tables written.
        planned: how many responses the study asks for.
    """
    manifest = study.manifest
    responses = study.read_table("responses")
    with study.open_ledger() as ledger:
        finished = _last_outcome(ledger)
    return RunFacts(
        title=study.folder.resolve().name,
        data_set=DataSetFacts(
            name=manifest.data_set.name, sha256=manifest.data_set.sha256, cases=manifest.data_set.cases
        ),
        sample=f"{manifest.sample} ({manifest.cases} cases)",
        models=_models(responses),
        judges=_judges(study, study.read_table("verdicts")),
        versions=software_versions(),
        started=datetime.fromisoformat(manifest.created),
        finished=finished,
        seeds={"sampling and order of judging": manifest.seed},
        system_prompt=None if manifest.conditions else manifest.system_prompt or "",
        conditions={entry.name: entry.system_prompt or "" for entry in manifest.conditions},
        notes=_notes(study, planned - responses.height),
    )


def _last_outcome(ledger: Ledger) -> datetime | None:
    times = [outcome.finished for stage in ("respond", "judge") for outcome in ledger.outcomes(stage)]
    return datetime.fromisoformat(max(times)) if times else None


def _models(responses: pl.DataFrame) -> list[ModelFacts]:
    totals = responses.group_by("model", maintain_order=True).agg(
        responses=pl.len(),
        ok=(pl.col("status") == "ok").sum(),
        input_tokens=pl.col("input_tokens").sum(),
        output_tokens=pl.col("output_tokens").sum(),
        seconds=pl.col("seconds").sum(),
    )
    return [ModelFacts(name=row.pop("model"), **row) for row in totals.sort("model").to_dicts()]


def _judges(study: Study, verdicts: pl.DataFrame) -> list[JudgeFacts]:
    facts = []
    for entry in study.manifest.judges:
        given = verdicts.filter(pl.col("judge") == entry.label)
        facts.append(
            JudgeFacts(
                name=entry.label,
                kind="lexical baseline" if entry.kind == "lexical" else "language model",
                rubric_version=entry.rubric.partition(":")[0],
                prompt_hash=entry.rubric.partition(":")[2] or None,
                input_tokens=int(given["input_tokens"].sum()),
                output_tokens=int(given["output_tokens"].sum()),
                note=_LEXICAL_NOTE if entry.kind == "lexical" else None,
                agreement=_agreement(entry),
            )
        )
    return facts


def _agreement(entry: JudgeEntry) -> MeasuredAgreement | None:
    measured = lexical_facts()
    if entry.rubric != f"{LEXICAL}@{measured.version}":
        return None
    return MeasuredAgreement(
        kappa_helps=measured.kappa_helps_cross_validated,  # the fitted figure would flatter
        accuracy_helps=measured.accuracy_helps,
        n=measured.n,
        reference=measured.reference,
    )


def _notes(study: Study, unasked: int) -> list[str]:
    notes = []
    if any(entry.name.startswith(EMBEDDED_PREFIX) for entry in study.manifest.models):
        notes.append(_EMBEDDED_NOTE)
    if unasked > 0:
        notes.append(
            f"The study is not complete: {unasked} planned responses have not been asked for yet. The same command "
            "asks for them."
        )
    return notes
