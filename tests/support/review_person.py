"""What a person's browser does with the review app, without a browser."""

import re
from typing import Any
from urllib.parse import quote

import httpx2

from tests.support.review_app import RunningReview

VERDICT = {
    "response_type": "deflects",
    "engages_with_defeat": False,
    "engagement_quote": "",
    "independent_harm": None,
}


class Person:
    """Somebody's browser, without a browser."""

    def __init__(self, running: RunningReview, name: str) -> None:
        self.home = f"/as/{quote(name, safe='')}/"
        self.client = httpx2.Client(base_url=running.base, timeout=60, headers={"origin": running.base})
        entered = self.client.get(running.links[name])
        assert entered.status_code == 200, entered.text
        self.csrf = ""

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(self.home + path)

    def item(self, position: int = 1, phase: str = "verdicts") -> str:
        """Open an item's page and return its id."""
        page = self.get(f"{phase}/{position}").text
        self.csrf = attribute(page, "csrf")
        return attribute(page, "item")

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        return self.client.post(self.home + path, json=body, headers={"x-csrf-token": self.csrf, **headers})

    def save(self, item: str, number: int = 1, **changes: object) -> httpx2.Response:
        body = {"id": f"client-{item}-{number}", "item_id": item, "values": VERDICT, "comment": "", "seconds": 3.5}
        return self.post("verdicts/label", body | changes)


def attribute(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found, page
    return found[1]
