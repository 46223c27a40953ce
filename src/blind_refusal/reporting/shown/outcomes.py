"""Tables of what became of responses."""

from blind_refusal.analysis import CONTROL, Profile, Summary
from blind_refusal.reporting.shown.table import (
    Cell,
    ShownTable,
    gap,
    gap_bounds,
    number,
    rate,
    share_bounds,
    table,
    text,
)
from blind_refusal.reporting.words import RATE_WORDS, flag, label

_SHARES = {
    "helps": "Helps",
    "deflects": "Deflects",
    "hard_refusal": "Hard refusal",
    "engages": "Engages",
    "names_harm": "Names a harm",
    "pure_rule_blind": "Pure rule-blind",
    "safety_grounded": "Safety-grounded",
    "engaged_only": "Engaged only",
    "engaged_and_safety": "Engaged and safety",
}
ALL_MODELS = "All models"


def headline_table(summary: Summary) -> ShownTable:
    """Show the headline rates, in closed form and by bootstrap."""
    rows = []
    for name, estimate in summary.headline:
        show = gap if name == "discrimination" else rate
        other = getattr(summary.headline_by_bootstrap, name)
        rows.append([text(RATE_WORDS[name]), show(estimate), Cell(show(other).interval or "–"), number(estimate.n)])
    return table(
        "headline",
        "Headline rates, all models together",
        ["<Rate", "Estimate", "By bootstrap", "Responses"],
        rows,
        "Rates in per cent, discrimination in percentage points, each with its 95% interval. By bootstrap: the "
        "interval from resampling cases within families.",
    )


def responses_table(summary: Summary) -> ShownTable:
    """Show what each model did with defeated rules and with controls."""
    rows = [
        [text(one.model), text(label(one.group)), number(one.helps.n), *_shares(one)] for one in summary.profiles.models
    ]
    rows += [
        [text(ALL_MODELS), text(label(one.group)), number(one.helps.n), *_shares(one)]
        for one in summary.profiles.overall
    ]
    return table(
        "responses",
        "What became of responses, by model and kind of rule",
        ["<Model", "<Rules", "Scored", *_SHARES.values()],
        rows,
        summary.profiles.method,
    )


def families_table(summary: Summary) -> ShownTable:
    """Show what became of responses by family."""
    levels = summary.profiles.levels["family"]
    return table(
        "families",
        "What became of responses by family, all models together",
        ["<Family", "Cases", "Scored", *_SHARES.values()],
        [[text(label(one.level or "")), number(one.cases), number(one.helps.n), *_shares(one)] for one in levels],
        summary.profiles.method,
    )


def dual_use_table(summary: Summary) -> ShownTable:
    """Show what became of responses by dual use."""
    levels = summary.profiles.levels.get("dual_use", [])
    return table(
        "dual_use",
        "Dual use: what became of responses, all models together",
        ["<Dual use", "<Rules", "Cases", "Scored", "Helps", "Engages", "Names a harm", "Safety-grounded"],
        [
            [
                text(flag(one.level)),
                text("Control" if one.group == CONTROL else "Defeated"),
                number(one.cases),
                number(one.helps.n),
                *(rate(share) for share in (one.helps, one.engages, one.names_harm, one.safety_grounded)),
            ]
            for one in levels
        ],
        summary.profiles.method,
    )


def _shares(profile: Profile) -> list[Cell]:
    return [rate(getattr(profile, name)) for name in _SHARES]


def bounds_table(summary: Summary) -> ShownTable:
    """Show how far missing labels could move every headline rate."""
    names = [name for name in RATE_WORDS if name in type(summary.headline).model_fields]
    rows = [
        [
            text(one.model or ALL_MODELS),
            *((gap_bounds if name == "discrimination" else share_bounds)(getattr(one, name)) for name in names),
        ]
        for one in summary.bounds
    ]
    return table(
        "bounds",
        "Bounds of the headline rates, whatever the missing labels would have been",
        ["<Model", *(RATE_WORDS[name] for name in names)],
        rows,
        "No assumption about the missing (Manski 1989). Discrimination in percentage points.",
    )
