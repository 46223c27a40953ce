"""The folder that holds one study: where things lie, how it is begun, and how it is continued."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from blind_refusal.asking import Ledger, ModelConfiguration
from blind_refusal.cases import Case, hash_cases, read_cases, write_cases
from blind_refusal.errors import UserError
from blind_refusal.judging import AuthorNames, Judge, ModelJudge, relabelled
from blind_refusal.study.manifest import DataSetEntry, JudgeEntry, Manifest, ModelEntry, read_manifest, write_manifest


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

        from blind_refusal.files import write_atomically

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
        manifest = manifest.model_copy(
            update={
                "models": _with_models(manifest.models, plan.models),
                "judges": _with_judges(manifest.judges, plan.judges),
                "author_names": plan.author_names,
                "judge_reasoning": plan.judge_reasoning,
            }
        )
        write_manifest(self.manifest_file, manifest)
        self.__dict__["manifest"] = manifest

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


def _with_models(entries: list[ModelEntry], models: Sequence[ModelConfiguration]) -> list[ModelEntry]:
    result = list(entries)
    for model in models:
        entry = ModelEntry.of(model)
        same_label = [other for other in result if other.label == entry.label]
        if any(other != entry for other in same_label):
            raise UserError(f"model {entry.label}: is in the study with other settings; give it another label or study")
        if not same_label:
            result.append(entry)
    return result


def _with_judges(entries: list[JudgeEntry], judges: Sequence[PlannedJudge]) -> list[JudgeEntry]:
    """Add judges. One that is there by an older rubric stays; the new one's label then names its rubric's version."""
    result = list(entries)
    for planned in judges:
        entry = _entry(planned)
        old = next((other for other in result if other.label == entry.label), None)
        if old and old.rubric != entry.rubric:
            entry = _entry(replace(planned, judge=relabelled(planned.judge)))
            old = next((other for other in result if other.label == entry.label), None)
        if old and (old.model, old.context, old.checks) != (entry.model, entry.context, entry.checks):
            raise UserError(f"judge {entry.label}: is in the study with other settings; use another study")
        result = [entry if other is old else other for other in result] if old else [*result, entry]
    return result


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
