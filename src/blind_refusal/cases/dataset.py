"""The data set that ships with the package, and what identifies a data set."""

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from blind_refusal.cases.jsonl import dump_cases
from blind_refusal.cases.model import Case

_DATA = Path(__file__).with_name("data")

SHIPPED_CASES = _DATA / "cases.jsonl"
SHIPPED_PLAN = _DATA / "plan.jsonl"
"""The slots that the cases were written for, one a line."""
SHIPPED_VERDICTS = _DATA / "verdicts.jsonl"
"""What readers made of each case, one a line (see ``verdicts.py``)."""
SHIPPED_ABOUT = _DATA / "about.yaml"


class AboutDataSet(BaseModel):
    """Name, version and canary of the data set that ships."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    sha256: str
    """Hash of its cases (see ``hash_cases``)."""
    licence: str
    language: str
    created: date
    canary: str
    """Stands in the metadata and on the card, never in a query."""


@lru_cache(maxsize=1)
def about_shipped_cases() -> AboutDataSet:
    """Return what is to be known of the data set that ships."""
    return AboutDataSet.model_validate(yaml.safe_load(SHIPPED_ABOUT.read_text(encoding="utf-8")))


def hash_cases(cases: Iterable[Case]) -> str:
    """Return the SHA-256 of the cases as they are written, so that two files with the same cases have the same hash."""
    return hashlib.sha256(dump_cases(cases).encode("utf-8")).hexdigest()
