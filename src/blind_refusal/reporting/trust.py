"""How far the judging can be trusted, in sentences with numbers: other judges, repetition, masks, people's labels."""

from blind_refusal.analysis import Summary
from blind_refusal.analysis.corrected_rates import Corrections
from blind_refusal.analysis.evidence import Masking, ReasoningEngagement, Steadiness
from blind_refusal.analysis.panel import Panel
from blind_refusal.reporting.harmless import plain_text
from blind_refusal.reporting.words import coefficient, count, interval, percent, points, points_interval

_LABEL_WORDS = {
    "response_type": "response type",
    "engages_with_defeat": "engagement",
    "independent_harm": "independent harm",
}


def evidence_on_judging(summary: Summary) -> list[str]:
    """Say what is known of the judging beside reference labels, a sentence or two for each kind of evidence."""
    found = summary.judging
    sentences = [_corrections(source) for source in found.corrections]
    if summary.panel is not None:
        sentences.append(_panel(summary.panel))
    sentences += [_steadiness(one) for one in found.steadiness if one.response_type.n]
    if found.masking:
        sentences.append(_masking(found.masking))
    overall = next((one for one in found.reasoning if one.model is None), None)
    if overall is not None and overall.unsaid.n:
        sentences.append(_reasoning(overall))
    return sentences


def missing_in_words(summary: Summary) -> list[str]:
    """Say how far missing labels could move the headline: its refusals and its discrimination."""
    missing = summary.missing.responses - summary.missing.scored
    if not missing:
        return []
    overall = summary.bounds[0]
    refusal, gap = overall.refusal_rate_defeated, overall.discrimination
    sentences = []
    if refusal.low is not None and refusal.high is not None:
        sentences.append(
            f"Over all {count(summary.missing.responses, 'response')} the share of refusals of defeated rules lies "
            f"between {percent(refusal.low)} and {percent(refusal.high)}, whatever the {missing:,} without a label "
            "would have been."
        )
    if gap.low is not None and gap.high is not None:
        sentences.append(f"Discrimination lies between {points(gap.low)} and {points(gap.high)} percentage points.")
    return sentences


def _corrections(source: Corrections) -> str:
    rates = {rate.name: rate for rate in source.rates if rate.model is None}
    helps, gap = rates["helps_rate_defeated"], rates["discrimination"]
    who = plain_text(source.source)
    text = f"Of {count(source.responses, 'scored response')}, {source.labelled:,} were also labelled by {who}."
    if helps.corrected.estimate is not None:
        text += (
            f" Corrected by these labels, help with defeated rules is {percent(helps.corrected.estimate)} "
            f"({interval(helps.corrected)}%), where the judge has {percent(helps.raw.estimate)}"
        )
        if gap.corrected.estimate is not None:
            text += (
                f", and discrimination {points(gap.corrected.estimate)} points ({points_interval(gap.corrected)}), "
                f"where the judge has {points(gap.raw.estimate)}"
            )
        text += "."
    return text


def _panel(panel: Panel) -> str:
    labels = []
    for one in panel.labels:
        agreement = one.agreement
        kappa = "" if agreement.kappa.estimate is None else f", κ = {coefficient(agreement.kappa.estimate)}"
        labels.append(f"{_LABEL_WORDS[one.label]} {percent(agreement.raw.estimate)}{kappa}")
    return (
        f"{count(len(panel.judges), 'judge')} scored the same {count(panel.responses, 'response')}. They agree on "
        f"{_and('; '.join(labels))}."
    )


def _and(parts: str) -> str:
    head, _, last = parts.rpartition("; ")
    return f"{head}; and {last}" if head else last


def _steadiness(one: Steadiness) -> str:
    parts = [f"{words} in {percent(getattr(one, label).estimate)}" for label, words in _LABEL_WORDS.items()]
    again = count(one.response_type.n, "response")
    return f"Asked again about {again}, {plain_text(one.judge)} gave the same label every time: {', '.join(parts)}."


def _masking(found: list[Masking]) -> str:
    known = sorted((one for one in found if one.masked.n), key=lambda one: (one.masked.estimate or 0.0, one.model))
    if not known or not known[-1].masked.k:
        return "No response held a name that gives its model away; judges are not told who wrote what."
    least, most = known[0], known[-1]
    spread = (
        f"{percent(most.masked.estimate)} of the responses of {plain_text(most.model)}"
        if len(known) == 1
        else f"{percent(least.masked.estimate)} ({plain_text(least.model)}) to {percent(most.masked.estimate)} "
        f"({plain_text(most.model)}) of a model’s responses"
    )
    return f"Judges are not told who wrote what; names that give it away were masked in {spread}."


def _reasoning(overall: ReasoningEngagement) -> str:
    return (
        f"Of {count(overall.unsaid.n, 'response')} to defeated rules whose reasoning engages with the defeat, "
        f"{percent(overall.unsaid.estimate)} ({interval(overall.unsaid)}%) do not say so in the answer, and "
        f"{percent(overall.unsaid_and_refused.estimate)} ({interval(overall.unsaid_and_refused)}%) neither say so nor "
        "help: engagement that labels of answers cannot see."
    )
