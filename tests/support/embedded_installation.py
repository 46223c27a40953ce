"""The mark of tests that need the weights of the embedded model."""

import pytest

from blind_refusal.asking.embedded_weights import EMBEDDED_MODEL, find_weights
from blind_refusal.errors import UserError


def _weights_are_installed() -> bool:
    try:
        find_weights()
    except UserError:
        return False
    return True


needs_weights = pytest.mark.skipif(
    not _weights_are_installed(), reason=f"the embedded model is not installed ({EMBEDDED_MODEL.installation})"
)
