"""What of a study people review: which cases and responses there are, which are drawn, and what is shown of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from pydantic import TypeAdapter, ValidationError

from blind_refusal.asking import ANSWERED
from blind_refusal.errors import UserError
from blind_refusal.judging import JUDGED_COLUMNS, BlindedResponse, blind
from blind_refusal.review import Design, Drawn, LabelStore, Phase, Purpose, draw_for_correction, draw_into
from blind_refusal.review.app import Agreement, Doorkeeper, Items, Review, case_item, response_item
from blind_refusal.review.labels import Name
from blind_refusal.study.evaluations import case_table
from blind_refusal.study.folder import Study
from blind_refusal.study.judging_stage import mask_of

LEAD: Final = "lead"
"""Name of whoever sees all labels and adjudicates."""
DEFAULT_RATERS: Final = ("rater-1",)
DEFAULT_SEED: Final = 7
DEFAULT_SIZES: Final = {Phase.CASES: 300, Phase.VERDICTS: 200}
_STRATA: Final = {Phase.CASES: ("family",), Phase.VERDICTS: ("family", "response_type")}


@dataclass(frozen=True)
class ReviewWishes:
    """What is wanted of a review. None stands for what an earlier draw settled, or else for the default."""

    phase: Phase | None = None
    """None opens every phase for which the study has something."""
    purpose: Purpose = Purpose.REVIEW
    raters: Sequence[str] | None = None
    size: int | None = None
    strata: Sequence[str] | None = None
    overlap: float | None = None
    seed: int | None = None


def open_phases(study: Study, wishes: ReviewWishes) -> list[Phase]:
    """Return the phases that are reviewed.

    Raises:
        UserError: if responses are to be reviewed and there are none.
    """
    if wishes.purpose is Purpose.CORRECTION and wishes.phase is Phase.CASES:
        raise UserError("--purpose correction: is drawn from responses; leave out --phase cases")
    if wishes.phase is not None or wishes.purpose is Purpose.CORRECTION:
        return [wishes.phase or Phase.VERDICTS]
    return [Phase.CASES, *([Phase.VERDICTS] if study.table_file("responses").exists() else [])]


def frame(study: Study, phase: Phase) -> pl.DataFrame:
    """Return everything that could be drawn: `item_id` and what it can be stratified by, one row each.

    Responses that no judge labelled have no `response_type`; where there are no verdicts at all, the column is missing.
    """
    cases = case_table(study.cases.values())
    cases = cases.with_columns(cell=pl.concat_str("family", "authority", separator="/"))
    if phase is Phase.CASES:
        return cases.rename({"case_id": "item_id"}).sort("item_id")
    answered = pl.col("status").is_in(list(ANSWERED))
    responses = study.read_table("responses", ["response_id", "case_id", "model", "status"]).filter(answered)
    found = responses.drop("status").join(cases, on="case_id", how="inner")
    judge = next((entry.label for entry in study.manifest.judges if entry.checks is None), None)
    if judge is not None and study.table_file("verdicts").exists():
        verdicts = study.read_table("verdicts", ["response_id", "judge", "response_type"])
        found = found.join(verdicts.filter(pl.col("judge") == judge).drop("judge"), on="response_id", how="left")
    return found.rename({"response_id": "item_id"}).sort("item_id")


def draw_review(study: Study, store: LabelStore, wishes: ReviewWishes) -> dict[Phase, Drawn]:
    """Draw what is wanted into the store; what is there already stays, and drawing it again changes nothing.

    Raises:
        UserError: if it cannot be drawn so.
        StoreUnavailableError: if the store cannot be reached.
    """
    store.add_rater(LEAD, "lead")
    return {phase: _draw(study, store, phase, wishes) for phase in open_phases(study, wishes)}


def _draw(study: Study, store: LabelStore, phase: Phase, wishes: ReviewWishes) -> Drawn:
    for name in wishes.raters or ():
        _require_name(name)
    before = store.all_assignments(phase, wishes.purpose)
    old = before[0].design if before else None
    everything = frame(study, phase)
    raters = wishes.raters or sorted({one.rater for one in before}) or _known_raters(store)
    size = wishes.size or (old.size if old else DEFAULT_SIZES[phase])
    seed = wishes.seed if wishes.seed is not None else old.seed if old else DEFAULT_SEED
    if wishes.purpose is Purpose.CORRECTION:
        if wishes.strata is not None:
            raise UserError("--strata: a correction has strata of its own; leave the option out")
        overlap = wishes.overlap if wishes.overlap is not None else old.overlap if old else 0.0
        return draw_for_correction(store, everything, raters, size, seed, overlap)
    standard = tuple(name for name in _STRATA[phase] if name in everything.columns)
    design = Design(
        phase=phase,
        by=tuple(wishes.strata) if wishes.strata is not None else old.by if old else standard,
        size=size,
        overlap=wishes.overlap if wishes.overlap is not None else old.overlap if old else 1.0,
        seed=seed,
    )
    return draw_into(store, everything, design, raters)


def _require_name(name: str) -> None:
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise UserError(f"rater {name!r:.100}: a name is one line of at most 80 characters without , ; / \\") from error


def _known_raters(store: LabelStore) -> list[str]:
    return [rater.name for rater in store.raters()] or list(DEFAULT_RATERS)


def review_of(study: Study, store: LabelStore, phases: Sequence[Phase], address: str | None = None) -> Review:
    """Return the review that the app shows: the drawn items, blinded, and what the lead's pages need.

    Args:
        study: what is reviewed.
        store: where labels are kept.
        phases: those that are open.
        address: URL under which people reach the app, where a proxy stands before it.
    """
    drawn = {phase: {one.item_id for one in store.all_assignments(phase)} for phase in phases}
    verdicts = Phase.VERDICTS in phases and study.table_file("verdicts").exists()
    items = Items(
        title=study.folder.resolve().name,
        study_id=study.manifest.id,
        cases={name: case_item(study.cases[name]) for name in drawn.get(Phase.CASES, ()) if name in study.cases},
        responses={one.response_id: response_item(one) for one in _blinded(study, drawn.get(Phase.VERDICTS, set()))},
    )
    return Review(
        store=store,
        items=items,
        door=Doorkeeper(store.sessions, items.study_id, address),
        phases=list(phases),
        agreement=Agreement(
            {phase: frame(study, phase).select("item_id", "family") for phase in phases},
            study.read_table("verdicts") if verdicts else None,
        ),
    )


def _blinded(study: Study, drawn: set[str]) -> list[BlindedResponse]:
    """Return the drawn responses as judges see them."""
    if not drawn:
        return []
    responses = study.read_table("responses", JUDGED_COLUMNS).filter(pl.col("response_id").is_in(list(drawn)))
    return blind(responses, study.cases, study.manifest.seed, mask=mask_of(study))
