"""The data set that ships with the package, and what identifies a data set."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from blind_refusal.cases.jsonl import dump_cases
from blind_refusal.cases.model import Case

SHIPPED_CASES = Path(__file__).with_name("data") / "cases.jsonl"


def hash_cases(cases: Iterable[Case]) -> str:
    """Return the SHA-256 of the cases as they are written, so that two files with the same cases have the same hash."""
    return hashlib.sha256(dump_cases(cases).encode("utf-8")).hexdigest()
