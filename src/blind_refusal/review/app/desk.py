"""One person's work in one phase: what there is to label, what is done, where they left, how fast they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from blind_refusal.review.labels import Label, Phase
from blind_refusal.review.store import LabelStore

_PACE_OF = 20
"""The pace is that of so many of the newest labels."""


@dataclass(frozen=True)
class Progress:
    """How far somebody is."""

    total: int
    done: int
    seconds_each: float | None
    """Median time spent on the newest labels; None before the first."""

    @property
    def left(self) -> int:
        """Items still to label."""
        return self.total - self.done

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes at this pace."""
        return None if self.seconds_each is None else self.seconds_each * self.left


@dataclass(frozen=True)
class Desk:
    """What lies before one person in one phase. Positions count from 1."""

    phase: Phase
    items: Sequence[str]
    """In the person's own order."""
    labels: Mapping[str, Label]
    """What they say, by item."""

    @classmethod
    def of_rater(cls, store: LabelStore, rater: str, phase: Phase) -> "Desk":
        """Look up a rater's work."""
        items = [one.item_id for one in store.assignments(rater, phase)]
        mine = store.labels(rater, phase)
        return cls(phase, items, {item: mine[item] for item in items if item in mine})

    @property
    def progress(self) -> Progress:
        """How far the work is."""
        newest = sorted(self.labels.values(), key=lambda label: label.time)[-_PACE_OF:]
        times = [label.seconds for label in newest if label.seconds > 0]
        return Progress(len(self.items), len(self.labels), median(times) if times else None)

    def item(self, position: int) -> str | None:
        """Return the item at a position; None if there is none."""
        return self.items[position - 1] if 1 <= position <= len(self.items) else None

    def next_open(self, after: int = 0) -> int | None:
        """Return the next position without a label, beginning again at the top; None where all have one."""
        order = [*range(after + 1, len(self.items) + 1), *range(1, min(after, len(self.items)) + 1)]
        return next((position for position in order if self.items[position - 1] not in self.labels), None)

    @property
    def where_left(self) -> int | None:
        """The position to go on from: the first open one after the newest label; None where nothing is open."""
        newest = max(self.labels.values(), key=lambda label: label.time, default=None)
        return self.next_open(self.items.index(newest.item_id) + 1 if newest else 0)


def can_undo(history: Sequence[Label]) -> bool:
    """Whether an undo would bring something back; `history` is everything ever said of an item, oldest first."""
    return bool(history) and history[-1].restores != 0
