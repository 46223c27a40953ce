"""How far two judges agree on the responses that both scored."""

from itertools import combinations
from typing import Final, Literal

import polars as pl

from blind_refusal.analysis.evaluations import HELPS, OK
from blind_refusal.analysis.schema import JudgeAgreement

_Label = Literal["helps", "response_type", "engages_with_defeat", "independent_harm"]
_LABELS: Final[tuple[_Label, ...]] = ("helps", "response_type", "engages_with_defeat", "independent_harm")


def cohens_kappa(first: pl.Series, second: pl.Series) -> float | None:
    """Return Cohen's kappa (1960) of two raters, by position.

    None over nothing, and where both raters give everything the same one label: there chance explains all agreement.
    """
    n = len(first)
    if n == 0:
        return None
    observed = float((first == second).sum()) / n
    shares = [
        dict(zip(counts.to_series(0).to_list(), counts.to_series(1).to_list(), strict=True))
        for counts in (first.value_counts(), second.value_counts())
    ]
    by_chance = sum(count * shares[1].get(label, 0) for label, count in shares[0].items()) / n**2
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def agreement_of_judges(evaluations: pl.DataFrame) -> list[JudgeAgreement]:
    """Compare every two judges on every label.

    Args:
        evaluations: a checked table.

    Returns:
        One record per pair of judges (in the order of their names) and label; none when there is one judge.
    """
    scored = evaluations.filter(pl.col("status") == OK).with_columns(helps=pl.col("response_type") == HELPS)
    verdicts = scored.select("response_id", "judge", *_LABELS)
    judges = evaluations["judge"].unique().sort().to_list()
    found = []
    for first, second in combinations(judges, 2):
        both = verdicts.filter(pl.col("judge") == first).join(
            verdicts.filter(pl.col("judge") == second), on="response_id", suffix="_second"
        )
        for label in _LABELS:
            one, other = both[label], both[f"{label}_second"]
            raw = float((one == other).sum()) / both.height if both.height else None
            kappa = cohens_kappa(one, other)
            found.append(JudgeAgreement(first=first, second=second, label=label, n=both.height, raw=raw, kappa=kappa))
    return found
