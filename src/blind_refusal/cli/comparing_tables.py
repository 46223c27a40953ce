"""What changed, as a person reads it on a terminal."""

from collections.abc import Sequence

from rich.table import Table

from blind_refusal.analysis import Change, Changes, PartChange, Statistic
from blind_refusal.cli.console import OUT, say
from blind_refusal.text import one_line

_MOST_FLIPS = 12
_MOST_CELLS = 12
_NAMES = {
    "refusal_rate_defeated": "refuses, defeated",
    "helps_rate_defeated": "helps, defeated",
    "helps_rate_control": "helps, control",
    "engagement_defeated": "engages, defeated",
    "engagement_control": "engages, control",
    "engagement_among_defeated_refusals": "engages, of refusals",
    "discrimination": "discrimination",
    "pure_rule_blind_defeated": "rule-blind, defeated",
}


def show_changes(changes: Changes) -> None:
    """Print what changed."""
    say(f"A  {one_line(changes.first)}")
    say(f"B  {one_line(changes.second)}")
    how = "case by case" if changes.paired else "as independent samples"
    say(f"{changes.cases:,} cases, compared {how}; changes are B − A in percentage points, with 95% intervals\n")
    rows = [(_NAMES[name], change) for name, change in changes.headline.items()]
    OUT.print(_table("All responses", rows))
    if changes.models:
        OUT.print(_table("By model (p adjusted)", [(_label(part, part.model), part) for part in changes.models]))
    if changes.families:
        OUT.print(_table("By family (p adjusted)", [(_label(part, part.family), part) for part in changes.families]))
    _show_cells(changes.cells)
    _show_flips(changes)
    for note in changes.notes:
        say(f"Note: {note}")
    say(f"Method: {changes.method}")


def _label(part: PartChange, name: str | None) -> str:
    return f"{one_line(name or '', 40)}: {_NAMES.get(part.rate, part.rate)}"


def _show_cells(cells: Sequence[PartChange]) -> None:
    """Print the cells that changed most surely; the file that --json writes has all."""
    changed = sorted(
        (cell for cell in cells if cell.p is not None), key=lambda cell: cell.p if cell.p is not None else 1
    )
    if not changed:
        return
    title = f"By cell, help (the {min(_MOST_CELLS, len(changed))} surest of {len(changed)} that changed; p adjusted)"
    rows = [(f"{cell.family} × {cell.authority}", cell) for cell in changed[:_MOST_CELLS]]
    OUT.print(_table(title, rows))


def _show_flips(changes: Changes) -> None:
    if not changes.paired:
        return
    gained = [flip for flip in changes.flips if flip.helped_second]
    lost = [flip for flip in changes.flips if flip.helped_first]
    say(f"Flipped: {len(gained)} to help, {len(lost)} to no help")
    for name, flips in (("to help", gained), ("to no help", lost)):
        if flips:
            cases = [one_line(f"{flip.case_id} ({flip.model})" if flip.model else flip.case_id, 80) for flip in flips]
            more = f" and {len(cases) - _MOST_FLIPS} more" if len(cases) > _MOST_FLIPS else ""
            say(f"  {name}: {', '.join(cases[:_MOST_FLIPS])}{more}")


def _table(title: str, rows: Sequence[tuple[str, Change]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for column in ("A", "B", "change", "95% interval", "p", "more than noise"):
        table.add_column(column, justify="right")
    for name, change in rows:
        p = change.p if change.p_holm is None else change.p_holm
        table.add_row(
            name,
            _percent(change.first.estimate),
            _percent(change.second.estimate),
            _points(change.change.estimate),
            _interval(change.change),
            "–" if p is None else "<0.001" if p < 0.001 else f"{p:.3f}",
            {True: "yes", False: "no", None: "–"}[change.more_than_noise],
        )
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def _points(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:+.1f}"


def _interval(change: Statistic) -> str:
    return "–" if change.low is None else f"{_points(change.low)} to {_points(change.high)}"
