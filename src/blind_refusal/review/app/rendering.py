"""Turning a response into HTML that cannot run, load or restyle anything.

Three walls stand one behind the other: Markdown is read with raw HTML switched off, what comes of it is sanitised down
to a short list of elements with no attribute but a class of ours or a list's first number, and the page's policy
forbids everything else. Links are shown, with their address, but cannot be followed; pictures are not shown at all.
"""

import html
import re
import unicodedata
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

RENDERED_LIMIT: Final = 40_000
"""Characters of a response that a page shows; longer ones are cut, with a link to the whole."""
_FORMATTED_LIMIT: Final = 20_000
"""Characters of one paragraph that are read as Markdown; some constructs take time that grows with the square."""

_BLOCKS: Final = frozenset(
    ("p", "div", "ul", "ol", "li", "blockquote", "pre", "hr", "br", "table", "thead", "tbody", "tr", "th", "td")
)
_INLINE: Final = frozenset(("em", "strong", "s", "code", "span"))
_CLASSES: Final = {"p": {"heading"}, "span": {"link", "url"}, "div": {"scroll"}}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), "")
_KEPT_CONTROLS: Final = frozenset("\n\t\u200c\u200d")  # line structure, and the joiners that some scripts need
_REPLACED: Final = frozenset(("Cc", "Cf", "Co", "Cs", "Cn"))
_TAG: Final = re.compile(r"</?([a-z0-9]+)[^>]*>")


@dataclass(frozen=True)
class Rendered:
    """A text as the page shows it."""

    formatted: Markup
    """Sanitised HTML; nothing of it runs or loads anything."""
    plain: str
    """The same part of the text as it was written."""
    left_out: int
    """Characters that are not shown."""

    @property
    def words(self) -> str:
        """All words that the rater can mark, formatted and plain, for checking that a quote was shown."""
        return f"{words_of(self.formatted)}\n{self.plain}"


def render(text: str) -> Rendered:
    """Render an untrusted text; one that is too long for a page is cut at its end."""
    shown = readable(text[:RENDERED_LIMIT])
    return Rendered(_formatted(shown), shown, max(0, len(text) - RENDERED_LIMIT))


def readable(text: str) -> str:
    """Make control characters and those that reverse the reading direction visible as �; drop invisible ones."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(
        char if char in _KEPT_CONTROLS or unicodedata.category(char) not in _REPLACED else "\ufffd" for char in plain
    )


def words_of(markup: str) -> str:
    """Return the text of HTML that `render` made, with a space where a block begins or ends."""
    return html.unescape(_TAG.sub(lambda tag: " " if tag[1] in _BLOCKS else "", markup))


def _formatted(text: str) -> Markup:
    if max(map(len, text.split("\n\n")), default=0) > _FORMATTED_LIMIT:
        return Markup("<p>{}</p>").format(text)
    return Markup(_sanitised(_markdown().render(text)))  # noqa: S704 - sanitised


def _sanitised(markup: str) -> str:
    return nh3.clean(
        markup,
        tags=set(_BLOCKS | _INLINE),
        attributes={"ol": {"start"}},
        allowed_classes={tag: set(classes) for tag, classes in _CLASSES.items()},
        link_rel=None,
        strip_comments=True,
        url_schemes=set(),
    )


@cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "breaks": True})
    reader.enable(["table", "strikethrough"]).disable("image")
    rules: dict[str, Callable[..., str]] = {
        "heading_open": _heading_open,
        "heading_close": _heading_close,
        "link_open": _link_open,
        "link_close": _link_close,
        "table_open": _table_open,
        "table_close": _table_close,
    }
    for rule, render_rule in rules.items():
        reader.add_render_rule(rule, render_rule)
    return reader


# The page's own headings are its outline; those of a response are set in bold and do not mix with them.


def _heading_open(*_: object) -> str:
    return '<p class="heading">'


def _heading_close(*_: object) -> str:
    return "</p>\n"


def _table_open(*_: object) -> str:
    return '<div class="scroll"><table>\n'


def _table_close(*_: object) -> str:
    return "</table></div>\n"


def _link_open(*_: object) -> str:
    return '<span class="link">'


def _link_close(
    renderer: RendererHTML,  # noqa: ARG001 - the signature of a render rule
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,  # noqa: ARG001
    environment: MutableMapping[str, Any],  # noqa: ARG001
) -> str:
    opening = next(token for token in reversed(tokens[:index]) if token.type == "link_open")
    address = str(opening.attrGet("href") or "")
    if opening.markup == "autolink":
        return "</span>"
    return f'</span><span class="url"> ({html.escape(address)})</span>'
