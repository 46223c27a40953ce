"""Numbers and identifiers as people read them."""

import re

from blind_refusal.analysis import Estimate

NO_VALUE = "–"


def percent(fraction: float | None) -> str:
    """Write a fraction as a percentage with one decimal; rates that are not quite 0 or 1 never look as if they were."""
    if fraction is None:
        return NO_VALUE
    if 0 < fraction < 0.0005:
        return "<0.1%"
    if 0.9995 <= fraction < 1:
        return ">99.9%"
    return f"{100 * fraction:.1f}%"


def points(difference: float | None) -> str:
    """Write a difference of two rates in percentage points, with its sign."""
    if difference is None:
        return NO_VALUE
    rounded = round(100 * difference, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def interval(estimate: Estimate) -> str:
    """Write the 95% interval of a rate without the per-cent sign, such as ``22.5–26.8``."""
    if estimate.low is None or estimate.high is None:
        return NO_VALUE
    return f"{100 * estimate.low:.1f}–{100 * estimate.high:.1f}"


def points_interval(estimate: Estimate) -> str:
    """Write the 95% interval of a difference, such as ``−1.2 to +3.4``."""
    if estimate.low is None or estimate.high is None:
        return NO_VALUE
    return f"{points(estimate.low)} to {points(estimate.high)}"


def label(identifier: str) -> str:
    """Write an identifier such as ``content_defeat`` as words."""
    words = re.sub(r"^(non|semi)_", r"\1-", identifier).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else identifier


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun, such as ``1 case`` or ``1,290 cases``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
