"""Putting studies together that asked different models the same cases in the same way."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from blind_refusal.asking import Outcome
from blind_refusal.cases import write_cases
from blind_refusal.errors import UserError
from blind_refusal.files import write_atomically
from blind_refusal.study.folder import Study
from blind_refusal.study.manifest import Manifest, ModelEntry, write_manifest

_STAGES = ("respond", "judge", "judge_reasoning")


def merge_studies(places: Sequence[Path], out: Path) -> Study:
    """Merge studies into a new one. Nothing is asked again: answers and verdicts come along.

    Args:
        places: at least two studies.
        out: folder of the new study; must not be there.

    Returns:
        The new study, its tables still to be written.

    Raises:
        UserError: if the studies differ in cases, way of asking, or a judge's rubric; the message says in what.
    """
    if len(places) < 2:
        raise UserError("at least two studies are wanted")
    if out.exists():
        raise UserError(f"{out}: is there already; name another folder with --study")
    studies = [Study(place) for place in places]
    first = studies[0]
    for other in studies[1:]:
        _refuse_difference(first, other)
    manifest = _merged(studies)
    out.mkdir(parents=True)
    merged = Study(out)
    write_cases(merged.cases_file, list(first.cases.values()))
    if first.manifest.wordings_sha256:
        write_atomically(merged.wordings_file, first.wordings_file.read_bytes())
    with merged.open_ledger() as ledger:
        for study in studies:
            ledger.add(_outcomes(study))
    write_manifest(merged.manifest_file, manifest)
    return merged


def _outcomes(study: Study) -> list[Outcome]:
    with study.open_ledger() as ledger:
        return [replace(outcome) for stage in _STAGES for outcome in ledger.all_outcomes(stage)]


def _refuse_difference(first: Study, other: Study) -> None:
    one, two = first.manifest, other.manifest
    compared = {
        "cases (SHA-256)": (one.cases_sha256[:12], two.cases_sha256[:12]),
        "epochs": (one.epochs, two.epochs),
        "conditions": (_conditions(one), _conditions(two)),
        "wordings (SHA-256)": (one.wordings_sha256, two.wordings_sha256),
        "masked names": (one.author_names, two.author_names),
    }
    rubrics = {entry.label: entry for entry in one.judges}
    for entry in two.judges:
        same = rubrics.get(entry.label)
        if same:
            compared[f"rubric of judge {entry.label}"] = (same.rubric, entry.rubric)
            compared[f"settings of judge {entry.label}"] = (
                (same.model and same.model.asks, same.context),
                (entry.model and entry.model.asks, entry.context),
            )
    models = {entry.label: entry for entry in one.models}
    for model in two.models:
        if model.label in models:
            raise UserError(
                f"{other.folder}: model {model.label} is in {first.folder} too; studies of different models merge"
            )
    for what, (had, has) in compared.items():
        if had != has:
            raise UserError(
                f"{first.folder} and {other.folder} differ in {what}: {had!r} and {has!r}; they do not merge"
            )


def _conditions(manifest: Manifest) -> list[tuple[str, str | None]]:
    return [(condition.name, condition.system_prompt) for condition in manifest.asked_under]


def _merged(studies: Sequence[Study]) -> Manifest:
    first = studies[0].manifest
    models: list[ModelEntry] = []
    judges = {entry.label: entry for study in reversed(studies) for entry in study.manifest.judges}
    for study in studies:
        own = study.manifest
        models += [entry.model_copy(update={"origin": entry.origin or own.id}) for entry in own.models]
    return first.model_copy(
        update={
            "models": models,
            "judges": list(judges.values()),
            "judge_reasoning": any(study.manifest.judge_reasoning for study in studies),
        }
    )
