"""Names and other text that did not come from us, made harmless for pages, pictures and spreadsheets."""

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from blind_refusal.text import printable

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PATH = re.compile(r"[\w.:+-]+(/[\w.:+-]+)+")
_UNNAMED = "(unnamed)"

_Key = TypeVar("_Key", bound=Hashable)


def plain_text(text: str) -> str:
    """Return untrusted text as one line without control, format or unassigned characters; never empty."""
    shown = printable(text).replace("\N{REPLACEMENT CHARACTER}", "")
    assigned = "".join(char for char in shown if unicodedata.category(char) != "Cn")
    return " ".join(assigned.split()) or _UNNAMED


def csv_text(text: str) -> str:
    """Return untrusted text for a CSV cell, which no spreadsheet takes for a formula.

    A cell whose text starts like a formula is prefixed with an apostrophe, which spreadsheets take as "this is text".
    """
    shown = plain_text(text)
    return f"'{shown}" if text.startswith(_STARTS_A_FORMULA) or shown.startswith(_STARTS_A_FORMULA) else shown


def short_names(names: Sequence[str], limit: int) -> dict[str, str]:
    """Give every model a short name for charts, different from all the others.

    Provider prefixes (``provider/model``) are dropped where the rest is unambiguous; long names lose their middle.

    Args:
        names: different names.
        limit: the most characters of a short name.
    """
    plain = {name: plain_text(name) for name in names}
    tails = {name: text.rsplit("/", 1)[-1] if _PATH.fullmatch(text) else text for name, text in plain.items()}
    taken = list(tails.values())
    wanted = {name: tail if taken.count(tail) == 1 else plain[name] for name, tail in tails.items()}
    return distinct(wanted, limit)


def distinct(wanted: Mapping[_Key, str], limit: int) -> dict[_Key, str]:
    """Shorten texts and number those that have become equal.

    Args:
        wanted: plain texts by what they stand for.
        limit: the most characters of a text; the number that tells equal ones apart comes on top.
    """
    found: dict[_Key, str] = {}
    for key, text in wanted.items():
        short = _without_middle(text, limit)
        unique, number = short, 2
        while unique in found.values():
            unique, number = f"{short} ({number})", number + 1
        found[key] = unique
    return found


def shortened(text: str, limit: int) -> str:
    """Return untrusted text as one plain line of at most ``limit`` characters; a long one loses its middle."""
    return _without_middle(plain_text(text), limit)


def _without_middle(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"
