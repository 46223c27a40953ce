"""Several judges over the same responses: how far they agree, what most of them say, where they disagree."""

from typing import Final, Literal

import polars as pl

from blind_refusal.analysis.coefficients import AgreementCoefficients, agreement_coefficients, codes
from blind_refusal.analysis.headline import Rates, headline_rates
from blind_refusal.analysis.intervals import Estimate
from blind_refusal.analysis.records import Record
from blind_refusal.analysis.rows import SCORED, share, with_properties

Label = Literal["response_type", "engages_with_defeat", "independent_harm"]
_LABELS: Final[tuple[Label, ...]] = ("response_type", "engages_with_defeat", "independent_harm")
_CASE_COLUMNS: Final = ("case_id", "model", "family", "authority", "authority_group")


class PanelLabel(Record):
    """One label, over the responses that at least two judges scored."""

    label: Label
    agreement: AgreementCoefficients
    """Between all judges; κ is Conger's for more than two."""
    unanimous: Estimate
    """Share of responses on which all judges that scored it say the same."""
    ties: int
    """Responses on which no answer has more votes than every other."""


class FamilyDisagreement(Record):
    """Where judges disagree."""

    family: str
    disagreement: Estimate
    """Share of responses on which some label is not unanimous."""


class Panel(Record):
    """The judges together."""

    judges: list[str]
    responses: int
    """Scored by at least two of them."""
    labels: list[PanelLabel]
    families: list[FamilyDisagreement]
    tied: int
    """Responses left out of the rates below, because some label is a tie."""
    headline: Rates
    """By the majority of judges, each label by itself."""


def panel_of(table: pl.DataFrame) -> Panel | None:
    """Compare all judges and take their majority; None where no response was scored by two.

    Args:
        table: evaluations of all judges with their properties (see ``with_properties``).
    """
    scored = table.filter(SCORED)
    judges = scored["judge"].unique().sort().to_list()
    votes = scored.group_by("response_id").agg(
        pl.col(*_CASE_COLUMNS, "case_code", "family_code", "group").first(),
        pl.len().alias("judges"),
        *(pl.col(label).n_unique().alias(f"{label}_kinds") for label in _LABELS),
        *(_winner(label) for label in _LABELS),
    )
    votes = votes.filter(pl.col("judges") > 1).sort("response_id")
    if votes.is_empty():
        return None
    some = pl.any_horizontal(pl.col(f"{label}_kinds") > 1 for label in _LABELS)
    votes = votes.with_columns(disagree=some, tied=pl.any_horizontal(pl.col(label).is_null() for label in _LABELS))
    return Panel(
        judges=judges,
        responses=votes.height,
        labels=[_label(label, scored, votes, judges) for label in _LABELS],
        families=[
            FamilyDisagreement(family=str(family), disagreement=share(part, "disagree"))
            for (family,), part in sorted(votes.partition_by("family", as_dict=True).items())
        ],
        tied=int(votes["tied"].sum()),
        headline=Rates(**headline_rates(_by_majority(votes))),
    )


def _winner(label: str) -> pl.Expr:
    """Return the answer with more votes than every other; null for a tie."""
    modes = pl.col(label).mode()
    return pl.when(modes.len() == 1).then(modes.first()).otherwise(None).alias(label)


def _label(label: Label, scored: pl.DataFrame, votes: pl.DataFrame, judges: list[str]) -> PanelLabel:
    answers = scored[label].unique().sort().to_list()
    wide = (
        scored.filter(pl.col("response_id").is_in(votes["response_id"].to_list()))
        .pivot(on="judge", on_columns=judges, index="response_id", values=label)
        .sort("response_id")
    )
    ratings = codes(wide.select(judges).rows(), answers)
    return PanelLabel(
        label=label,
        agreement=agreement_coefficients(ratings, len(answers)),
        unanimous=share(votes.with_columns(same=pl.col(f"{label}_kinds") == 1), "same"),
        ties=votes[label].null_count(),
    )


def _by_majority(votes: pl.DataFrame) -> pl.DataFrame:
    rows = votes.filter(~pl.col("tied")).select("response_id", *_CASE_COLUMNS, *_LABELS)
    return with_properties(rows.with_columns(status=pl.lit("ok"), judge=pl.lit("majority")))
