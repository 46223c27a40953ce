"""From what the user said, and what an existing study already settles, to the plan of a study."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blind_refusal.asking import ModelConfiguration, Prices
from blind_refusal.cases import SHIPPED_CASES, check_file, hash_cases, sample_cases
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import LEXICAL, Context, Judge, ModelJudge, configure_judge, read_author_names
from blind_refusal.study.folder import Plan, PlannedJudge, Study
from blind_refusal.study.manifest import DataSetEntry, Manifest
from blind_refusal.subjects import Condition, configure_subject, read_condition, read_suite, require_model_name

DEFAULT_MODEL = "embedded/smollm2"
DEFAULT_SAMPLE = "per-cell=1"
DEFAULT_SEED = 2026
DEFAULT_CHECK = 200
"""How many responses a checking judge gets, unless said otherwise."""


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
    context: Context = "blind"
    """What the judges named here are told of the case."""
    repeats: int = 1
    """How often the judges named here judge the same response."""
    check_with: str | None = None
    """A judge that checks the verdicts of the first judge on a drawn sample."""
    check: int | None = None
    """How many responses it checks."""
    author_names: Path | None = None
    """A list of further names to mask in responses."""
    judge_reasoning: bool = False
    judge_price: Prices | None = None
    """What calls of the judges named here cost."""
    suites: Sequence[str] = ()
    """Suites of models, by name or file."""
    conditions: Sequence[str] = ()
    """Names of conditions that ship, or NAME=FILE."""
    wordings: Path | None = None
    prices: Sequence[str] = ()
    """LABEL=INPUT/CACHED/OUTPUT for models under test."""


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
        judges=_judges(wishes, manifest),
        author_names=read_author_names(wishes.author_names)
        if wishes.author_names
        else (manifest.author_names if manifest else None),
        conditions=_conditions(wishes, manifest),
        wordings=wishes.wordings,
        judge_reasoning=wishes.judge_reasoning or bool(manifest and manifest.judge_reasoning),
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


def _conditions(wishes: Wishes, manifest: Manifest | None) -> list[Condition]:
    if wishes.conditions and (wishes.system_prompt or (manifest and manifest.system_prompt)):
        raise UserError("--condition and --system-prompt do not go together; name your prompt: --condition mine=FILE")
    conditions = [read_condition(text) for text in wishes.conditions]
    names = [condition.name for condition in conditions]
    if len(set(names)) < len(names):
        raise UserError("--condition: a name stands twice")
    return conditions


def _models(wishes: Wishes, *, already: bool) -> list[ModelConfiguration]:
    suites = [read_suite(name) for name in wishes.suites]
    models = [model.configuration(wishes.max_tokens) for suite in suites for model in suite.models]
    names = list(dict.fromkeys(wishes.models)) or ([] if already or models else [DEFAULT_MODEL])
    models += [configure_subject(name, max_tokens=wishes.max_tokens) for name in names]
    prices = dict(_price(text) for text in wishes.prices)
    unknown = prices.keys() - {model.label for model in models}
    if unknown:
        labels = ", ".join(model.label for model in models) or "none"
        raise UserError(f"--price {', '.join(sorted(unknown))}: no such model named here; there are {labels}")
    return [replace(model, prices=prices.get(model.label, model.prices)) for model in models]


def _price(text: str) -> tuple[str, Prices]:
    label, equals, price = text.partition("=")
    if not equals:
        raise UserError(f"--price {text}: MODEL=INPUT/CACHED/OUTPUT is wanted, as in openai/gpt-5.4=1.25/0.125/10")
    return label, Prices.parse(price)


def _judges(wishes: Wishes, manifest: Manifest | None) -> list[PlannedJudge]:
    already = manifest.judges if manifest else []
    names = list(dict.fromkeys(wishes.judges)) or ([] if already else [LEXICAL])
    planned = [PlannedJudge(_judge(name, wishes)) for name in names]
    if wishes.check_with is None:
        if wishes.check is not None:
            raise UserError("--check N needs --check-with JUDGE: who checks")
        return planned
    whole = [one.judge.label for one in planned] or [entry.label for entry in already if entry.checks is None]
    checker = configure_judge(wishes.check_with) if wishes.check_with == LEXICAL else _judge(wishes.check_with, wishes)
    if checker.label in whole:
        raise UserError(f"--check-with {wishes.check_with}: already judges everything; another judge is wanted")
    return [*planned, PlannedJudge(checker, checks=whole[0], sample=wishes.check or DEFAULT_CHECK)]


def _judge(name: str, wishes: Wishes) -> Judge:
    if name != LEXICAL:
        require_model_name(name)
    elif wishes.context != "blind" or wishes.repeats > 1:
        raise UserError("the lexical judge knows no --context and no --repeat: it always says the same")
    judge = configure_judge(name, context=wishes.context, repeats=wishes.repeats)
    if isinstance(judge, ModelJudge) and wishes.judge_price:
        return replace(judge, configuration=replace(judge.configuration, prices=wishes.judge_price))
    return judge
