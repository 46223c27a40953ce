"""Agreement as a person reads it on a terminal."""

from typing import Final

from rich.measure import Measurement
from rich.table import Table

from blind_refusal.analysis import Estimate
from blind_refusal.analysis.records import Statistic
from blind_refusal.cli.console import OUT, say
from blind_refusal.cli.tables import plain_table
from blind_refusal.review import QUESTIONS, AgreementReport, JudgeComparison, RaterComparison
from blind_refusal.text import one_line

_NONE: Final = "–"
_MANY_RATERS: Final = 4
"""From this many raters on, only all together are shown."""
_COLUMNS: Final = ("question", "n", "raw", "κ", "AC1", "α")
_NAME: Final = 40
_WIDEST: Final = 500
_LISTED: Final = 20
"""How many items that wait for adjudication are listed."""


def show_agreement(report: AgreementReport) -> None:
    """Print what the labels of one phase say."""
    labelled = ", ".join(f"{one_line(rater)} {count}" for rater, count in report.labelled.items())
    say(f"Labels of {report.phase}: {labelled or 'none'}; 95% intervals in brackets")
    if report.weighted:
        say("Items were drawn with different probabilities p and are weighted by 1/p.")
    if report.outside:
        say(f"{report.outside} labelled items were drawn for something else and are left out.")
    for raters in _shown_groups(report):
        _show_raters(report, raters)
    for judge, rater in dict.fromkeys((one.judge, one.rater) for one in report.judges):
        _show_judge(report, judge, rater)
    _show_confusion(report)
    if report.predictive:
        _show_predictive(report)
    _show_consensus(report)
    say("")


def _shown_groups(report: AgreementReport) -> list[list[str]]:
    """Return the pairs, or where there are many, all raters together; the rest is in what ``--json`` writes."""
    groups = [list(group) for group in dict.fromkeys(tuple(one.raters) for one in report.raters)]
    return groups if len(report.labelled) < _MANY_RATERS else groups[-1:]


def _show_raters(report: AgreementReport, raters: list[str]) -> None:
    everybody = len(raters) > 2
    who = "All raters" if everybody else " and ".join(one_line(rater, _NAME) for rater in raters)
    table = plain_table("", *_COLUMNS)
    for one in report.raters:
        if one.raters == raters:
            table.add_row(_subject(report, one), *_coefficients(one))
    _print(who, table)


def _show_judge(report: AgreementReport, judge: str, rater: str | None) -> None:
    who = "The consensus of raters" if rater is None else one_line(rater, _NAME)
    table = plain_table("", *_COLUMNS)
    for one in report.judges:
        # By family, only the consensus is shown; the rest is in what --json writes.
        if (one.judge, one.rater) == (judge, rater) and (rater is None or one.family is None):
            table.add_row(_subject(report, one), *_coefficients(one))
    _print(f"{who} and judge {one_line(judge, _NAME)}", table)


def _show_confusion(report: AgreementReport) -> None:
    for one in report.judges:
        if one.family is None and one.rater is None and one.confusion is not None:
            title = f"{_title(report, one.question)}: consensus (rows) and {one_line(one.judge)} (columns)"
            table = plain_table("", "", *map(_word, one.answers))
            for answer, counts in zip(one.answers, one.confusion, strict=True):
                table.add_row(_word(answer), *map(str, counts))
            _print(title, table)


def _show_predictive(report: AgreementReport) -> None:
    table = plain_table("", "judge", "question", "its yes", "n", "its no", "n")
    for one in report.predictive:
        if one.family is None:
            table.add_row(
                one_line(one.judge, _NAME),
                "Helps" if one.question == "helps" else _title(report, one.question),
                _interval(one.positive),
                str(one.positive.n),
                _interval(one.negative),
                str(one.negative.n),
            )
    _print("How often the consensus shares the judge's word", table)


def _show_consensus(report: AgreementReport) -> None:
    columns = ("adjudicated", "unanimous", "disputed", "one rater", "cannot tell")
    table = plain_table("", "question", *columns)
    for one in report.consensus:
        counts = (one.adjudicated, one.unanimous, one.disputed, one.single, one.cannot_tell)
        table.add_row(_title(report, one.question), *map(str, counts))
    _print("Consensus", table)
    waiting = [one.item_id for one in report.disagreements if not one.adjudicated]
    if waiting:
        more = f" and {len(waiting) - _LISTED} more" if len(waiting) > _LISTED else ""
        say(f"\nTo adjudicate ({len(waiting)}): {', '.join(map(one_line, waiting[:_LISTED]))}{more}")


def _print(title: str, table: Table) -> None:
    say(f"\n{title}")
    if not OUT.is_terminal:  # a file or another program has no width to wrap for
        table.width = Measurement.get(OUT, OUT.options.update(width=_WIDEST), table).maximum
    OUT.print(table, soft_wrap=False, crop=False)


def _subject(report: AgreementReport, one: RaterComparison | JudgeComparison) -> str:
    title = _title(report, one.question)
    return title if one.family is None else f"{title}, {one_line(one.family, _NAME)}"


def _coefficients(one: RaterComparison | JudgeComparison) -> list[str]:
    found = one.coefficients
    return [str(found.items), *(_interval(value) for value in (found.raw, found.kappa, found.ac1, found.alpha))]


def _interval(value: Statistic | Estimate) -> str:
    if value.estimate is None or value.low is None or value.high is None:
        return _NONE
    return f"{_two_places(value.estimate)} ({_two_places(value.low)}–{_two_places(value.high)})"


def _two_places(number: float) -> str:
    return f"{round(number, 2) + 0.0:.2f}"  # no -0.00


def _title(report: AgreementReport, question: str) -> str:
    return next(one.title for one in QUESTIONS[report.phase] if one.name == question)


def _word(answer: str) -> str:
    return {"true": "yes", "false": "no"}.get(answer, answer.replace("_", " "))
