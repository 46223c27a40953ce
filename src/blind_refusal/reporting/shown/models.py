"""Tables that compare models, and of what goes with help."""

from blind_refusal.analysis import Comparisons, Summary
from blind_refusal.reporting.shown.outcomes import ALL_MODELS
from blind_refusal.reporting.shown.table import (
    Cell,
    ShownTable,
    gap,
    number,
    odds_ratio,
    plain,
    probability,
    rate,
    table,
    text,
)
from blind_refusal.reporting.words import RATE_WORDS, label, level, percent, points, variant_name


def discrimination_table(summary: Summary) -> ShownTable:
    """Show how well each model tells defeated rules from controls."""
    found = summary.discrimination
    rows = [
        [
            text(one.model or ALL_MODELS),
            rate(one.helps_defeated),
            rate(one.helps_control),
            gap(one.difference),
            plain(one.d_prime),
            plain(one.criterion),
        ]
        for one in [*found.models, found.overall]
    ]
    return table(
        "discrimination",
        "Telling defeated rules from controls",
        ["<Model", "Helps, defeated", "Helps, control", "Difference", "d′", "Criterion"],
        rows,
        f"{found.method} Criterion above 0: rather does not help; below 0: rather does. Youden’s J is the difference.",
    )


def decoupling_table(summary: Summary) -> ShownTable:
    """Show how engagement and help go together."""
    found = summary.decoupling
    rows = [
        [
            text(one.model or ALL_MODELS),
            rate(one.help_given_engagement),
            rate(one.help_given_no_engagement),
            odds_ratio(one.odds_ratio),
            rate(one.engagement_among_refusals),
            rate(one.blind_among_refusals),
            rate(one.safety_among_refusals),
            rate(one.engaged_only_among_refusals),
            rate(one.engaged_and_safety_among_refusals),
        ]
        for one in [*found.models, found.overall]
    ]
    headings = ["<Model", "Helps if engaged", "Helps if not", "Odds ratio"]
    of_refusals = ["engaged", "rule-blind", "safety-grounded", "engaged only", "engaged and safety"]
    return table(
        "decoupling",
        "Engagement and help on defeated rules, and what refusals are made of",
        [*headings, *(f"Refusals: {words}" for words in of_refusals)],
        rows,
        found.method,
    )


def twins_table(summary: Summary) -> ShownTable | None:
    """Show responses to twins."""
    twins = summary.twins
    if twins is None:
        return None
    rows = [
        [
            text(one.model or ALL_MODELS),
            number(one.pairs),
            number(one.twins),
            *(rate(share) for share in (one.only_defeated, one.only_control, one.both, one.neither)),
            gap(one.difference),
            probability(one.p),
        ]
        for one in [*twins.models, twins.overall]
    ]
    headings = ["<Model", "Pairs", "Twins", "Defeated only", "Control only", "Both", "Neither", "Difference", "p"]
    return table("twins", "Which of two twins a model helps with", headings, rows, twins.method)


def drivers_table(summary: Summary) -> ShownTable:
    """Show the regression of help."""
    found = summary.drivers
    rows = [
        [
            text(label(one.variable)),
            text(level(one.variable, one.level)),
            text(level(one.variable, one.reference) if one.reference else None),
            odds_ratio(one.odds_ratio),
            gap(one.effect),
            Cell(percent(one.k / one.n) if one.n else "–"),
            number(one.n),
        ]
        for one in found.drivers
    ]
    headings = ["<Variable", "<Level", "<Against", "Odds ratio", "Adjusted difference", "Helps, raw", "Responses"]
    note = " ".join([found.method, *found.notes])
    return table("drivers", "What goes with help", headings, rows, note)


def ranks_table(comparisons: Comparisons | None, rates: tuple[str, ...] | None = None) -> ShownTable | None:
    """Show the ranks of models, by some headline rates or by all."""
    if comparisons is None:
        return None
    rows = [
        [
            text(RATE_WORDS[one.rate]),
            text(one.model),
            Cell(points(one.estimate) if one.rate == "discrimination" else percent(one.estimate)),
            Cell(str(one.rank), f"{one.low} to {one.high}"),
        ]
        for one in comparisons.ranks
        if rates is None or one.rate in rates
    ]
    headings = ["<By", "<Model", "Rate", "Rank"]
    return table("ranks", "Ranks of models, the highest rate first", headings, rows, comparisons.method_of_ranks)


def variants_table(summary: Summary) -> ShownTable | None:
    """Show every headline rate under every condition and wording, and its change against the base."""
    rows = []
    for one in summary.variants:
        for name, estimate in one.headline:
            show = gap if name == "discrimination" else rate
            found = one.changes.get(name) if one.changes else None
            change = [gap(found.change), probability(found.p)] if found else [text(None), text(None)]
            rows.append([text(RATE_WORDS[name]), text(variant_name(one)), show(estimate), *change, number(estimate.n)])
    headings = ["<Rate", "<Condition, wording", "Estimate", "Change", "p", "Responses"]
    note = "Changes against the base, in percentage points, over what models have a scored response to both ways."
    return table("variants", "Headline rates by condition and wording", headings, rows, note) if rows else None


def differences_table(comparisons: Comparisons | None, rates: tuple[str, ...] | None = None) -> ShownTable | None:
    """Show the paired differences of models, by some headline rates or by all."""
    if comparisons is None:
        return None
    rows = [
        [
            text(RATE_WORDS[one.rate]),
            text(one.second),
            text(one.first),
            gap(one.difference),
            probability(one.p),
            probability(one.p_holm),
            number(one.cases),
        ]
        for one in comparisons.differences
        if rates is None or one.rate in rates
    ]
    return table(
        "differences",
        "Paired differences of models in percentage points",
        ["<Rate", "<Model", "<Less", "Difference", "p", "p (Holm)", "Cases"],
        rows,
        comparisons.method_of_differences,
    )
