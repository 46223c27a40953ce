"""A table of evaluations with exactly the published counts per model and family."""

import polars as pl

from tests.support.published_counts import COUNTS, FAMILIES, Counts

Labels = tuple[str, bool, bool]


def labels(counts: Counts) -> list[Labels]:
    """Return response type, engagement and harm of every response."""
    refusals = counts.responses - counts.helps
    safety = refusals - counts.engaged_only - counts.engaged_and_safety - counts.pure_rule_blind
    return [
        *[("helps", True, False)] * counts.helps_engaged,
        *[("helps", False, False)] * (counts.helps - counts.helps_engaged),
        *[("deflects", True, False)] * counts.engaged_only,
        *[("deflects", True, True)] * counts.engaged_and_safety,
        *[("hard_refusal", False, False)] * counts.pure_rule_blind,
        *[("hard_refusal", False, True)] * safety,
    ]


def published_evaluations() -> pl.DataFrame:
    """Return the table; which case got which label is our own choice, the counts are not."""
    cases = {family: max(rows[place].responses for rows in COUNTS.values()) for place, family in enumerate(FAMILIES)}
    rows = []
    for turn, (model, by_family) in enumerate(COUNTS.items()):
        for family, counts in zip(FAMILIES, by_family, strict=True):
            for number, (response_type, engages, harm) in enumerate(labels(counts)):
                case = (number + 7 * turn) % cases[family]
                rows.append((f"{family}-{case}", model, family, response_type, engages, harm))
    names = ["case_id", "model", "family", "response_type", "engages_with_defeat", "independent_harm"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        response_id=pl.col("case_id") + "/" + pl.col("model"),
        judge=pl.lit("judge"),
        authority=pl.lit("school"),
        authority_group=pl.lit("semi_voluntary"),
        status=pl.lit("ok"),
    )
