"""The lead's pages: how far raters agree, and settling what they differ on.

Raters see none of this, not even their own figures: a rater who knows how the other one labels is no second opinion.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from blind_refusal.review.agreement_records import AgreementReport, Disagreement, JudgeComparison, RaterComparison
from blind_refusal.review.app.context import Review, home_of
from blind_refusal.review.app.desk import can_undo
from blind_refusal.review.app.forms import QuestionView, said
from blind_refusal.review.app.pages import shown_of
from blind_refusal.review.app.security import Visitor
from blind_refusal.review.labels import QUESTIONS, CaseValues, Label, LabelKind, Phase, VerdictValues
from blind_refusal.taxonomy import load_taxonomy


@dataclass(frozen=True)
class Side:
    """What one of those who differ says, without a name."""

    answers: Mapping[str, str]
    """Wording by question."""
    details: Sequence[tuple[str, str]]
    comment: str


@dataclass(frozen=True)
class Section:
    """One comparison of the agreement page: a heading, and a row for each question."""

    heading: str
    first: str
    """Who stands in the rows of the confusion matrices; empty where more than two are compared."""
    second: str
    rows: Sequence[RaterComparison | JudgeComparison]


def lead_pages(review: Review) -> APIRouter:
    """Return the routes of the lead's pages."""
    router = APIRouter()

    @router.get("/as/{name}/agreement/{phase}")
    def agreement(request: Request, name: str, phase: Phase, family: str = "") -> Response:
        """Show how far raters agree with each other and with the judges."""
        visitor = review.lead(request, name)
        report = review.agreement.report(review.store, phase)
        return _agreement_page(review, visitor, report, family or None)

    @router.get("/as/{name}/adjudicate/{phase}/")
    def first(request: Request, name: str, phase: Phase) -> Response:
        """Go to the first disagreement that nobody has settled."""
        review.lead(request, name)
        found = _disagreements(review, phase)
        waiting = next((place for place, one in enumerate(found, 1) if not one.adjudicated), None)
        return RedirectResponse(f"{home_of(name)}adjudicate/{phase}/{waiting or 'all'}", 303)

    @router.get("/as/{name}/adjudicate/{phase}/all")
    def disagreements(request: Request, name: str, phase: Phase) -> Response:
        """List the disagreements."""
        visitor = review.lead(request, name)
        found = _disagreements(review, phase)
        return review.page(
            "disagreements.html.j2",
            visitor,
            phase=phase,
            disagreements=found,
            titles=titles(phase),
            families=families(),
        )

    @router.get("/as/{name}/adjudicate/{phase}/{position}")
    def adjudicate(request: Request, name: str, phase: Phase, position: int) -> Response:
        """Show one disagreement, to be settled."""
        visitor = review.lead(request, name)
        found = _disagreements(review, phase)
        return _adjudication_page(review, visitor, phase, found, position)

    return router


def titles(phase: Phase) -> dict[str, str]:
    """Return the heading of each question."""
    return {question.name: question.title for question in QUESTIONS[phase]} | {"helps": "Helps"}


def families() -> dict[str, str]:
    """Return the names of families by id."""
    return {family.id: family.name for family in load_taxonomy().families}


def _agreement_page(review: Review, visitor: Visitor, report: AgreementReport, family: str | None) -> HTMLResponse:
    return review.page(
        "agreement.html.j2",
        visitor,
        phase=report.phase,
        report=report,
        family=family,
        known_families=sorted({one.family for one in (*report.raters, *report.judges) if one.family}),
        families=families(),
        titles=titles(report.phase),
        wordings=_wordings(report.phase),
        between=_sections([(tuple(one.raters), one) for one in report.raters if one.family == family]),
        judged=_sections(
            [((one.rater or "Consensus", f"judge {one.judge}"), one) for one in report.judges if one.family == family]
        ),
        predictive=[one for one in report.predictive if one.family == family],
        waiting=sum(not one.adjudicated for one in report.disagreements),
    )


def _wordings(phase: Phase) -> dict[str, dict[str, str]]:
    """Return the wording of each question's answers, keyed as in the report."""
    return {
        question.name: {
            str(value).lower() if isinstance(value, bool) else value: words for value, words in question.answers
        }
        for question in QUESTIONS[phase]
    }


def _sections(rows: Sequence[tuple[tuple[str, ...], RaterComparison | JudgeComparison]]) -> list[Section]:
    """Gather the questions of each comparison; that of all raters comes first."""
    by_who: dict[tuple[str, ...], list[RaterComparison | JudgeComparison]] = {}
    for who, row in rows:
        by_who.setdefault(who, []).append(row)
    return [
        Section(" and ".join(who), *who, found)
        if len(who) == 2
        else Section(f"All {len(who)} raters together", "", "", found)
        for who, found in sorted(by_who.items(), key=lambda one: len(one[0]) == 2)
    ]


def _disagreements(review: Review, phase: Phase) -> list[Disagreement]:
    """Return the disagreements, and whether each is settled by now, which the report may not know yet.

    Their order is the same whether settled or not, so that a position stays what it was while they are settled.
    """
    found = review.agreement.report(review.store, phase).disagreements
    settled = review.store.adjudications(phase)
    known = [one.model_copy(update={"adjudicated": one.item_id in settled}) for one in found]
    return sorted(known, key=lambda one: one.item_id)


def _adjudication_page(
    review: Review, visitor: Visitor, phase: Phase, found: Sequence[Disagreement], position: int
) -> HTMLResponse:
    chosen = found[position - 1] if 1 <= position <= len(found) else None
    item = review.require_item(phase, chosen.item_id if chosen else None)
    shown = shown_of(phase, item)
    history = review.store.history(visitor.name, phase, item.item_id, LabelKind.ADJUDICATION)
    label = history[-1] if history and not history[-1].withdrawn else None
    waiting = [place for place, one in enumerate(found, 1) if not one.adjudicated and place != position]
    return review.page(
        "adjudicate.html.j2",
        visitor,
        position=position,
        total=len(found),
        label=label,
        undoable=can_undo(history),
        next_open=next((place for place in waiting if place > position), waiting[0] if waiting else None),
        sides=_sides(review, phase, item.item_id, shown["questions"]),
        disputed=set(chosen.questions) if chosen else set(),
        kind=LabelKind.ADJUDICATION,
        **shown,
    )


def _sides(review: Review, phase: Phase, item_id: str, questions: Sequence[QuestionView]) -> list[Side]:
    """Return what each rater says of an item, in an order that tells nothing about who it is."""
    mine = [
        label
        for label in review.store.all_labels(phase)
        if label.item_id == item_id and label.kind is LabelKind.RATER and label.values is not None
    ]
    mine.sort(key=lambda label: hashlib.sha256(f"{item_id}\0{label.rater}".encode()).digest())
    return [_side(label, questions) for label in mine]


def _side(label: Label, questions: Sequence[QuestionView]) -> Side:
    values = label.values
    details: list[tuple[str, str]] = []
    if isinstance(values, VerdictValues) and values.engagement_quote:
        details = [("Marked", values.engagement_quote)]
    if isinstance(values, CaseValues):
        subtype = load_taxonomy().subtypes[values.subtype].name if values.subtype else ""
        details = [(what, text) for what, text in (("Subtype", subtype), ("Confound", values.confound)) if text]
    answers = {question.name: said(question, getattr(values, question.name)) for question in questions}
    return Side(answers, details, label.comment)
