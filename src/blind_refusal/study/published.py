"""Taking over a study that was published in the original layout into a study folder."""

import hashlib
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from blind_refusal.cases import Case, hash_cases, write_cases
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import Verdict, verdict_table
from blind_refusal.study.evaluations import evaluation_table
from blind_refusal.study.folder import Study
from blind_refusal.study.manifest import DataSetEntry, JudgeEntry, Manifest, ModelEntry, write_manifest
from blind_refusal.study.published_files import CASES, EVALUATIONS, RESPONSES, Records, read_stage, stage_folder
from blind_refusal.study.published_records import (
    RUBRIC,
    Answer,
    PublishedCases,
    read_cases,
    read_responses,
    read_verdicts,
)
from blind_refusal.subjects import NO_PROMPT, ORIGINAL, RESPONSE_SCHEMA, key_table, response_id

DEFAULT_JUDGE: Final = "published judge"


@dataclass(frozen=True)
class Imported:
    """What was taken over."""

    study: Study
    cases: int
    responses: int
    verdicts: int
    models: list[str]
    judges: list[str]
    complete: bool
    """Whether whole cases were published; without their queries the study can be reported and compared, not judged."""


def import_published(source: Path, out: Path, judge: str = DEFAULT_JUDGE) -> Imported:
    """Read a published study and write it as a study folder, whole or not at all.

    Args:
        source: a folder with ``2_filtered``, ``3_responses`` and ``4_evaluated``, or with ``data`` that holds them.
        out: the study's folder; must not be there yet, or be empty.
        judge: what to call the judge of evaluations that name none.

    Raises:
        FaultyInput: with every fault of every file; nothing is written.
        UserError: a folder is not there, or ``out`` is.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: is there already; name another folder with --study")
    stages = {name: read_stage(stage_folder(source, name)) for name in (CASES, RESPONSES, EVALUATIONS)}
    cases = read_cases(stages[CASES])
    answers = read_responses(stages[RESPONSES], cases)
    identity = hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()[:16]
    response_ids = {answer: response_id(identity, repr(tuple(answer))) for answer in answers}
    verdicts = read_verdicts(stages[EVALUATIONS], response_ids, judge)
    _refuse_faults(stages.values(), answers)
    return _write(source, out, identity, cases, _response_table(answers, response_ids), verdicts)


def _refuse_faults(stages: Iterable[Records], answers: dict[Answer, dict[str, Any]]) -> None:
    faults = [fault for records in stages for fault in records.faults]
    if faults:
        raise FaultyInput(faults)
    if not answers:
        raise UserError("the published study holds no response")


def _response_table(answers: dict[Answer, dict[str, Any]], response_ids: dict[Answer, str]) -> pl.DataFrame:
    asked = {"condition": NO_PROMPT, "wording": ORIGINAL}  # as the study asked: the query alone, as it stands
    rows = [
        {"response_id": response_ids[answer], **asked, **answer._asdict(), **fields}
        for answer, fields in answers.items()
    ]
    return pl.DataFrame(rows, schema=RESPONSE_SCHEMA).sort("response_id")


def _write(
    source: Path,
    out: Path,
    identity: str,
    cases: PublishedCases,
    responses: pl.DataFrame,
    verdicts: dict[tuple[str, str], Verdict],
) -> Imported:
    """Write everything into a folder beside the study's, which then takes its name."""
    models = responses["model"].unique().sort().to_list()
    judges = sorted({judge for _, judge in verdicts})
    written = [_writable(case) for case in cases.by_id.values()] if cases.complete else []
    manifest = Manifest(
        id=identity,
        data_set=DataSetEntry(name=f"published in {source.name}", sha256=hash_cases(written), cases=len(cases.by_id)),
        sample="all",
        seed=0,
        cases=len(cases.by_id),
        cases_sha256=hash_cases(written),
        epochs=int(responses["epoch"].max()),  # type: ignore[arg-type]
        models=[ModelEntry(name=name, label=name) for name in models],
        judges=[
            JudgeEntry(label=name, kind="model", rubric=RUBRIC, model=ModelEntry(name=name, label=name))
            for name in judges
        ],
    )
    table = verdict_table([verdicts[key] for key in sorted(verdicts)])
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(8)}.tmp")
    study = Study(temporary)
    try:
        if cases.complete:
            write_cases(study.cases_file, written)
        study.write_table("responses", responses)
        study.write_table("key", key_table(responses))
        study.write_table("verdicts", table)
        study.write_table("evaluations", evaluation_table(cases.by_id, responses, table, judges))
        write_manifest(study.manifest_file, manifest)
        if out.exists():
            out.rmdir()
        temporary.rename(out)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Imported(Study(out), len(cases.by_id), responses.height, len(verdicts), models, judges, cases.complete)


def _writable(case: Case) -> Case:
    """Return the case without a dual-use flag that lacks its category, which no file of cases may hold."""
    flag = case.dual_use
    return case.model_copy(update={"dual_use": None}) if flag and flag.flagged and flag.category is None else case
