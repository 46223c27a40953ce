"""Data as scripts: a page that was opened from a file may load scripts, but may not fetch anything else."""

import json
import re
from typing import Any, Final

_UNSAFE: Final = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_RECEIVER: Final = "blindRefusalData"


def data_script(name: str, data: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Return a script that hands data to the page, however hostile the text in it.

    Whatever could end a script element or a line of script stands escaped. Keys of objects must be our own words:
    a key ``__proto__`` would not be a key.

    Args:
        name: by which the page has asked for it.
        data: JSON values.
    """
    text = json.dumps([name, data], ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    escaped = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return f"{_RECEIVER}(...{escaped});\n"
