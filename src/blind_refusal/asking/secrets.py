"""Keeping keys out of everything that is written down."""

import os
import re

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH", re.IGNORECASE)
_SECRET_SHAPE = re.compile(r"\b(?:sk|pk|rk|gsk|xai|hf|AIza|Bearer\s)[-_A-Za-z0-9.*]{8,}")
_SHORTEST = 6  # a shorter value is no key and might be a word of the text
_MARK = "[secret]"


def without_secrets(text: str) -> str:
    """Replace the values of secret environment variables, and whatever looks like a key, by a mark."""
    values = {
        value
        for name, value in os.environ.items()
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST and "/" not in value[:1]
    }
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, _MARK)
    return _SECRET_SHAPE.sub(_MARK, text)
