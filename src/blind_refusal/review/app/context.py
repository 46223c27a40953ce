"""What every page needs: the store, the items, the doorkeeper and the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from blind_refusal.review.app.agreeing import Agreement
from blind_refusal.review.app.desk import Desk
from blind_refusal.review.app.items import Item, Items
from blind_refusal.review.app.rendering import readable
from blind_refusal.review.app.security import Doorkeeper, Visitor
from blind_refusal.review.labels import Phase
from blind_refusal.review.store import LabelStore

PHASE_NAMES = {Phase.CASES: "Cases", Phase.VERDICTS: "Responses"}
"""What raters call the phases: to them, a verdict is something that they give."""


@dataclass(frozen=True)
class Review:
    """One running review."""

    store: LabelStore
    items: Items
    door: Doorkeeper
    phases: Sequence[Phase]
    """Those that are open, in the order in which they are offered."""
    agreement: Agreement
    """What the lead is told."""

    def require_item(self, phase: Phase, item_id: str | None) -> Item:
        """Return an item.

        Raises:
            HTTPException: 404 if the phase is not open or the item is not there.
        """
        if phase not in self.phases:
            raise HTTPException(404, f"{phase}: is not part of this review")
        if item_id is None:
            raise HTTPException(404, "there is no such item in your list")
        item = self.items.find(phase, item_id)
        if item is None:
            raise HTTPException(404, "this item was drawn after the server was started; start it again to see it")
        return item

    def desk(self, visitor: Visitor, phase: Phase) -> Desk:
        """Return a rater's work.

        Raises:
            HTTPException: 403 if it is a lead, who does not label.
        """
        if visitor.leads:
            raise HTTPException(403, "a lead adjudicates and does not label")
        return Desk.of_rater(self.store, visitor.name, phase)

    def lead(self, request: Request, name: str) -> Visitor:
        """Return the lead in whose name a page is asked for.

        Raises:
            HTTPException: 401 without a session, 403 if it is a rater's.
        """
        visitor = self.door.visitor(request, name)
        if not visitor.leads:
            raise HTTPException(403, "only the lead sees other people's labels")
        return visitor

    def page(self, template: str, visitor: Visitor | None = None, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template shows
        """Render a page."""
        rendered = (
            _environment()
            .get_template(template)
            .render(
                study=self.items.title if visitor or status == 200 else "",
                study_id=self.items.study_id,
                visitor=visitor,
                phases=self.phases,
                **values,
            )
        )
        # What was cut or is broken must not keep the rest of the page from being sent.
        return HTMLResponse(rendered.encode("utf-8", "replace"), status)


def home_of(name: str) -> str:
    """Return the path of somebody's pages."""
    return f"/as/{quote(name, safe='')}/"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("blind_refusal.review.app"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "home": home_of, "coefficient": coefficient}
    environment.globals |= {"phase_names": PHASE_NAMES}
    return environment


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    return readable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def coefficient(value: float) -> str:
    """Write a coefficient with two decimals and a real minus sign; what rounds to zero has none."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
