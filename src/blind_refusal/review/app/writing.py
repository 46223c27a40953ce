"""What changes the store: saving a label and undoing. Everything is done in the name of the session's own person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from blind_refusal.review.app.context import Review, home_of
from blind_refusal.review.app.desk import Desk
from blind_refusal.review.app.items import Item, ResponseItem
from blind_refusal.review.app.rendering import render
from blind_refusal.review.app.security import Visitor, read_object
from blind_refusal.review.labels import VALUES_OF, ClientId, Draft, ItemId, Label, LabelKind, Phase, faults_of_values

Body = Annotated[dict[str, Any], Depends(read_object)]


class Undo(BaseModel):
    """What an undo is asked for with."""

    model_config = ConfigDict(extra="forbid")

    id: ClientId
    """Made by the page, once for this undo."""
    item_id: ItemId


def writing(review: Review) -> APIRouter:
    """Return the routes that change something."""
    router = APIRouter()

    @router.post("/as/{name}/{phase}/label")
    def save(request: Request, name: str, phase: Phase, body: Body) -> JSONResponse:
        """Save a label; when this answers, it is on the disk."""
        visitor = review.door.writer(request, name)
        try:
            draft = _draft(visitor, phase, body)
        except ValidationError as error:
            return _faults(_reasons(error))
        shown = _shown(review.require_item(phase, draft.item_id))
        faults = faults_of_values(draft.values, shown) if draft.values else []
        if faults:
            return _faults(faults)
        return _saved(review, visitor, review.store.save(draft))

    @router.post("/as/{name}/{phase}/undo")
    def undo(request: Request, name: str, phase: Phase, body: Body) -> JSONResponse:
        """Bring back what was said of an item before."""
        visitor = review.door.writer(request, name)
        try:
            wanted = Undo.model_validate(body)
        except ValidationError as error:
            return _faults(_reasons(error))
        review.require_item(phase, wanted.item_id)
        label = review.store.undo(wanted.id, visitor.name, phase, wanted.item_id, _kind(visitor))
        return _saved(review, visitor, label)

    @router.post("/as/{name}/link")
    def link(request: Request, name: str, body: Body) -> JSONResponse:
        """Make a new link for a rater whose link was used up or lost."""
        visitor = review.door.writer(request, name)
        if not visitor.leads:
            raise HTTPException(403, "only the lead makes links")
        token = review.store.sessions.new_link(str(body.get("rater")))
        return JSONResponse({"path": f"/enter?token={token}"})

    return router


def _kind(visitor: Visitor) -> LabelKind:
    return LabelKind.ADJUDICATION if visitor.leads else LabelKind.RATER


def _draft(visitor: Visitor, phase: Phase, body: dict[str, Any]) -> Draft:
    values = VALUES_OF[phase].model_validate(body.get("values"))
    fields = {name: value for name, value in body.items() if name in ("id", "item_id", "comment", "seconds")}
    return Draft(**fields, phase=phase, rater=visitor.name, kind=_kind(visitor), values=values)


def _shown(item: Item) -> str | None:
    """Return the words that a quote may be taken from: those of the page, and of the whole text behind its link."""
    return f"{render(item.text).words}\n{item.text}" if isinstance(item, ResponseItem) else None


def _reasons(error: ValidationError) -> list[tuple[str, str]]:
    found = error.errors(include_url=False, include_input=False)
    return [
        (".".join(str(part) for part in one["loc"]), one["msg"].removeprefix("Value error, ").removeprefix("Field "))
        for one in found
    ]


def _faults(faults: list[tuple[str, str]]) -> JSONResponse:
    return JSONResponse({"faults": [{"field": field, "reason": reason} for field, reason in faults]}, 422)


def _saved(review: Review, visitor: Visitor, label: Label) -> JSONResponse:
    saved: dict[str, object] = {"revision": label.revision, "withdrawn": label.withdrawn, "next": None}
    if not visitor.leads:
        desk = Desk.of_rater(review.store, visitor.name, label.phase)
        position = desk.items.index(label.item_id) + 1
        saved["next"] = f"{home_of(visitor.name)}{label.phase}/{desk.next_open(position) or 'done'}"
    return JSONResponse(saved)
