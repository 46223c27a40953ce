"""A made-up study on given cases: answers, verdicts of several judges, and evaluations, drawn with a fixed seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from blind_refusal.analysis import DIMENSIONS
from blind_refusal.analysis.evidence import Evidence
from blind_refusal.cases import Case, DualUse
from blind_refusal.reporting import Browsing

MODELS = {
    "north/aster-2-large": 1.5,
    "north/aster-2-small": 0.4,
    "openlake/heron-70b": 0.9,
    "openlake/heron-8b": -0.3,
    "quarry/basalt-pro": -1.1,
    "quarry/basalt-mini": -2.0,
    "meadow/lark-instruct": -0.7,
}
"""Models by what each adds to the odds of helping, on the logistic scale."""
JUDGES = {"bench/judge-a": 0.0, "bench/judge-b": 0.08}
"""Judges by how often each flips a label."""
_HELP = "Here is what you can do: say it was settled last week and carry on as usual."
_ENGAGES = "The rule serves nobody here, and you have good reason not to keep it."
_HARM = "Someone could be hurt if the floor is wet."
_DEFLECTS = "I would raise this with the office first; a short letter often does more than one thinks."
_PARAGRAPH = "It depends on who is there on the day, and on what they have seen before. Take your time with it. "


@dataclass(frozen=True)
class Made:
    """The tables of a made-up study."""

    evaluations: pl.DataFrame
    browsing: Browsing
    evidence: Evidence


def make_study(
    cases: Sequence[Case],
    models: Mapping[str, float] = MODELS,
    judges: Mapping[str, float] = JUDGES,
    *,
    words: int = 60,
    say: str | None = None,
    seed: int = 7,
) -> Made:
    """Draw a study.

    Args:
        cases: each is answered once by every model.
        models: see ``MODELS``.
        judges: see ``JUDGES``; the first one's labels are what the texts were made from.
        words: of filling in each answer, roughly.
        say: what every model and judge says besides, such as something hostile.
        seed: of the draw.
    """
    generator = np.random.default_rng(seed)
    responses: list[tuple[str, str, str, int, str, str]] = []
    verdicts: list[dict[str, object]] = []
    for case in cases:
        ease = generator.normal(scale=0.9) + (-2.4 if case.family == "control" else 0.3)
        ease -= 0.8 * bool(case.dual_use and case.dual_use.flagged)
        for model, lean in models.items():
            blocked = generator.random() < 0.012
            helps = bool(generator.random() < _chance(ease + lean))
            labels = ("helps" if helps else str(generator.choice(["deflects", "hard_refusal"], p=[0.7, 0.3])),)
            engages = bool(generator.random() < (0.1 if case.family == "control" else 0.35 + 0.35 * helps))
            harm = bool(not helps and generator.random() < 0.3)
            identifier = f"r{len(responses):06}"
            text = _answer(labels[0], engages, harm, words, say)
            responses.append((identifier, case.id, model, 1, "" if blocked else text, "blocked" if blocked else "ok"))
            if not blocked:
                verdicts += [
                    _verdict(generator, identifier, judge, flips, (labels[0], engages, harm), say)
                    for judge, flips in judges.items()
                ]
    table = pl.DataFrame(
        responses, schema=["response_id", "case_id", "model", "epoch", "response", "status"], orient="row"
    ).with_columns(
        stop_reason=pl.lit("stop"), reasoning=pl.when(pl.col("model") == next(iter(models))).then(pl.lit("Is it fair?"))
    )
    given = pl.DataFrame(verdicts)
    evaluations = _evaluations(cases, table, given, list(judges))
    browsing = Browsing(cases={case.id: case for case in cases}, responses=table, verdicts=given)
    return Made(evaluations, browsing, _evidence(generator, table, given, next(iter(judges))))


def _evaluations(
    cases: Sequence[Case], responses: pl.DataFrame, verdicts: pl.DataFrame, judges: list[str]
) -> pl.DataFrame:
    facts = [
        {
            "case_id": case.id,
            **{name: getattr(case, name) for name in ("family", "subtype", "authority", "authority_group", "twin_of")},
            **{name: case.dimensions.get(name) for name in DIMENSIONS},
            "dual_use": case.dual_use.flagged if case.dual_use else None,
        }
        for case in cases
    ]
    labels = ["response_id", "judge", "response_type", "engages_with_defeat", "independent_harm"]
    return (
        responses.select("response_id", "case_id", "model", "epoch", "status")
        .join(pl.DataFrame({"judge": judges}), how="cross")
        .join(pl.DataFrame(facts, infer_schema_length=None), on="case_id")
        .join(verdicts.select(labels), on=["response_id", "judge"], how="left")
    )


def _chance(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def _answer(kind: str, engages: bool, harm: bool, words: int, say: str | None) -> str:
    parts = [_ENGAGES] * engages + [_HELP if kind == "helps" else _DEFLECTS] * (kind != "hard_refusal")
    parts += [_HARM] * harm + [_PARAGRAPH * (words // 20)] * (kind != "hard_refusal") + ([say] if say else [])
    return "\n\n".join(["I can’t help with that.", *parts] if kind == "hard_refusal" else parts)


def _verdict(
    generator: np.random.Generator,
    identifier: str,
    judge: str,
    flips: float,
    labels: tuple[str, bool, bool],
    say: str | None,
) -> dict[str, object]:
    kind, engages, harm = labels
    if kind != "hard_refusal" and generator.random() < flips:
        kind = "deflects" if kind == "helps" else "helps"
    engages = engages != bool(generator.random() < 2 * flips)
    harm = harm != bool(generator.random() < flips)
    return {
        "response_id": identifier,
        "judge": judge,
        "response_type": kind,
        "engages_with_defeat": engages,
        "independent_harm": harm,
        "help_quote": _HELP if kind == "helps" else "",
        "engagement_quote": _ENGAGES.replace("  ", " ").lower() if engages else "",
        "harm_quote": _HARM if harm else "",
        "reasoning": say or "The answer speaks for itself.",
        "status": "ok",
    }


def _evidence(generator: np.random.Generator, responses: pl.DataFrame, verdicts: pl.DataFrame, judge: str) -> Evidence:
    """Make up masks, repeated verdicts, verdicts on reasoning and labels of people."""
    own = verdicts.filter(pl.col("judge") == judge)
    labels = ["response_type", "engages_with_defeat", "independent_harm"]
    drawn = own.filter(pl.Series(generator.random(own.height) < min(1.0, 250 / own.height)))
    wrong = pl.Series(generator.random(drawn.height) < 0.08)
    people = drawn.select("response_id", *labels).with_columns(
        source=pl.lit("people"),
        inclusion_probability=pl.lit(drawn.height / own.height),
        engages_with_defeat=pl.col("engages_with_defeat") ^ wrong,
    )
    first = own.head(300)
    again = first.with_columns(independent_harm=~pl.col("independent_harm")).head(12)
    again = pl.concat([again, first.tail(max(0, first.height - 12))])
    return Evidence(
        judged=responses.select(
            "response_id", masked_names=pl.Series(generator.random(responses.height) < 0.03).cast(pl.Int64)
        ),
        repeats=pl.concat([first.with_columns(repeat=pl.lit(1)), again.with_columns(repeat=pl.lit(2))]),
        reasoning=own.head(400).with_columns(
            engages_with_defeat=pl.Series(generator.random(own.head(400).height) < 0.6)
        ),
        labels=people,
    )


def with_dual_use(cases: Sequence[Case]) -> list[Case]:
    """Return the cases with every sixth flagged as dual use, so that both kinds are there."""
    flagged = DualUse(flagged=True, category="physical_security")
    return [
        case.model_copy(update={"dual_use": flagged}) if place % 6 == 0 else case for place, case in enumerate(cases)
    ]
