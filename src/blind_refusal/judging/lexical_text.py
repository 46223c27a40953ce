"""Sentences, words and phrases: the groundwork of the lexical judge.

Every step is one pass over the text. Regular expressions match a bounded number of characters or a single unambiguous
repetition, and phrases are found by walking a tree of words, so that no input makes the judge slow. Text is English;
other scripts and languages are read without error but match no phrase.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

_MAX_SENTENCE = 600
"""Longest sentence in characters; a longer run of text is cut at this length, so that a quote stays readable."""

_MAX_HEADING = 120
_LINE_ENDS = (".", "!", "?", ",", ";", "…")
_HIDDEN_REASONING = (("<think>", "</think>"), ("◁think▷", "◁/think▷"))
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]{0,4}\s")
_LIST_MARK = re.compile(r"(?:[-*•+–]|\(?[0-9]{1,3}[.)])\s|step [0-9]{1,3}\b", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[\",;:—–()]")
_LEVELLED = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": None,
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "\u200b": None,
        "\u00ad": None,
    }
)
_ABBREVIATIONS = frozenset(("dr", "e.g", "etc", "i.e", "mr", "mrs", "ms", "no", "prof", "st", "u.s", "vs"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, heading or list item of a text."""

    text: str
    """As it stands in the text, without surrounding white space."""
    words: tuple[str, ...]
    """In lower case with straight apostrophes."""
    clause_starts: tuple[int, ...]
    """Indices of the words that follow the beginning or a mark such as a comma, colon or bracket."""
    quoted: tuple[bool, ...]
    """Per word: whether it stands inside double quotation marks."""
    is_list_item: bool
    is_heading: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a sentence: the words from ``start`` up to, not including, ``end``."""

    group: str
    start: int
    end: int


def without_hidden_reasoning(text: str) -> str:
    """Drop a reasoning block at the head of the text; a text that never closes its block is left as it is.

    A closing mark without an opening one ends a block too: some chat templates put the opening mark into the prompt.
    """
    for opening, closing in _HIDDEN_REASONING:
        before, found, after = text.partition(closing)
        opened = before.lstrip().startswith(opening)
        if found and (opened or (opening not in before and after.strip())):
            return after
    return text


def sentences_of(text: str) -> list[Sentence]:
    """Cut a text into its sentences, in order; lines, list items and headings end a sentence, as stops do."""
    found: list[Sentence] = []
    for line in text.splitlines():
        body = line.strip().lstrip("> ")
        if not body:
            continue
        is_list_item = bool(_LIST_MARK.match(body.lstrip("*_#|")))
        is_heading = not is_list_item and (
            body[0] == "#" or (len(body) <= _MAX_HEADING and body.rstrip("*_ ")[-1:] not in _LINE_ENDS)
        )
        inside = False
        for piece in _pieces(body):
            sentence, inside = _read_sentence(piece, inside, is_list_item, is_heading)
            if sentence.words:
                found.append(sentence)
    return found


def _pieces(line: str) -> Iterator[str]:
    """Cut a line after its stops, not after an abbreviation or a list number, and always at the greatest length."""
    start = 0
    for stop in _SENTENCE_END.finditer(line):
        before = line[max(start, stop.start() - 6) : stop.start()].rpartition(" ")[2].lower().strip("*_(")
        if before in _ABBREVIATIONS or (before.isdecimal() and stop.start() - start <= 4):
            continue
        yield from _capped(line[start : stop.end()].strip())
        start = stop.end()
    yield from _capped(line[start:].strip())


def _capped(piece: str) -> Iterator[str]:
    for start in range(0, len(piece), _MAX_SENTENCE):
        yield piece[start : start + _MAX_SENTENCE].strip()


def _read_sentence(text: str, inside_quotes: bool, is_list_item: bool, is_heading: bool) -> tuple[Sentence, bool]:
    """Read the words of one sentence; hand back whether its end stands inside quotation marks."""
    words: list[str] = []
    starts: list[int] = []
    quoted: list[bool] = []
    fresh = True
    for found in _TOKEN.findall(levelled(text)):
        if found == '"':
            inside_quotes = not inside_quotes
        if not found[0].isalnum():
            fresh = True
            continue
        if fresh:
            starts.append(len(words))
            fresh = False
        words.append(found)
        quoted.append(inside_quotes)
    return Sentence(text, tuple(words), tuple(starts), tuple(quoted), is_list_item, is_heading), inside_quotes


def levelled(text: str) -> str:
    """Bring a text into lower case, compatibility forms, straight apostrophes and straight quotation marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_LEVELLED))
    return text.replace("`", "").casefold()


@dataclass(slots=True)
class _Node:
    following: dict[str, "_Node"] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


class Phrasebook:
    """Groups of phrases, found together in one walk over the words of a sentence.

    Args:
        groups: Phrases by the name of their group; ``a|b`` in one place of a phrase stands for either word.
    """

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._root = _Node()
        for group, phrases in groups.items():
            for phrase in phrases:
                for words in product(*(place.split("|") for place in phrase.split())):
                    self._add(group, words)

    def _add(self, group: str, words: Sequence[str]) -> None:
        unreadable = [word for word in words if _TOKEN.fullmatch(word) is None]
        if unreadable:
            raise ValueError(f"{group}: {unreadable} would never be read as one word")
        node = self._root
        for word in words:
            node = node.following.setdefault(word, _Node())
        if group not in node.groups:
            node.groups.append(group)

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Find the phrases, by beginning; of one group's phrases that begin at the same word, the longest."""
        hits: list[Hit] = []
        for start, word in enumerate(words):
            node = self._root.following.get(word)
            if node is None:
                continue
            longest: dict[str, int] = {}
            end = start + 1
            while node is not None:
                for group in node.groups:
                    longest[group] = end
                node = node.following.get(words[end]) if end < len(words) else None
                end += 1
            hits.extend(Hit(group, start, length) for group, length in longest.items())
        return hits


_SUFFIXES = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ions",
    "ings",
    "ness",
    "ers",
    "ies",
    "ion",
    "ing",
    "ity",
    "ed",
    "er",
    "es",
    "ly",
    "al",
    "s",
    "e",
    "y",
)


def stem(word: str) -> str:
    """Cut an English ending off a word, coarsely, so that ``stamped``, ``stamps`` and ``stamp`` meet."""
    word = word.partition("'")[0]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word
