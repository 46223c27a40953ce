"""Counting a set of cases: per cell, subtype, dimension and setting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blind_refusal.cases.model import Case
from blind_refusal.taxonomy import Taxonomy
from blind_refusal.text import count_words

CountTable = dict[str, dict[str, int]]
"""Row → column → count."""


@dataclass(frozen=True)
class CaseStatistics:
    """Counts of a set of cases. Twins are counted apart from the cells: they come on top."""

    total: int
    twins: int
    cells: CountTable
    """Authority → family → cases that are not twins; all authorities and families, zeros included."""
    subtypes: dict[str, int]
    """Subtype → cases; all subtypes, zeros included."""
    dimensions: CountTable
    """Dimension → level → cases; all levels, zeros included."""
    dual_use: dict[str, int]
    """Category of dual use, ``none`` or ``unknown`` → defeated cases."""
    settings: CountTable
    """Property of the setting → value → cases."""
    words: Mapping[str, int]
    """Bucket of query length in words → cases."""


def count_cases(cases: Sequence[Case], taxonomy: Taxonomy) -> CaseStatistics:
    """Count a set of cases that fit the taxonomy."""
    by_cell = Counter((case.authority, case.family) for case in cases if case.twin_of is None)
    by_subtype = Counter(case.subtype for case in cases)
    return CaseStatistics(
        total=len(cases),
        twins=sum(case.twin_of is not None for case in cases),
        cells={
            authority: {family: by_cell[authority, family] for family in taxonomy.family_by_id}
            for authority in taxonomy.authority_by_id
        },
        subtypes={subtype: by_subtype[subtype] for subtype in taxonomy.subtypes},
        dimensions={
            dimension.id: {
                level: sum(case.dimensions.get(dimension.id) == level for case in cases) for level in dimension.levels
            }
            for dimension in taxonomy.dimensions
        },
        dual_use=dict(Counter(_dual_use(case) for case in cases if case.defeated).most_common()),
        settings=_count_settings(cases),
        words=dict(sorted(Counter(_word_bucket(case) for case in cases).items())),
    )


def _dual_use(case: Case) -> str:
    if case.dual_use is None:
        return "unknown"
    return case.dual_use.category or "none"


def _count_settings(cases: Sequence[Case]) -> CountTable:
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        for name, value in case.setting.model_dump(by_alias=True, exclude_none=True).items():
            counts.setdefault(name, Counter())[value] += 1
    return {name: dict(counter.most_common()) for name, counter in counts.items()}


def _word_bucket(case: Case) -> str:
    lowest = count_words(case.user_query) // 30 * 30
    return f"{lowest:03d}-{lowest + 29:03d}"
