"""Small operations on text that did not come from us."""

import re
import unicodedata

_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CHARACTERS_PER_WORD = 2
_CONTROL_CATEGORIES = {"Cc", "Cf", "Co", "Cs"}
_KEPT_CONTROLS = {"\n", "\t", "\u200d", "\u200c"}  # line structure, and the joiners that some scripts need


def count_words(text: str) -> int:
    """Count words: runs between spaces; in scripts written without spaces, every two characters count as one."""
    spaceless = len(_SPACELESS.findall(text))
    spaced = len(_SPACELESS.sub(" ", text).split())
    return spaced + -(-spaceless // _CHARACTERS_PER_WORD)


def printable(text: str, limit: int = 0) -> str:
    """Make untrusted text safe to show on a terminal: no control, format or bidirectional-override characters.

    Args:
        text: anything.
        limit: the most characters to keep; 0 keeps all. A cut is marked with an ellipsis.
    """
    shown = "".join(
        char if char in _KEPT_CONTROLS or unicodedata.category(char) not in _CONTROL_CATEGORIES else "\ufffd"
        for char in text
    )
    return shown if not limit or len(shown) <= limit else shown[: limit - 1] + "…"


def one_line(text: str, limit: int = 300) -> str:
    """Return untrusted text as one printable line of at most `limit` characters."""
    return printable(" ".join(text.split()), limit)
