"""The pages that raters see: the way in, the overview, one item at a time, the end."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from blind_refusal.review.app.context import Review, home_of
from blind_refusal.review.app.desk import Desk, can_undo
from blind_refusal.review.app.forms import neighbours_for, questions_for
from blind_refusal.review.app.items import CaseItem, ResponseItem, all_subtypes
from blind_refusal.review.app.rendering import readable, render
from blind_refusal.review.app.security import Visitor
from blind_refusal.review.labels import LabelKind, Phase

_MONTH = 30 * 24 * 3600


def pages(review: Review) -> APIRouter:
    """Return the routes of the raters' pages."""
    router = APIRouter()

    @router.get("/")
    def root(request: Request) -> Response:
        """Show who is signed in in this browser."""
        visitors = review.door.visitors(request)
        if not visitors:
            raise HTTPException(401)
        if len(visitors) == 1:
            return RedirectResponse(home_of(visitors[0].name), 303)
        return review.page("people.html.j2", people=visitors)

    @router.get("/enter")
    def enter(request: Request, token: str = "") -> Response:
        """Turn the token of a link into a session."""
        return _enter(review, request, token)

    @router.get("/as/{name}/")
    def home(request: Request, name: str) -> Response:
        """Show somebody's work, or to a lead everybody's."""
        visitor = review.door.visitor(request, name)
        if visitor.leads:
            desks = {
                phase: [(rater.name, Desk.of_rater(review.store, rater.name, phase)) for rater in review.store.raters()]
                for phase in review.phases
            }
            return review.page("lead.html.j2", visitor, desks=desks)
        return review.page("home.html.j2", visitor, desks=[review.desk(visitor, phase) for phase in review.phases])

    @router.get("/as/{name}/{phase}/")
    def resume(request: Request, name: str, phase: Phase) -> Response:
        """Go on where the rater left."""
        visitor = review.door.visitor(request, name)
        position = review.desk(visitor, phase).where_left
        return RedirectResponse(f"{home_of(name)}{phase}/{position or 'done'}", 303)

    @router.get("/as/{name}/{phase}/done")
    def done(request: Request, name: str, phase: Phase) -> Response:
        """Say that all is done, or what is not."""
        visitor = review.door.visitor(request, name)
        return review.page("done.html.j2", visitor, desk=review.desk(visitor, phase))

    @router.get("/as/{name}/{phase}/{position}")
    def item(request: Request, name: str, phase: Phase, position: int) -> Response:
        """Show one item."""
        visitor = review.door.visitor(request, name)
        return _item_page(review, visitor, review.desk(visitor, phase), position)

    @router.get("/as/{name}/{phase}/{position}/text")
    def text(request: Request, name: str, phase: Phase, position: int) -> Response:
        """Send the whole text of an item, as text and nothing else."""
        visitor = review.door.visitor(request, name)
        found = review.require_item(phase, review.desk(visitor, phase).item(position))
        return PlainTextResponse(readable(found.text).encode("utf-8", "replace"))

    return router


def _enter(review: Review, request: Request, token: str) -> Response:
    cookie = review.store.sessions.redeem(token) if token else None
    rater = review.store.sessions.whose(cookie) if cookie else None
    if cookie is None or rater is None:
        people = review.door.visitors(request)
        return review.page("refused.html.j2", status=401, used=bool(token), people=people)
    # Not a redirect: a browser coming from another site, such as a page of mail, would follow it without the cookie.
    response = review.page("entered.html.j2", target=home_of(rater.name))
    response.set_cookie(
        review.door.cookie_name(rater.name),
        cookie,
        max_age=_MONTH,
        path="/",
        secure=review.door.secure,
        httponly=True,
        samesite="strict",
    )
    return response


def _item_page(review: Review, visitor: Visitor, desk: Desk, position: int) -> HTMLResponse:
    found = review.require_item(desk.phase, desk.item(position))
    history = review.store.history(visitor.name, desk.phase, found.item_id)
    return review.page(
        "item.html.j2",
        visitor,
        desk=desk,
        position=position,
        label=desk.labels.get(found.item_id),
        undoable=can_undo(history),
        next_open=desk.next_open(position),
        kind=LabelKind.RATER,
        **shown_of(desk.phase, found),
    )


def shown_of(phase: Phase, found: CaseItem | ResponseItem) -> dict[str, Any]:
    """Return what the template of an item shows, whoever looks at it."""
    return {
        "phase": phase,
        "item": found,
        "questions": questions_for(phase, found),
        "rendered": render(found.text) if isinstance(found, ResponseItem) else None,
        "neighbours": neighbours_for(found) if isinstance(found, CaseItem) else [],
        "all_subtypes": all_subtypes() if isinstance(found, CaseItem) else [],
    }
