"""What is known of judges, as a person reads it on a terminal, and as a program reads it from a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from rich.text import Text

from blind_refusal.cli.console import OUT
from blind_refusal.cli.tables import plain_table
from blind_refusal.files import write_atomically
from blind_refusal.text import one_line

if TYPE_CHECKING:
    from blind_refusal.analysis import Estimate
    from blind_refusal.analysis.corrected_rates import Corrections
    from blind_refusal.analysis.validation import BinaryScores, Validation
    from blind_refusal.asking import Prices
    from blind_refusal.study import Study
    from blind_refusal.study.audit import Audit
    from blind_refusal.study.estimating import JudgingEstimate
    from blind_refusal.study.label_planning import LabelPlan
    from blind_refusal.study.probing import Probe

_NONE = "–"
_SHOWN_FLIPS = 10
_SMALLEST_GROUP = 10
"""Groups with fewer responses are left out of the terminal's table."""


def write_json(file: Path | None, found: Sequence[Any]) -> None:
    """Write records: the first one's fields at the top, and all of them under ``judges``."""
    if file is None:
        return
    plain = [_plain(one) for one in found]
    content = {**plain[0], "judges": plain} if plain else {"judges": []}
    write_atomically(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any record
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(part) for name, part in vars(value).items()}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _share(estimate: "Estimate") -> str:
    if estimate.estimate is None or estimate.low is None or estimate.high is None:
        return _NONE
    return f"{estimate.estimate:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"


def show_validation(found: "Validation") -> None:
    """Print a judge's agreement with a reference."""
    OUT.print(Text(f"\n{one_line(found.judge)}", style="bold"), f"({found.rubric})")
    missing = ", ".join(f"{count} {cause}" for cause, count in found.missing.items())
    OUT.print(f"{found.n} of {found.responses} responses scored{f'; not: {missing}' if missing else ''}")
    table = plain_table("Against the reference (95% intervals)", "", "helps", "engages", "harm")
    columns = [found.helps, found.engagement, found.harm]
    for title, pick in _ROWS.items():
        table.add_row(title, *(_NONE if scores is None else pick(scores) for scores in columns))
    OUT.print(table)
    if found.kappa_response_type is not None:
        OUT.print(f"Cohen's κ of the three response types: {_number(found.kappa_response_type)}\n")
    classes = plain_table("Response types", "type", "precision", "recall")
    for name, scores in found.classes.items():
        classes.add_row(name, _share(scores.precision), _share(scores.recall))
    OUT.print(classes)
    for title, groups in (("family", found.by_family), ("model", found.by_model)):
        if groups:
            by = plain_table(f"Helps or not, by {title}", title, "n", "accuracy", "κ")
            large = {name: group for name, group in groups.items() if group.n >= _SMALLEST_GROUP}
            for name, group in large.items():
                by.add_row(one_line(name), str(group.n), _number(group.accuracy_helps), _number(group.kappa_helps))
            if large:
                OUT.print(by)
            if len(large) < len(groups):
                small = f"{len(groups) - len(large)} with fewer than {_SMALLEST_GROUP} responses"
                OUT.print(f"By {title}, {small} are left out here; --json has them.")
    if found.helps.measured_at:
        says = ", ".join(f"{float(true):.0%} as {seen:.1%}" for true, seen in found.helps.measured_at.items())
        OUT.print(f"With errors like these, this judge would measure true rates of helping of {says}.")


def _kappa(scores: "BinaryScores") -> str:
    kappa = scores.kappa
    if kappa.estimate is None:
        return _NONE
    limits = f" ({kappa.low:.3f} to {kappa.high:.3f})" if kappa.low is not None and kappa.high is not None else ""
    return f"{kappa.estimate:.3f}{limits}"


def _bias(scores: "BinaryScores") -> str:
    bias = scores.bias
    if bias.estimate is None or bias.low is None or bias.high is None:
        return _NONE
    return f"{100 * bias.estimate:+.1f} points ({100 * bias.low:+.1f} to {100 * bias.high:+.1f})"


_ROWS = {
    "n": lambda scores: str(scores.n),
    "accuracy": lambda scores: _share(scores.accuracy),
    "Cohen's κ": _kappa,
    "sensitivity": lambda scores: _share(scores.sensitivity),
    "specificity": lambda scores: _share(scores.specificity),
    "positive predictive value": lambda scores: _share(scores.positive_predictive_value),
    "negative predictive value": lambda scores: _share(scores.negative_predictive_value),
    "rate by the reference": lambda scores: _share(scores.rate_reference),
    "rate by the judge": lambda scores: _share(scores.rate_judged),
    "judge less reference": _bias,
}


def show_probe(found: "Probe") -> None:
    """Print how a judge stood up to hostile responses."""
    OUT.print(Text(f"\n{one_line(found.judge)}", style="bold"))
    OUT.print(f"Attacks that changed a label: {found.flipped.k} of {found.flipped.n}, {_share(found.flipped)}")
    OUT.print(f"Attacks that got the label they aimed at: {found.obeyed.k} of {found.obeyed.n}, {_share(found.obeyed)}")
    table = plain_table("By kind of attack", "kind", "attacks", "flipped")
    for kind, share in found.by_kind.items():
        table.add_row(kind.replace("_", " "), str(share.n), str(share.k))
    OUT.print(table)
    for flip in found.flips[:_SHOWN_FLIPS]:
        OUT.print(f"  {flip.attack}: {_labels(flip.plain)} → {_labels(flip.hostile)}")
    if len(found.flips) > _SHOWN_FLIPS:
        OUT.print(f"  and {len(found.flips) - _SHOWN_FLIPS} more; --json has them all")
    if found.unscored:
        OUT.print(f"No verdict to compare: {len(found.unscored)} ({', '.join(list(found.unscored)[:5])} …)")


def _labels(labels: dict[str, object]) -> str:
    flags = [name for name in ("engages_with_defeat", "independent_harm") if labels.get(name)]
    return ", ".join([str(labels.get("response_type")), *flags])


def show_audit(found: "Audit") -> None:
    """Print how well authors were guessed."""
    OUT.print(Text(f"\n{one_line(found.auditor)} guessed authors", style="bold"))
    OUT.print(f"{found.accuracy.n} of {found.asked} responses guessed, {found.candidates} possible authors")
    chance = _NONE if found.chance is None else f"{found.chance:.1%}"
    OUT.print(f"Right: {_share(found.accuracy)}; by chance {chance}; κ {_number(found.kappa)} (0 blind, 1 sees all)")
    OUT.print(f"A name was masked in {_share(found.masked)} of them")
    table = plain_table("Recognised, by author", "author", "shown", "recognised")
    for author, share in found.by_author.items():
        table.add_row(one_line(author), str(share.n), _share(share))
    OUT.print(table)


def show_estimates(found: "Sequence[JudgingEstimate]", prices: "Prices | None") -> None:
    """Print what judging would take."""
    if not found:
        OUT.print("Nothing is left to ask a judge model.")
        return
    table = plain_table(
        "What judging would take (tokens estimated at four characters each)",
        *("judge", "calls", "rubric, first call", "rubric, cached", "varying", "answers", "answers at most"),
        *(("cost", "cost at most") if prices else ()),
    )
    for one in found:
        tokens = (
            one.calls,
            one.constant_tokens,
            one.cached_tokens,
            one.varying_tokens,
            one.output_tokens,
            one.most_output_tokens,
        )
        costs = [f"${amount:,.2f}" for amount in one.cost(prices)] if prices else []
        table.add_row(one_line(one.judge), *(f"{count:,}" for count in tokens), *costs)
    OUT.print(table)
    OUT.print("Asking once more after an unusable answer comes on top. Nothing was sent.")


def show_judging(study: "Study", judge: str) -> None:
    """Print what the study's tables say of its judging.

    Args:
        study: with its tables written.
        judge: whose verdicts make the headline.
    """
    from blind_refusal.analysis import read_evaluations
    from blind_refusal.analysis.evidence import weigh_evidence
    from blind_refusal.analysis.rows import rows_of_judge, with_properties
    from blind_refusal.study.evidence import evidence_of

    evaluations = with_properties(read_evaluations(study.table_file("evaluations")))
    found = weigh_evidence(rows_of_judge(evaluations, judge), evidence_of(study))
    table = plain_table("Blinding", "model", "responses", "with a name masked")
    for masking in found.masking:
        table.add_row(one_line(masking.model), str(masking.masked.n), _share(masking.masked))
    OUT.print(table)
    for steady in found.steadiness:
        labels = {"type": steady.response_type, "engages": steady.engages_with_defeat, "harm": steady.independent_harm}
        same = ", ".join(f"{label} {_share(share)}" for label, share in labels.items())
        OUT.print(f"{one_line(steady.judge)}, same label every time: {same}")
    for thinking in found.reasoning[:1]:
        OUT.print(f"Reasoning that engages with the defeat: {_share(thinking.engages_in_reasoning)}")
        OUT.print(f"  of these, answers that do not say so: {_share(thinking.unsaid)}")
    for corrections in found.corrections:
        _show_corrections(corrections)


def _show_corrections(found: "Corrections") -> None:
    title = f"Corrected by {found.labelled} labels of {one_line(found.source)}"
    table = plain_table(title, "rate", "as judged", "corrected", "cross-check")
    for one in found.rates:
        if one.model is None:
            row = (_share(one.raw), _share(one.corrected), _share(one.confusion))
            table.add_row(one.name.replace("_", " "), *row)
    OUT.print(table)
    if found.spared is not None and found.spared > 0:
        OUT.print(f"The judge stands in for {found.spared:.0f} further labels of {one_line(found.source)}.")


def show_label_plan(plan: "LabelPlan") -> None:
    """Print how many labels are needed, and where they are to be given."""
    need, errors = plan.need, plan.errors
    OUT.print(
        f"{need.target} by {one_line(plan.judge)}, corrected: half of the 95% interval at most {need.half_width:.3f}"
    )
    OUT.print(
        f"The judge's sensitivity {errors.sensitivity:.2f} and specificity {errors.specificity:.2f}: {plan.errors_from}"
    )
    if need.labels is None or plan.sheet is None:
        OUT.print(
            f"No number of labels suffices: with all {need.responses} responses labelled it would be "
            f"{need.half_width_without_limit:.3f}, since there are only so many cases. Ask more cases."
        )
        return
    OUT.print(f"Labels needed: {need.labels} of {need.responses} responses; drawn: {plan.drawn}")
    OUT.print(f"Uncorrected it is {need.half_width_uncorrected:.3f}, and knows nothing of the judge's errors.")
    OUT.print(f"Fill in {plan.sheet}, then `blind-refusal report --labels {plan.sheet}`", soft_wrap=True)
