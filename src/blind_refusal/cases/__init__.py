"""The `Case` record; reading, writing and checking cases; the data set that ships."""

from blind_refusal.cases.check import check_case, check_file
from blind_refusal.cases.dataset import (
    SHIPPED_CASES,
    SHIPPED_PLAN,
    SHIPPED_VERDICTS,
    AboutDataSet,
    about_shipped_cases,
    hash_cases,
)
from blind_refusal.cases.jsonl import dump_cases, from_published, read_cases, to_published, write_cases
from blind_refusal.cases.model import CONTROL, Case, DualUse, DualUseCategory, Provenance, Setting
from blind_refusal.cases.sample import sample_cases
from blind_refusal.cases.statistics import CaseStatistics, count_cases

__all__ = [
    "CONTROL",
    "SHIPPED_CASES",
    "SHIPPED_PLAN",
    "SHIPPED_VERDICTS",
    "AboutDataSet",
    "Case",
    "CaseStatistics",
    "DualUse",
    "DualUseCategory",
    "Provenance",
    "Setting",
    "about_shipped_cases",
    "check_case",
    "check_file",
    "count_cases",
    "dump_cases",
    "from_published",
    "hash_cases",
    "read_cases",
    "sample_cases",
    "to_published",
    "write_cases",
]
