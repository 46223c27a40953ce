"""The folder that holds one study: where things lie, how it is begun, and how it is continued."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from blind_refusal.asking import Ledger, ModelConfiguration
from blind_refusal.cases import Case, hash_cases, read_cases, write_cases
from blind_refusal.errors import UserError
from blind_refusal.files import write_atomically
from blind_refusal.judging import AuthorNames, Judge, ModelJudge, relabelled
from blind_refusal.study.manifest import (
    ConditionEntry,
    DataSetEntry,
    JudgeEntry,
    Manifest,
    ModelEntry,
    read_manifest,
    write_manifest,
)
from blind_refusal.subjects import Condition, Wording, read_wordings


@dataclass(frozen=True)
class PlannedJudge:
    """A judge and what it is to judge."""

    judge: Judge
    checks: str | None = None
    """Label of the judge that it checks on a sample; None if it judges everything."""
    sample: int | None = None


@dataclass(frozen=True)
class Plan:
    """What the user wants a study to be."""

    data_set: DataSetEntry
    cases: Sequence[Case]
    """The cases chosen from the data set."""
    sample: str
    seed: int
    epochs: int
    system_prompt: str | None
    models: Sequence[ModelConfiguration]
    judges: Sequence[PlannedJudge]
    author_names: AuthorNames | None = None
    judge_reasoning: bool = False
    conditions: Sequence[Condition] = ()
    wordings: Path | None = None
    """File of further wordings of the queries."""


class Study:
    """One study's folder, already begun."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def manifest_file(self) -> Path:
        """What was asked."""
        return self.folder / "study.yaml"

    @property
    def cases_file(self) -> Path:
        """The cases used, frozen."""
        return self.folder / "cases.jsonl"

    @property
    def wordings_file(self) -> Path:
        """Further wordings of the queries, frozen; not there where there are none."""
        return self.folder / "wordings.jsonl"

    @property
    def ledger_file(self) -> Path:
        """Every outcome of every model call."""
        return self.folder / "ledger.sqlite"

    @property
    def report(self) -> Path:
        """The folder of the report."""
        return self.folder / "report"

    def table_file(self, name: str) -> Path:
        """Return where the derived table of a name lies; the key lies apart from the others."""
        return self.folder / "key.parquet" if name == "key" else self.folder / "tables" / f"{name}.parquet"

    @property
    def exists(self) -> bool:
        """Whether a study has been begun here."""
        return self.manifest_file.exists()

    @cached_property
    def cases(self) -> dict[str, Case]:
        """The study's cases by id.

        Raises:
            UserError: if they are not the ones that the study was begun with.
        """
        cases = read_cases(self.cases_file)
        if hash_cases(cases) != self.manifest.cases_sha256:
            raise UserError(f"{self.cases_file}: was changed after the study had begun; its hash is not study.yaml's")
        return {case.id: case for case in cases}

    @property
    def wordings(self) -> list[Wording]:
        """Further wordings of the queries.

        Raises:
            UserError: if they are not the ones that the study was begun with.
        """
        if self.manifest.wordings_sha256 is None:
            return []
        if _hash_file(self.wordings_file) != self.manifest.wordings_sha256:
            raise UserError(
                f"{self.wordings_file}: was changed after the study had begun; its hash is not study.yaml's"
            )
        return read_wordings(self.wordings_file, list(self.cases))

    @cached_property
    def manifest(self) -> Manifest:
        """What was asked.

        Raises:
            UserError: if there is no study here.
        """
        if not self.exists:
            raise UserError(f"{self.folder}: holds no study (no study.yaml); `blind-refusal run --study` begins one")
        return read_manifest(self.manifest_file)

    def open_ledger(self) -> Ledger:
        """Open the ledger for writing; only one process at a time can."""
        return Ledger(self.ledger_file)

    def write_table(self, name: str, table: pl.DataFrame) -> None:
        """Write a derived table, atomically."""
        import io

        buffer = io.BytesIO()
        table.write_parquet(buffer)
        write_atomically(self.table_file(name), buffer.getvalue())

    def read_table(self, name: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Read a derived table, or some of its columns and nothing else.

        Raises:
            UserError: if it is not there or is not such a table.
        """
        file = self.table_file(name)
        try:
            return pl.read_parquet(file, columns=columns)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise UserError(f"{file}: cannot be read: {error}") from error

    def begin_or_continue(self, plan: Plan) -> None:
        """Write the manifest and the frozen cases, or check that they are what is wanted and add models and judges.

        Raises:
            UserError: if the study was begun with other cases or another way of asking.
        """
        if plan.wordings is not None:
            read_wordings(plan.wordings, [case.id for case in plan.cases])
        if self.exists:
            self._refuse_other_study(plan)
            manifest = self.manifest
        else:
            self._refuse_foreign_folder()
            write_cases(self.cases_file, plan.cases)
            manifest = Manifest(
                data_set=plan.data_set,
                sample=plan.sample,
                seed=plan.seed,
                cases=len(plan.cases),
                cases_sha256=hash_cases(plan.cases),
                epochs=plan.epochs,
                system_prompt=plan.system_prompt,
            )
        if plan.wordings is not None:
            manifest = self._with_wordings(manifest, plan)
        manifest = manifest.model_copy(
            update={
                "conditions": _with_conditions(manifest, plan.conditions),
                "models": _with_models(manifest.models, plan.models),
                "judges": _with_judges(manifest.judges, plan.judges),
                "author_names": plan.author_names,
                "judge_reasoning": plan.judge_reasoning,
            }
        )
        write_manifest(self.manifest_file, manifest)
        self.__dict__["manifest"] = manifest

    def _with_wordings(self, manifest: Manifest, plan: Plan) -> Manifest:
        if plan.wordings is None:
            return manifest
        wanted = _hash_file(plan.wordings)
        if manifest.wordings_sha256 not in (None, wanted):
            raise UserError(f"{self.folder}: was begun with other wordings; name another folder with --study")
        write_atomically(self.wordings_file, plan.wordings.read_bytes())
        return manifest.model_copy(update={"wordings_sha256": wanted})

    def _refuse_foreign_folder(self) -> None:
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            leftover = {"cases.jsonl"}  # all that an interrupted beginning leaves behind
            if not self.folder.is_dir() or {entry.name for entry in self.folder.iterdir()} - leftover:
                raise UserError(f"{self.folder}: is there already and holds no study; name another folder with --study")

    def _refuse_other_study(self, plan: Plan) -> None:
        old = self.manifest
        wanted = {
            "data set": (old.data_set.sha256[:12], plan.data_set.sha256[:12]),
            "sample": (old.sample, plan.sample),
            "seed": (old.seed, plan.seed),
            "epochs": (old.epochs, plan.epochs),
            "system prompt": (old.system_prompt, plan.system_prompt),
            "cases": (old.cases_sha256[:12], hash_cases(plan.cases)[:12]),
        }
        for what, (had, wants) in wanted.items():
            if had != wants:
                raise UserError(
                    f"{self.folder}: was begun with {what} {had!r}, not {wants!r}; name another folder with --study, "
                    "or leave the option out to go on with this study"
                )


def _hash_file(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error}") from error


def _with_conditions(manifest: Manifest, conditions: Sequence[Condition]) -> list[ConditionEntry]:
    """Add conditions; a study that was begun with one keeps it as the first."""
    if not conditions:
        return manifest.conditions
    begun = manifest.models and not manifest.conditions
    known = {one.name: one.system_prompt for one in (manifest.asked_under if begun else [])}
    known |= {entry.name: entry.system_prompt for entry in manifest.conditions}
    for condition in conditions:
        if condition.name in known and known[condition.name] != condition.system_prompt:
            raise UserError(f"condition {condition.name}: is in the study with another text; give it another name")
        known.setdefault(condition.name, condition.system_prompt)
    return [ConditionEntry(name=name, system_prompt=text) for name, text in known.items()]


def _with_models(entries: list[ModelEntry], models: Sequence[ModelConfiguration]) -> list[ModelEntry]:
    """Add models. One that is there may get another price, but must be asked in the same way."""
    result = {entry.label: entry for entry in entries}
    for model in models:
        entry = ModelEntry.of(model)
        old = result.get(entry.label)
        if old and old.asks != entry.asks:
            raise UserError(f"model {entry.label}: is in the study with other settings; give it another label or study")
        if old and entry.prices is None:
            entry = entry.model_copy(update={"prices": old.prices})
        result[entry.label] = entry
    return list(result.values())


def _with_judges(entries: list[JudgeEntry], judges: Sequence[PlannedJudge]) -> list[JudgeEntry]:
    """Add judges. One that is there by an older rubric stays; the new one's label then names its rubric's version.

    A judge that is to check one of them checks the new one.
    """
    result = list(entries)
    renamed: dict[str, str] = {}
    for one in judges:
        planned = replace(one, checks=renamed.get(one.checks or "", one.checks))
        entry = _entry(planned)
        old = next((other for other in result if other.label == entry.label), None)
        if old and old.rubric != entry.rubric:
            entry = _entry(replace(planned, judge=relabelled(planned.judge)))
            renamed[planned.judge.label] = entry.label
            old = next((other for other in result if other.label == entry.label), None)
        if old and (_asks(old), old.context, old.checks) != (_asks(entry), entry.context, entry.checks):
            raise UserError(f"judge {entry.label}: is in the study with other settings; use another study")
        result = [entry if other is old else other for other in result] if old else [*result, entry]
    return result


def _asks(entry: JudgeEntry) -> tuple[object, ...] | None:
    return entry.model.asks if entry.model else None


def _entry(planned: PlannedJudge) -> JudgeEntry:
    judge = planned.judge
    return JudgeEntry(
        label=judge.label,
        kind=judge.kind,
        rubric=judge.rubric,
        model=ModelEntry.of(judge.configuration) if isinstance(judge, ModelJudge) else None,
        context=judge.context,
        repeats=judge.repeats,
        checks=planned.checks,
        sample=planned.sample,
    )
