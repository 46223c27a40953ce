"""Taking out of a response the names that give its author away, before anybody judges it.

Each name becomes a neutral word in brackets, the same for all authors, so that the judge reads on without knowing. A
name that the case itself uses is left alone: there it tells nothing about the author, and masking it would harm the
text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from blind_refusal.errors import Fault, FaultyInput, UserError

ASSISTANT, MAKER, POLICY = "[assistant]", "[maker]", "[usage policy]"

_SHIPPED = Path(__file__).with_name("author_names.yaml")
_VERSION = (
    r"(?:[ \-‑]?(?:v?\d+(?:\.\d+)*[a-z]{0,2}|opus|sonnet|haiku|pro|flash|mini|nano|ultra|lite|turbo|instruct|thinking"
    r"|fast|plus|max|super|preview|chat)\b)*"
)
_MADE = r"(?:made|created|developed|trained|built|designed|produced|released|provided|run|operated)"
_POSSESSION = r"(?:['’]s?)?\s+(?:guidelines|polic(?:y|ies)|terms|rules|safety|principles|models?|assistant|AI)\b"
_SELF = r"(?:I(?:['’]m| am)|as|being|called|named)"
_KIND = r"(?:AI|artificial intelligence|language model|assistant|chatbot|bot)"
_UNKNOWN_NAME = r"[A-Z][\w.&-]*(?: (?:[A-Z][\w.&-]*|\d[\w.]*)){0,3}"


class _Kinds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    assistants: list[str] = []
    makers: list[str] = []
    policies: list[str] = []

    def plus(self, other: "_Kinds") -> "_Kinds":
        return _Kinds(
            assistants=[*self.assistants, *other.assistants],
            makers=[*self.makers, *other.makers],
            policies=[*self.policies, *other.policies],
        )


class AuthorNames(BaseModel):
    """Lists of names that give an author away, by where they count."""

    model_config = ConfigDict(extra="forbid")

    anywhere: _Kinds = _Kinds()
    """Masked wherever they stand, in any spelling of capitals."""
    capitalised: _Kinds = _Kinds()
    """Masked only in exactly this spelling."""
    authorship: _Kinds = _Kinds()
    """Firms that are masked only where they are spoken of as the maker of an assistant."""

    def plus(self, other: "AuthorNames") -> "AuthorNames":
        """Return both lists together."""
        return AuthorNames(
            anywhere=self.anywhere.plus(other.anywhere),
            capitalised=self.capitalised.plus(other.capitalised),
            authorship=self.authorship.plus(other.authorship),
        )


@lru_cache(maxsize=1)
def shipped_author_names() -> AuthorNames:
    """Return the names that come with the package."""
    return AuthorNames.model_validate(yaml.safe_load(_SHIPPED.read_text(encoding="utf-8")))


def read_author_names(file: Path) -> AuthorNames:
    """Read a user's list, a YAML file of the same form as the one that ships.

    Raises:
        UserError: if the file cannot be read, or is no YAML.
        FaultyInput: with every field that is wrong.
    """
    try:
        return AuthorNames.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file}: is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise FaultyInput([Fault(file, 0, ".".join(map(str, one["loc"])), one["msg"]) for one in details]) from error


@dataclass(frozen=True)
class Masked:
    """A text as a judge gets to see it."""

    text: str
    names: int
    """How many names were taken out."""


@dataclass(frozen=True)
class Mask:
    """Masks texts by a list of names."""

    names: AuthorNames = field(default_factory=shipped_author_names)

    def apply(self, text: str, case_texts: Sequence[str] = ()) -> Masked:
        """Mask one text.

        Args:
            text: what an author wrote.
            case_texts: the case's own texts; names in them are left alone.
        """
        own = "\n".join(case_texts).casefold()
        count = 0
        for pattern, word in self._patterns:

            def put(found: re.Match[str], word: str = word) -> str:
                nonlocal count
                name = found["name"]
                if name.casefold() in own:
                    return found[0]
                count += 1
                start, end = found.span("name")
                return found[0][: start - found.start()] + word + found[0][end - found.start() :]

            text = pattern.sub(put, text)
        return Masked(text, count)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Patterns in the order in which they are applied, each with the word that takes the name's place."""
        anywhere, capitalised, authorship = self.names.anywhere, self.names.capitalised, self.names.authorship
        patterns = [
            _whole(_any_of([*anywhere.policies, *capitalised.policies]), POLICY, re.IGNORECASE),
            _whole(_any_of(anywhere.makers), MAKER, re.IGNORECASE),
            _whole(_any_of(capitalised.makers), MAKER),
            _whole(_any_of(anywhere.assistants), ASSISTANT, re.IGNORECASE, version=True),
            _whole(_any_of(capitalised.assistants), ASSISTANT, version=True),
            *_makers_in_context(_any_of(authorship.makers)),
            # Names that no list knows, where the author introduces itself.
            (
                re.compile(rf"\b{_KIND}\b[^.!?\n]{{0,40}}?\b(?i:{_MADE}) by (?:the )?(?P<name>{_UNKNOWN_NAME})"),
                MAKER,
            ),
            (re.compile(rf"\bI(?:['’]m| am) (?P<name>{_UNKNOWN_NAME}),? (?:an?|your) (?:\w+ )?{_KIND}\b"), ASSISTANT),
        ]
        return [(pattern, word) for pattern, word in patterns if pattern is not None]


def _any_of(names: Sequence[str]) -> str:
    """Return a pattern for any of the names, longest first; none for no names."""
    spelled = [re.escape(name.strip()).replace(r"\ ", r"[ \-]") for name in sorted(names, key=len, reverse=True)]
    return "|".join(one for one in spelled if one)


def _whole(
    names: str, word: str, flags: re.RegexFlag = re.NOFLAG, *, version: bool = False
) -> tuple[re.Pattern[str] | None, str]:
    if not names:
        return None, word
    if version:
        return re.compile(rf"(?<![\w\[])(?P<name>(?:{names})(?i:{_VERSION}))(?![\w])", flags), word
    return re.compile(rf"(?<![\w\[])(?P<name>{names})(?![\w])", flags), word


def _makers_in_context(names: str) -> list[tuple[re.Pattern[str] | None, str]]:
    if not names:
        return []
    return [
        (re.compile(rf"\b(?i:{_MADE}) by (?P<name>{names})(?![\w])"), MAKER),
        (re.compile(rf"(?<![\w])(?P<name>{names}){_POSSESSION}"), MAKER),
        (re.compile(rf"\b(?i:{_SELF}) an? (?P<name>{names}) (?:{_KIND}|model)\b"), MAKER),
    ]
