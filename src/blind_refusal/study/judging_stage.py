"""The judge stage: every judge labels the blinded responses, and the tables of verdicts and evaluations are written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from blind_refusal.analysis import check_evaluations
from blind_refusal.analysis.drawing import draw
from blind_refusal.analysis.label_needs import ALLOCATION, strata_for_labels
from blind_refusal.analysis.rows import with_properties
from blind_refusal.asking import Asked, Display, Ledger, Request, Silent, shown
from blind_refusal.judging import (
    JUDGED_COLUMNS,
    REASONING_COLUMNS,
    BlindedResponse,
    Judge,
    LexicalJudge,
    Mask,
    ModelJudge,
    RecordedJudge,
    Verdict,
    VerdictStatus,
    blind,
    blind_reasoning,
    judge_reasoning,
    judged_table,
    pending_reasoning,
    reasoning_table,
    reasoning_verdict,
    shipped_author_names,
    study_context,
    verdict_table,
)
from blind_refusal.study.evaluations import evaluation_table
from blind_refusal.study.folder import PlannedJudge, Study
from blind_refusal.study.labels import LABEL_SCHEMA, labels_of_checks
from blind_refusal.study.manifest import JudgeEntry
from blind_refusal.study.money import Till
from blind_refusal.study.respond_stage import Asking, say_what_came


def judges_of(study: Study, connections: int | None = None) -> list[PlannedJudge]:
    """Return the judges that the study's manifest names, those that check others last."""
    entries = sorted(study.manifest.judges, key=lambda entry: entry.checks is not None)
    return [PlannedJudge(_judge_of(entry, connections), entry.checks, entry.sample) for entry in entries]


def _judge_of(entry: JudgeEntry, connections: int | None) -> Judge:
    if entry.is_of_older_rubric:
        return RecordedJudge(entry.label, entry.rubric, entry.kind)
    if entry.model is None:
        return LexicalJudge(entry.label)
    return ModelJudge(entry.model.configuration(connections), context=entry.context, repeats=entry.repeats)


@dataclass(frozen=True)
class JudgedTexts:
    """What the judges of a study get to see."""

    responses: list[BlindedResponse]
    reasoning: list[BlindedResponse]
    """Empty where no reasoning is judged."""
    told: list[BlindedResponse]
    """The responses with the original study's context, for judges that want it; empty if none does."""

    def for_judge(self, judge: Judge) -> list[BlindedResponse]:
        """Return the responses as this judge sees them."""
        return self.told if judge.context == "study" else self.responses


def blinded_responses(study: Study) -> list[BlindedResponse]:
    """Return the study's responses as judges see them. Neither the key nor any column about the author is read."""
    return blind(study.read_table("responses", JUDGED_COLUMNS), study.cases, study.manifest.seed, mask=mask_of(study))


def mask_of(study: Study) -> Mask:
    """Return what takes authors' names out of the study's responses."""
    more = study.manifest.author_names
    return Mask(shipped_author_names().plus(more)) if more else Mask()


def judged_texts(study: Study) -> JudgedTexts:
    """Blind what the study's judges are to see."""
    manifest = study.manifest
    responses = blinded_responses(study)
    reasoning: list[BlindedResponse] = []
    if manifest.judge_reasoning:
        table = study.read_table("responses", REASONING_COLUMNS)
        reasoning = blind_reasoning(table, study.cases, manifest.seed, mask=mask_of(study))
    told: list[BlindedResponse] = []
    if any(entry.context == "study" for entry in manifest.judges):
        case_of = dict(study.read_table("responses", ["response_id", "case_id"]).iter_rows())
        told = [replace(one, told=study_context(study.cases[case_of[one.response_id]])) for one in responses]
    return JudgedTexts(responses, reasoning, told)


def pending_judging(
    judges: Sequence[PlannedJudge], texts: JudgedTexts, ledger: Ledger, asking: Asking
) -> list[Request]:
    """Return the first requests that judges still have to be asked.

    What a checking judge will be asked is drawn from verdicts that may not be there yet: other responses stand for it.
    """
    requests = []
    for one in judges:
        wanted = texts.for_judge(one.judge)[: one.sample] if one.checks else texts.for_judge(one.judge)
        requests += one.judge.pending(wanted, ledger, retry_failed=asking.retry_failed)
        if isinstance(one.judge, ModelJudge) and not one.checks:
            reasoning = texts.reasoning
            requests += pending_reasoning(one.judge.configuration, reasoning, ledger, retry_failed=asking.retry_failed)
    return requests


def judge(
    study: Study, judges: Sequence[PlannedJudge], asking: Asking | None = None, display: Display | None = None
) -> list[Asked]:
    """Have every judge label what it is to label, and write the tables.

    Interrupted, it writes the tables of what there is; the next call asks for the rest.
    """
    asking, display = asking or Asking(), display or Silent()
    texts = judged_texts(study)
    asked: list[Asked] = []
    with study.open_ledger() as ledger:
        till = Till(study, ledger, asking.budget, display)
        try:
            for one in judges:
                wanted = texts.for_judge(one.judge)
                if one.checks:
                    chosen = set(drawn_for(study, one, judges, texts, ledger)["response_id"])
                    wanted = [response for response in wanted if response.response_id in chosen]
                asked += _ask(one, wanted, ledger, asking, display, till)
                if not one.checks:
                    asked += _ask_about_reasoning(one.judge, texts.reasoning, ledger, asking, display, till)
        finally:
            write_judging_tables(study, judges, texts, ledger)
    say_what_came(display, asked)
    return asked


def _ask(
    one: PlannedJudge, wanted: list[BlindedResponse], ledger: Ledger, asking: Asking, display: Display, till: Till
) -> list[Asked]:
    to_ask = one.judge.pending(wanted, ledger, retry_failed=asking.retry_failed)
    with shown(display, f"Judging with {one.judge.label}", to_ask):
        return one.judge.judge(
            wanted,
            ledger,
            sending=asking.sending,
            retry_failed=asking.retry_failed,
            budget=till.budget,
            on_outcome=till.take,
        )


def _ask_about_reasoning(
    judge: Judge, reasoning: list[BlindedResponse], ledger: Ledger, asking: Asking, display: Display, till: Till
) -> list[Asked]:
    if not isinstance(judge, ModelJudge) or not reasoning:
        return []
    to_ask = pending_reasoning(judge.configuration, reasoning, ledger, retry_failed=asking.retry_failed)
    with shown(display, f"Judging reasoning with {judge.label}", to_ask):
        return judge_reasoning(
            judge.configuration,
            reasoning,
            ledger,
            sending=asking.sending,
            retry_failed=asking.retry_failed,
            budget=till.budget,
            on_outcome=till.take,
        )


def drawn_for(
    study: Study, checker: PlannedJudge, judges: Sequence[PlannedJudge], texts: JudgedTexts, ledger: Ledger
) -> pl.DataFrame:
    """Draw the responses that a judge checks, by what the judge that it checks said of them."""
    checked = next(one.judge for one in judges if one.judge.label == checker.checks)
    verdicts = [
        verdict
        for response in texts.for_judge(checked)
        if (verdict := checked.verdict(response, ledger)) and verdict.status is VerdictStatus.OK
    ]
    known = _with_earlier(study, [checked], verdict_table(verdicts)).filter(pl.col("status") == VerdictStatus.OK.value)
    table = evaluation_table(study.cases, study.read_table("responses"), known, [checker.checks or ""])
    strata = strata_for_labels(with_properties(check_evaluations(table)))
    return draw(strata, checker.sample or strata.height, study.manifest.seed, ALLOCATION)


def write_judging_tables(study: Study, judges: Sequence[PlannedJudge], texts: JudgedTexts, ledger: Ledger) -> None:
    """Write every table that follows from what the ledger knows of the judges."""
    whole = [one.judge for one in judges if not one.checks]
    verdicts = _with_earlier(study, whole, verdict_table(_verdicts(whole, texts, ledger)))
    study.write_table("verdicts", verdicts)
    study.write_table("judged", judged_table(texts.responses))
    responses = study.read_table("responses")
    labels = [one.label for one in whole]
    study.write_table("evaluations", evaluation_table(study.cases, responses, verdicts, labels))
    if any(one.repeats > 1 for one in whole):
        study.write_table("repeats", _repeats(whole, texts, ledger))
    if texts.reasoning:
        found = [
            verdict
            for one in whole
            if isinstance(one, ModelJudge)
            for response in texts.reasoning
            if (verdict := reasoning_verdict(one.configuration, response, ledger)) is not None
        ]
        study.write_table("reasoning_verdicts", reasoning_table(found))
    _write_checks(study, judges, texts, ledger)


def _with_earlier(study: Study, judges: Sequence[Judge], verdicts: pl.DataFrame) -> pl.DataFrame:
    """Keep the verdicts that are in no ledger: those of an imported published study or of an older lexical judge."""
    recorded = [judge.label for judge in judges if isinstance(judge, RecordedJudge)]
    if not recorded or not study.table_file("verdicts").exists():
        return verdicts
    earlier = study.read_table("verdicts").filter(pl.col("judge").is_in(recorded))
    unknown = earlier.join(verdicts, on=["response_id", "judge"], how="anti")
    return pl.concat([verdicts, unknown.select(verdicts.columns)])


def _verdicts(judges: Sequence[Judge], texts: JudgedTexts, ledger: Ledger, repeat: int = 1) -> list[Verdict]:
    return [
        verdict
        for one in judges
        for response in texts.for_judge(one)
        if (verdict := one.verdict(response, ledger, repeat=repeat)) is not None
    ]


def _repeats(judges: Sequence[Judge], texts: JudgedTexts, ledger: Ledger) -> pl.DataFrame:
    """Return every repetition's verdicts, numbered from 1."""
    tables = [
        verdict_table(_verdicts([one], texts, ledger, repeat)).with_columns(repeat=pl.lit(repeat, dtype=pl.Int64))
        for one in judges
        for repeat in range(1, one.repeats + 1)
        if one.repeats > 1
    ]
    return pl.concat(tables)


def _write_checks(study: Study, judges: Sequence[PlannedJudge], texts: JudgedTexts, ledger: Ledger) -> None:
    tables = []
    again = [one for one in judges if not (isinstance(one.judge, RecordedJudge) and one.judge.kind == "lexical")]
    for one in again:
        if one.checks:
            drawn = drawn_for(study, one, judges, texts, ledger)
            chosen = set(drawn["response_id"])
            wanted = [response for response in texts.for_judge(one.judge) if response.response_id in chosen]
            verdicts = [found for response in wanted if (found := one.judge.verdict(response, ledger)) is not None]
            tables.append(labels_of_checks(one.judge.label, drawn, verdicts))
    if tables:
        kept = [study.read_table("labels")] if study.table_file("labels").exists() else []
        sources = [one.judge.label for one in again]
        kept = [table.filter(~pl.col("source").is_in(sources)) for table in kept]
        study.write_table("labels", pl.concat([*kept, *tables]).select(list(LABEL_SCHEMA)))
