"""How far two judges agree on the responses that both scored."""

from itertools import combinations
from typing import Final, Literal

import polars as pl

from blind_refusal.analysis.coefficients import codes, kappa
from blind_refusal.analysis.evaluations import HELPS, OK
from blind_refusal.analysis.schema import JudgeAgreement

_Label = Literal["helps", "response_type", "engages_with_defeat", "independent_harm"]
_LABELS: Final[tuple[_Label, ...]] = ("helps", "response_type", "engages_with_defeat", "independent_harm")


def cohens_kappa(first: pl.Series, second: pl.Series) -> float | None:
    """Return Cohen's kappa (1960) of two raters, by position.

    None over nothing, and where both raters give everything the same one label: there chance explains all agreement.
    """
    categories = pl.concat([first, second]).unique().to_list()
    return kappa(codes(list(zip(first.to_list(), second.to_list(), strict=True)), categories), len(categories))


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
            found.append(
                JudgeAgreement(
                    first=first, second=second, label=label, n=both.height, raw=raw, kappa=cohens_kappa(one, other)
                )
            )
    return found
