"""Reading a model's answer that shall be one JSON object: strictly, and never guessing."""

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_FENCED = re.compile(r"\A```(?:json)?\s*\n(.*)\n```\Z", re.DOTALL)

Record = TypeVar("Record", bound=BaseModel)


def read_object(answer: str, record: type[Record]) -> Record:
    """Read one JSON object, bare or in one code fence, as a record; anything beside it is refused.

    Raises:
        ValueError: in one line, why it is none.
    """
    text = answer.strip()
    fenced = _FENCED.match(text)
    try:
        content = json.loads(fenced.group(1) if fenced else text, object_pairs_hook=_no_repeats)
        return record.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in detail["loc"])
        raise ValueError(f"{place}: {detail['msg'].removeprefix('Value error, ')}".removeprefix(": ")) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not one JSON object: {error}") from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key stands twice")
    return content
