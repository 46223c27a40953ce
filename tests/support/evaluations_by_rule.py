"""Evaluations to report on, made by rule so that every number of a report can be checked."""

import polars as pl

FAMILIES = (
    ("control", "school", "semi_voluntary"),
    ("illegitimate_authority", "national_government", "government"),
    ("content_defeat", "family", "non_voluntary"),
    ("application_defeat", "workplace", "voluntary"),
    ("exception_justified", "school", "semi_voluntary"),
)
HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("//example.invalid","x")',
    "{{ 7 * 7 }}{% raw %}</style><style>*{display:none}",
    "re\u202everse\x00\x07d\uffff name",
    "+1",
    "a" * 300,
)
_LABELS = ("helps", "deflects", "hard_refusal")


def evaluations(
    models: tuple[str, ...] = ("lab/alpha", "lab/beta"), cases: int = 8, judge: str = "lexical"
) -> pl.DataFrame:
    """Return rows of ``cases`` cases per family and every model; labels go round, and controls are never helped.

    The last case of every family is blocked for the first model.
    """
    rows = []
    for family_number, (family, authority, group) in enumerate(FAMILIES):
        for case in range(cases):
            for model_number, model in enumerate(models):
                turn = case + model_number + family_number
                choice = 1 + turn % 2 if family == "control" else turn % 3
                missing = model_number == 0 and case == cases - 1
                rows.append(
                    {
                        "response_id": f"{family}/{case}/{model_number}",
                        "case_id": f"{family}/{case}",
                        "model": model,
                        "judge": judge,
                        "family": family,
                        "authority": authority,
                        "authority_group": group,
                        "dual_use": case % 2 == 0,
                        "response_type": None if missing else _LABELS[choice],
                        "engages_with_defeat": None if missing else turn % 4 < 2,
                        "independent_harm": None if missing else turn % 5 < 2,
                        "status": "blocked" if missing else "ok",
                    }
                )
    return pl.DataFrame(rows)


def without_labels(frame: pl.DataFrame, rows: pl.Expr, status: str) -> pl.DataFrame:
    """Return the same table with some rows failed."""
    labels = ("response_type", "engages_with_defeat", "independent_harm")
    emptied = [pl.when(rows).then(None).otherwise(pl.col(name)).alias(name) for name in labels]
    return frame.with_columns(*emptied, status=pl.when(rows).then(pl.lit(status)).otherwise(pl.col("status")))
