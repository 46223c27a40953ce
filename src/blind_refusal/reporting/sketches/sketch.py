"""A figure before it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blind_refusal.reporting.charts import Layout

Links = Callable[[Layout], dict[str, str]]
"""Where marks of a chart lead, by their hover texts in a layout."""


@dataclass(frozen=True)
class Sketch:
    """What a figure shows, in words, and how it is drawn."""

    name: str
    title: str
    caption: str
    """What is shown and how to read it."""
    description: str
    """What is to be seen in it, for those who cannot see it."""
    draw: Callable[[Layout], dict[str, Any]]
    links: Links | None = field(default=None)


def listed(parts: Sequence[str], most: int = 8) -> str:
    """Put parts of a description into one sentence, and say how many more there are."""
    rest = f"; and {len(parts) - most} more" if len(parts) > most else ""
    return "; ".join(parts[:most]) + rest + "."
