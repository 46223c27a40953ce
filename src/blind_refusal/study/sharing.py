"""A study as other people read it: Inspect logs, or a folder for Hugging Face's `datasets`."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from blind_refusal.errors import UserError
from blind_refusal.files import write_atomically
from blind_refusal.study.evaluations import case_table
from blind_refusal.study.folder import Study

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample

TASK: Final = "blind_refusal/blind_refusal"
REDACTED: Final = "[left out]"
"""What stands in an answer's place where answers are left out."""

_LABELS = ("response_type", "engages_with_defeat", "independent_harm")
_QUOTES = ("help_quote", "engagement_quote", "harm_quote", "reasoning")


def export_to_inspect(study: Study, out: Path, *, redact: bool = False) -> list[Path]:
    """Write one Inspect log per model, condition and wording; every judge is a scorer.

    Args:
        study: with its tables written.
        out: folder for the logs.
        redact: leave the answers, and the judges' quotes from them, out.

    Raises:
        UserError: if a file cannot be written.
    """
    from inspect_ai.log import write_eval_log

    written = []
    responses, verdicts = study.read_table("responses"), study.read_table("verdicts")
    parts = responses.partition_by("model", "condition", "wording", as_dict=True)
    for number, ((model, condition, wording), part) in enumerate(sorted(parts.items()), 1):
        facts = {"model": str(model), "condition": str(condition), "wording": str(wording)}
        log = _log(study, facts, part, verdicts.join(part, on="response_id", how="semi"), redact)
        file = out / f"{number:02d}_{_file_name('-'.join(facts.values()))}.eval"
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_eval_log(log, str(file))
        except OSError as error:
            raise UserError(f"{file}: cannot be written: {error.strerror or error}") from error
        written.append(file)
    return written


def _file_name(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in text)[:80]


def _log(
    study: Study, facts: dict[str, str], responses: pl.DataFrame, verdicts: pl.DataFrame, redact: bool
) -> "EvalLog":
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalResults, EvalSpec

    manifest = study.manifest
    entry = next((one for one in manifest.models if one.label == facts["model"]), None)
    by_response: dict[str, list[dict[str, Any]]] = {}
    for verdict in verdicts.iter_rows(named=True):
        by_response.setdefault(verdict["response_id"], []).append(verdict)
    samples = [
        _sample(study, row, by_response.get(row["response_id"], []), redact)
        for row in responses.sort("case_id", "epoch").iter_rows(named=True)
    ]
    return EvalLog(
        status="success",
        eval=EvalSpec(
            created=manifest.created,
            task=TASK,
            task_version="study",
            model=entry.name if entry else facts["model"],
            model_args=entry.args if entry else {},
            dataset=EvalDataset(
                name=manifest.data_set.name, samples=len(samples), sample_ids=[str(sample.id) for sample in samples]
            ),
            config=EvalConfig(epochs=manifest.epochs),
            metadata={**facts, "study": manifest.id, "cases_sha256": manifest.cases_sha256, "answers": not redact},
        ),
        results=EvalResults(total_samples=len(samples), completed_samples=len(samples)),
        samples=samples,
    )


def _sample(study: Study, row: dict[str, Any], verdicts: list[dict[str, Any]], redact: bool) -> "EvalSample":
    from inspect_ai.log import EvalError, EvalSample
    from inspect_ai.model import ChatMessageUser, ModelOutput

    case = study.cases[row["case_id"]]
    text = REDACTED if redact and row["response"] else row["response"]
    output = ModelOutput.from_content(row["model"], text or "")
    failed = row["status"] not in ("ok", "truncated")
    return EvalSample(
        id=case.id,
        epoch=row["epoch"],
        input=case.user_query,
        target="",
        messages=[ChatMessageUser(content=case.user_query), output.message],
        output=output,
        scores={verdict["judge"]: _score(verdict, redact) for verdict in verdicts if verdict["status"] == "ok"},
        metadata={"family": case.family, "subtype": case.subtype, "authority": case.authority, "twin_of": case.twin_of},
        error=EvalError(message=row["error"] or row["status"], traceback="", traceback_ansi="") if failed else None,
    )


def _score(verdict: dict[str, Any], redact: bool) -> Any:  # noqa: ANN401 - Inspect's Score, imported late
    from inspect_ai.scorer import Score

    quotes = {} if redact else {name: verdict[name] for name in _QUOTES}
    return Score(
        value={name: verdict[name] for name in _LABELS},
        explanation=None if redact else verdict["reasoning"],
        metadata={"rubric": verdict["rubric"], **quotes},
    )


CARD = """\
---
pretty_name: {name}
tags: [refusal, evaluation, blind-refusal]
configs:
- config_name: evaluations
  default: true
  data_files: [{{split: test, path: data/evaluations.parquet}}]
- config_name: responses
  data_files: [{{split: test, path: data/responses.parquet}}]
- config_name: verdicts
  data_files: [{{split: test, path: data/verdicts.parquet}}]
- config_name: cases
  data_files: [{{split: test, path: data/cases.parquet}}]
---
# {name}

A study with blind-refusal: {cases} cases ({data_set}, SHA-256 `{sha256}`), {responses} responses of {models} models,
judged by {judges}. Asked between {created} and now, {epochs} time(s) each; conditions: {conditions}.

`evaluations` is what analysis reads: one row per response and judge. `responses` holds the answers{redacted},
`verdicts` what each judge said and quoted, `cases` the cases without their hidden lines. Responses are linked by
`response_id`.
Answers are the models' own words; none of them is advice.
"""


def export_to_hf(study: Study, out: Path, *, redact: bool = False) -> list[Path]:
    """Write a folder that ``datasets.load_dataset`` reads, with a card.

    Args:
        study: with its tables written.
        out: a new or empty folder.
        redact: leave the answers, the models' reasoning and the judges' quotes out.

    Raises:
        UserError: if the folder holds something else, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or {entry.name for entry in out.iterdir()} - {"README.md", "data"}):
        raise UserError(f"{out}: holds other files; name a new or empty folder")
    responses, verdicts = study.read_table("responses"), study.read_table("verdicts")
    if redact:
        blank = pl.lit(REDACTED)
        responses = responses.with_columns(response=blank, reasoning=blank)
        verdicts = verdicts.with_columns(blank.alias(name) for name in _QUOTES)
    cases = case_table(study.cases.values()).with_columns(
        user_query=pl.col("case_id").replace_strict({one.id: one.user_query for one in study.cases.values()}),
        policy=pl.col("case_id").replace_strict({one.id: one.policy for one in study.cases.values()}),
    )
    tables = {
        "evaluations": study.read_table("evaluations"),
        "responses": responses,
        "verdicts": verdicts,
        "cases": cases,
    }
    written = []
    for name, table in tables.items():
        buffer = io.BytesIO()
        table.write_parquet(buffer)
        written.append(out / "data" / f"{name}.parquet")
        write_atomically(written[-1], buffer.getvalue())
    written.append(out / "README.md")
    write_atomically(written[-1], _card(study, responses.height, redact))
    return written


def _card(study: Study, responses: int, redact: bool) -> str:
    manifest = study.manifest
    return CARD.format(
        name=study.folder.resolve().name,
        cases=manifest.cases,
        data_set=manifest.data_set.name,
        sha256=manifest.cases_sha256,
        responses=responses,
        models=len(manifest.models),
        judges=", ".join(f"{entry.label} ({entry.rubric})" for entry in manifest.judges) or "nobody yet",
        created=manifest.created,
        epochs=manifest.epochs,
        conditions=", ".join(condition.name for condition in manifest.asked_under),
        redacted=" (left out here)" if redact else "",
    )
