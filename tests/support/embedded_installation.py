"""The mark of tests that need the weights of the embedded model."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from blind_refusal.asking.embedded_weights import EMBEDDED_MODEL, find_weights
from blind_refusal.errors import UserError

Test = TypeVar("Test", bound=Callable[..., object])


def _weights_are_installed() -> bool:
    try:
        find_weights()
    except UserError:
        return False
    return True


_skip_without_weights = pytest.mark.skipif(
    not _weights_are_installed(), reason=f"the embedded model is not installed ({EMBEDDED_MODEL.installation})"
)


def needs_weights(test: Test) -> Test:
    """Mark a test that runs the embedded model: it is skipped without the weights, and wants the cores for itself."""
    pytest.mark.embedded(test)  # marks are kept on the test itself
    _skip_without_weights(test)
    return test
