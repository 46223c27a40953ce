"""From what the user said, and what an existing study already settles, to the plan of a study."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from blind_refusal.asking import ModelConfiguration
from blind_refusal.cases import SHIPPED_CASES, check_file, hash_cases, sample_cases
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import LEXICAL, Judge, ModelJudge, configure_judge
from blind_refusal.study.folder import Plan, Study
from blind_refusal.study.manifest import DataSetEntry, JudgeEntry
from blind_refusal.subjects import configure_subject, require_model_name

DEFAULT_MODEL = "embedded/smollm2"
DEFAULT_SAMPLE = "per-cell=1"
DEFAULT_SEED = 2026


@dataclass(frozen=True)
class Wishes:
    """What the user said; None and empty mean that they said nothing about it."""

    models: Sequence[str] = ()
    judges: Sequence[str] = ()
    cases: Path | None = None
    sample: str | None = None
    seed: int | None = None
    epochs: int | None = None
    system_prompt: Path | None = None
    max_tokens: int | None = None


def make_plan(study: Study, wishes: Wishes) -> Plan:
    """Fill in what the user left open: from the study if it has been begun, from the defaults otherwise.

    Raises:
        UserError: if something that they said is not possible.
        FaultyInput: with every bad line of the file of cases.
    """
    manifest = study.manifest if study.exists else None
    sample = wishes.sample or (manifest.sample if manifest else DEFAULT_SAMPLE)
    seed = wishes.seed if wishes.seed is not None else (manifest.seed if manifest else DEFAULT_SEED)
    if manifest and not (wishes.cases or wishes.sample or wishes.seed is not None):
        data_set, cases = manifest.data_set, list(study.cases.values())
    else:
        file = wishes.cases or SHIPPED_CASES
        everything, faults = check_file(file)
        if faults:
            raise FaultyInput(faults)
        name = "shipped with blind-refusal" if file == SHIPPED_CASES else file.name
        data_set = DataSetEntry(name=name, sha256=hash_cases(everything), cases=len(everything))
        cases = sample_cases(everything, sample, seed)
    return Plan(
        data_set=data_set,
        cases=cases,
        sample=sample,
        seed=seed,
        epochs=wishes.epochs or (manifest.epochs if manifest else 1),
        system_prompt=_system_prompt(wishes.system_prompt) or (manifest.system_prompt if manifest else None),
        models=_models(wishes, already=bool(manifest and manifest.models)),
        judges=_judges(wishes, already=bool(manifest and manifest.judges)),
    )


def _system_prompt(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    if not text:
        raise UserError(f"{file}: is empty; leave --system-prompt out to send the query alone")
    return text


def _models(wishes: Wishes, *, already: bool) -> list[ModelConfiguration]:
    names = list(dict.fromkeys(wishes.models)) or ([] if already else [DEFAULT_MODEL])
    return [configure_subject(name, max_tokens=wishes.max_tokens) for name in names]


def _judges(wishes: Wishes, *, already: bool) -> list[Judge]:
    names = list(dict.fromkeys(wishes.judges)) or ([] if already else [LEXICAL])
    for name in names:
        if name != LEXICAL:
            require_model_name(name)
    return [configure_judge(name) for name in names]


def judges_of(study: Study, connections: int | None = None) -> list[Judge]:
    """Return the judges that the study's manifest names."""
    return [_judge_of(entry, connections) for entry in study.manifest.judges]


def _judge_of(entry: JudgeEntry, connections: int | None) -> Judge:
    if entry.model is None:
        return configure_judge(entry.label)
    return ModelJudge(entry.model.configuration(connections))
