"""``summary.md``: what was found, short enough for a model card."""

from typing import Final

from blind_refusal.analysis import Estimate, ModelSummary, Summary
from blind_refusal.reporting.citation import CITATION, STUDY
from blind_refusal.reporting.facts import RunFacts
from blind_refusal.reporting.findings import answer, cautions, trust_in_short
from blind_refusal.reporting.harmless import shortened
from blind_refusal.reporting.words import RATE_WORDS, count, interval, percent, points, points_interval

MOST_MODELS: Final = 25
"""With more models only those that discriminate best have a line."""
_MARKUP: Final = "\\`*_[]|<>&#~$@"
_NAME_LIMIT: Final = 60


def markdown_text(text: str, limit: int = 500) -> str:
    """Return untrusted text as Markdown that shows it and nothing else: no link, image, heading or HTML."""
    escaped = "".join(f"\\{char}" if char in _MARKUP else char for char in shortened(text, limit))
    return escaped.replace("://", "\\://").replace("www.", "www\\.")


def model_card(summary: Summary, title: str, facts: RunFacts, cases: tuple[int, int, int]) -> str:
    """Write the summary.

    Args:
        summary: the numbers.
        title: of the report.
        facts: what else is known of the run.
        cases: how many in all, and how many defeated ones and controls have a scored response.
    """
    everything, defeated, control = cases
    sentences = answer(summary.headline, [model.model for model in summary.models], defeated)
    lines = [f"## Blind refusal: {markdown_text(title)}", ""]
    lines += [" ".join(markdown_text(sentence) for sentence in sentences), ""]
    lines += [f"> {markdown_text(caution)}" for caution in cautions(defeated, control, summary.missing)]
    lines += [f"> {markdown_text(note)}" for note in facts.notes[:4]]
    lines += ["", "| Rate | Estimate | 95% interval | n |", "|---|--:|--:|--:|"]
    lines += [_headline_row(name, estimate) for name, estimate in summary.headline]
    if len(summary.models) > 1:
        lines += ["", *_models(summary.models)]
    missing = summary.missing.responses - summary.missing.scored
    lines += [
        "",
        f"- {count(everything, 'case')}, {count(summary.missing.responses, 'response')}, {missing:,} without a label.",
    ]
    lines.append(f"- {markdown_text(trust_in_short(facts.judge(summary.judge)))}")
    lines += [f"- {_correction(summary)}"] if summary.judging.corrections else []
    lines += ["- Intervals take cases as clusters within families. Rates are shares of scored responses.", ""]
    lines += [f"Instrument: {markdown_text(CITATION)}  ", f"Study: {markdown_text(STUDY)}"]
    return "\n".join(lines) + "\n"


def _headline_row(name: str, estimate: Estimate) -> str:
    signed = name == "discrimination"
    value, limits = (
        (points(estimate.estimate), points_interval(estimate))
        if signed
        else (
            percent(estimate.estimate),
            f"{interval(estimate)}%",
        )
    )
    return f"| {RATE_WORDS[name]}{' (points)' if signed else ''} | {value} | {limits} | {estimate.n:,} |"


def _models(models: list[ModelSummary]) -> list[str]:
    ordered = sorted(
        models, key=lambda one: (one.discrimination.n == 0, -(one.discrimination.estimate or 0.0), one.model)
    )
    lines = ["| Model | Helps, defeated | Helps, control | Discrimination | Pure rule-blind |", "|---|--:|--:|--:|--:|"]
    for one in ordered[:MOST_MODELS]:
        rates = (one.helps_rate_defeated, one.helps_rate_control)
        shown = [percent(rate.estimate) for rate in rates]
        gap = f"{points(one.discrimination.estimate)} ({points_interval(one.discrimination)})"
        cells = [markdown_text(one.model, _NAME_LIMIT), *shown, gap, percent(one.pure_rule_blind.estimate)]
        lines.append(f"| {' | '.join(cells)} |")
    if len(ordered) > MOST_MODELS:
        lines.append(f"| and {len(ordered) - MOST_MODELS} more in tables/models.csv | | | | |")
    return lines


def _correction(summary: Summary) -> str:
    source = summary.judging.corrections[0]
    rate = next(one for one in source.rates if one.name == "helps_rate_defeated" and one.model is None)
    labels = f"{count(source.labelled, 'label')} of {markdown_text(source.source)}"
    corrected = f"{percent(rate.corrected.estimate)} ({interval(rate.corrected)}%)"
    return (
        f"Corrected for the judge’s errors by {labels}: helps with defeated rules {corrected} instead of "
        f"{percent(rate.raw.estimate)}."
    )
