"""What the command line prints, and how it shows progress."""

import sys
from collections.abc import Mapping

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from blind_refusal.asking import Outcome
from blind_refusal.text import one_line

OUT = Console(highlight=False, markup=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

_LINES_PER_STAGE = 10
"""How many lines of progress a stage prints where there is no terminal."""


def say(text: str) -> None:
    """Print text to standard output. Untrusted parts must have gone through `text.printable` before."""
    OUT.print(text)


class TerminalDisplay:
    """Shows a bar per model on a terminal, and now and then a line elsewhere."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._title = ""
        self._done = 0
        self._total = 0
        self._spent = 0.0

    def say(self, line: str) -> None:
        """Print one line."""
        ERR.print(one_line(line, 1000))

    def begin(self, title: str, calls: Mapping[str, int]) -> None:
        """Begin to show the progress of calls."""
        self._title, self._done, self._total = title, 0, sum(calls.values())
        if not sys.stderr.isatty():
            self.say(f"{title}: {self._total} calls")
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[spent]}", markup=False),
        )
        self._bars = Progress(*columns, console=ERR)
        self._tasks = {
            label: self._bars.add_task(f"{title} {one_line(label, 60)}", total=count, spent="")
            for label, count in calls.items()
        }
        self._bars.start()

    def advance(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self._done += 1
        if self._bars and outcome.model in self._tasks:
            self._bars.advance(self._tasks[outcome.model])
        elif not self._bars and self._done * _LINES_PER_STAGE // self._total != (
            (self._done - 1) * _LINES_PER_STAGE // self._total
        ):
            spent = f", ${self._spent:,.2f} spent" if self._spent else ""
            self.say(f"{self._title}: {self._done} of {self._total}{spent}")

    def spend(self, dollars: float) -> None:
        """Show what has been spent, behind the last bar."""
        self._spent = dollars
        if self._bars and self._tasks:
            self._bars.update(list(self._tasks.values())[-1], spent=f"${dollars:,.2f} spent")

    def end(self) -> None:
        """Stop showing bars."""
        if self._bars:
            self._bars.stop()
        self._bars, self._tasks = None, {}
