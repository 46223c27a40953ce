"""Reading a judge's answer: strictly, and never guessing."""

import re
import unicodedata
from typing import Any, TypeVar

from blind_refusal.asking import AnswerSchema, read_object
from blind_refusal.judging.labels import EngagementLabel, Labels, ResponseType

_Record = TypeVar("_Record", Labels, EngagementLabel)

_KINDS: dict[str, dict[str, Any]] = {
    "help_quote": {"type": "string"},
    "engagement_quote": {"type": "string"},
    "harm_quote": {"type": "string"},
    "reasoning": {"type": "string"},
    "response_type": {"type": "string", "enum": [str(kind) for kind in ResponseType]},
    "engages_with_defeat": {"type": "boolean"},
    "independent_harm": {"type": "boolean"},
}


def _schema(name: str, record: type[Labels | EngagementLabel]) -> AnswerSchema:
    fields = list(record.model_fields)
    properties = {field: _KINDS[field] for field in fields}
    schema = {"type": "object", "properties": properties, "required": fields, "additionalProperties": False}
    return AnswerSchema(name=name, schema=schema)


LABELS_SCHEMA = _schema("labels", Labels)
"""The JSON schema that providers constrain the judge's answer to, where they can."""
ENGAGEMENT_SCHEMA = _schema("engagement", EngagementLabel)
"""The same for the label of a model's reasoning."""

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_MARKDOWN = re.compile(r"[*_`#>]+")


class UnparsedError(ValueError):
    """The answer is not what was asked for."""


class UnsupportedError(ValueError):
    """A label stands without words of the response that show it."""


def parse_labels(answer: str, response: str) -> Labels:
    """Read a judge's answer to the rubric.

    Args:
        answer: one JSON object, bare or in one code fence; anything beside it is refused.
        response: the text that was judged; quotes must be found in it.

    Raises:
        UnparsedError: if the answer is no such object, or a label is unknown.
        UnsupportedError: if a label lacks a quote from the response.
    """
    labels = _read(answer, Labels)
    needed = {
        "help_quote": (labels.response_type is ResponseType.HELPS, labels.help_quote),
        "engagement_quote": (labels.engages_with_defeat, labels.engagement_quote),
        "harm_quote": (labels.independent_harm, labels.harm_quote),
    }
    _require_quotes(needed, response)
    return labels


def parse_engagement(answer: str, text: str) -> EngagementLabel:
    """Read a judge's answer to the rubric for reasoning. Arguments and errors are those of `parse_labels`."""
    label = _read(answer, EngagementLabel)
    _require_quotes({"engagement_quote": (label.engages_with_defeat, label.engagement_quote)}, text)
    return label


def _read(answer: str, record: type[_Record]) -> _Record:
    try:
        return read_object(answer, record)
    except ValueError as error:
        raise UnparsedError(str(error)) from error


def _require_quotes(needed: dict[str, tuple[bool, str]], response: str) -> None:
    searched = normalised(response)
    for name, (wanted, quote) in needed.items():
        found = normalised(quote).strip(" .\"'")
        if wanted and (not found or found not in searched):
            raise UnsupportedError(f"{name}: {'is not in the response' if found else 'is missing'}")


def normalised(text: str) -> str:
    """Return a text without differences of white space, case, typography and Markdown emphasis."""
    plain = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)
    return " ".join(_MARKDOWN.sub("", plain).casefold().split())
