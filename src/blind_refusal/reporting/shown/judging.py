"""Tables of how far the judging can be trusted; each is None where nothing is known."""

from blind_refusal.analysis import Summary
from blind_refusal.reporting.shown.outcomes import ALL_MODELS
from blind_refusal.reporting.shown.table import Cell, ShownTable, gap, number, plain, rate, table, text
from blind_refusal.reporting.words import RATE_WORDS, coefficient, label


def panel_table(summary: Summary) -> ShownTable | None:
    """Show the agreement of all judges by label."""
    panel = summary.panel
    if panel is None:
        return None
    rows = [
        [
            text(label(one.label)),
            *(plain(getattr(one.agreement, name)) for name in ("raw", "kappa", "ac1", "alpha")),
            rate(one.unanimous),
            number(one.ties),
            number(one.agreement.items),
        ]
        for one in panel.labels
    ]
    headings = ["<Label", "Same label", "κ", "AC1", "α", "Unanimous", "Ties", "Responses"]
    note = "Over responses that at least two judges scored. κ is Conger’s for more than two judges."
    return table("panel", "Agreement of all judges", headings, rows, note)


def panel_headline_table(summary: Summary) -> ShownTable | None:
    """Show the headline by the majority of judges beside that by the headline's judge."""
    panel = summary.panel
    if panel is None or len(panel.judges) < 3:
        return None
    rows = []
    for name, estimate in summary.headline:
        show = gap if name == "discrimination" else rate
        rows.append([text(RATE_WORDS[name]), show(estimate), show(getattr(panel.headline, name))])
    return table(
        "majority",
        "Headline rates by the majority of judges",
        ["<Rate", "This judge", "Majority"],
        rows,
        f"{panel.tied:,} responses with a tie are left out of the majority’s rates.",
    )


def steadiness_table(summary: Summary) -> ShownTable | None:
    """Show how often a judge repeats itself."""
    found = summary.judging.steadiness
    if not found:
        return None
    rows = [
        [
            text(one.judge),
            rate(one.response_type),
            rate(one.engages_with_defeat),
            rate(one.independent_harm),
            number(one.response_type.n),
        ]
        for one in found
    ]
    headings = ["<Judge", "Response type", "Engagement", "Harm", "Responses"]
    return table("steadiness", "Steadiness: the same label each time the same response is judged", headings, rows)


def masking_table(summary: Summary) -> ShownTable | None:
    """Show in how many responses names that give the author away were masked."""
    found = summary.judging.masking
    if not found:
        return None
    rows = [[text(one.model), rate(one.masked), number(one.masked.k), number(one.masked.n)] for one in found]
    headings = ["<Model", "Share", "Masked", "Responses"]
    return table(
        "masking", "Responses in which a name that gives the model away was masked before judging", headings, rows
    )


def reasoning_table(summary: Summary) -> ShownTable | None:
    """Show what models see in their reasoning and do not say."""
    found = summary.judging.reasoning
    if not found:
        return None
    rows = [
        [
            text(one.model or ALL_MODELS),
            rate(one.engages_in_reasoning),
            rate(one.engages_in_answer),
            rate(one.unsaid),
            rate(one.unsaid_and_refused),
            number(one.engages_in_reasoning.n),
        ]
        for one in found
    ]
    headings = ["<Model", "Engages in reasoning", "Engages in answer", "Unsaid", "Unsaid and refused", "Responses"]
    note = (
        "Defeated rules, responses with labels of both reasoning and answer. Unsaid: of the responses whose reasoning "
        "engages, those whose answer does not."
    )
    return table("reasoning", "Engagement in the reasoning and in the answer", headings, rows, note)


def corrections_table(summary: Summary) -> ShownTable | None:
    """Show rates as judged and corrected for the judge's errors."""
    rows = []
    for source in summary.judging.corrections:
        for one in source.rates:
            show = gap if one.name == "discrimination" else rate
            rows.append(
                [
                    text(RATE_WORDS[one.name]),
                    text(one.model or ALL_MODELS),
                    text(source.source),
                    show(one.raw),
                    show(one.corrected),
                    show(one.confusion),
                    show(one.labels_alone),
                    number(one.labelled),
                    Cell(coefficient(one.judge_weight)),
                ]
            )
    if not rows:
        return None
    headings = [
        "<Rate",
        "<Model",
        "<Labels of",
        "As judged",
        "Corrected",
        "By confusion",
        "Labels alone",
        "Labels",
        "λ",
    ]
    note = (
        "Corrected: prediction-powered inference with a tuned weight λ on the judge (1 trusts it in full). By "
        "confusion: by the judge’s sensitivity and specificity, as a cross-check. Discrimination in percentage points."
    )
    return table("corrections", "Rates corrected for the judge’s errors", headings, rows, note)
