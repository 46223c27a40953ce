"""Who gets into the running app, and who does not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from blind_refusal.review import LabelStore, Phase
from tests.support.review_app import RunningReview, make_study
from tests.support.review_person import VERDICT, Person, attribute


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("review") / "study").folder


@pytest.fixture(scope="module", autouse=True)
def running(folder: Path) -> Iterator[RunningReview]:
    with RunningReview(folder, "--raters", "ana,ben,Zoë & co") as review:
        yield review


@pytest.fixture(scope="module", autouse=True)
def ana(running: RunningReview) -> Person:
    return Person(running, "ana")


@pytest.fixture(scope="module", autouse=True)
def ben(running: RunningReview) -> Person:
    return Person(running, "ben")


@pytest.fixture(scope="module")
def lead(running: RunningReview) -> Person:
    return Person(running, "lead")


@pytest.mark.parametrize(
    "path", ["/", "/as/ana/", "/as/ana/verdicts/1", "/as/ana/verdicts/1/text", "/as/lead/agreement/verdicts", "/enter"]
)
def test_without_a_session_nothing_is_shown(path: str, running: RunningReview, ana: Person) -> None:
    answer = httpx2.get(running.base + path)
    assert answer.status_code == 401
    assert "What to do" in answer.text
    assert "chairman" not in answer.text
    # A cookie that was made up, or another's, is as good as none.
    forged = httpx2.get(running.base + path, headers={"cookie": f"{next(iter(ana.client.cookies))}=made-up"})
    assert forged.status_code == 401


def test_a_link_works_once(running: RunningReview, ana: Person) -> None:
    again = httpx2.get(running.links["ana"])
    assert again.status_code == 401
    assert "no longer works" in again.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(running: RunningReview, lead: Person) -> None:
    lead.csrf = attribute(lead.get("").text, "csrf")
    path = lead.post("link", {"id": "client-link", "rater": "ben"}).json()["path"]
    cookie = httpx2.get(running.base + path).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "ben" not in cookie.split("=")[0]


@pytest.mark.parametrize("path", ["", "verdicts/1", "agreement/verdicts", "static"])
def test_every_answer_carries_the_policy(path: str, running: RunningReview, lead: Person) -> None:
    answer = lead.client.get("/static/review.js") if path == "static" else lead.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "://" not in re.sub(r"http://127\.0\.0\.1:\d+|http://www\.w3\.org\S*", "", answer.text)


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_other_hosts_are_refused(host: str, running: RunningReview, ana: Person) -> None:
    assert ana.client.get("/as/ana/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"origin": "http://elsewhere.example"}, 403, id="other_origin"),
        pytest.param({"origin": "null"}, 403, id="no_origin"),
        pytest.param({"origin": ""}, 403, id="origin_missing"),
        pytest.param({"x-csrf-token": ""}, 403, id="no_token"),
        pytest.param({"x-csrf-token": "f" * 64}, 403, id="wrong_token"),
        pytest.param({"content-type": "text/plain"}, 415, id="form_of_another_site"),
        pytest.param({"cookie": ""}, 401, id="no_cookie"),
    ],
)
def test_forged_writes_are_refused(headers: dict[str, str], status: int, ana: Person, lead: Person) -> None:
    item = ana.item(2)
    body = {"id": "client-forged", "item_id": item, "values": VERDICT}
    request = {"x-csrf-token": ana.csrf, **headers}
    client = ana.client if "cookie" not in headers else httpx2.Client(base_url=ana.client.base_url)
    content = json.dumps(body).encode()
    answer = client.post(
        "/as/ana/verdicts/label", content=content, headers={"content-type": "application/json", **request}
    )
    assert answer.status_code == status
    assert "error" in answer.json()


def test_one_rater_cannot_read_or_write_anothers_labels(ana: Person, ben: Person, folder: Path) -> None:
    item = ana.item(1)
    assert ana.save(item, comment="only ana knows").status_code == 200
    ben.item(1)
    for path in ("", "verdicts/1", "verdicts/done"):
        assert ben.client.get(f"/as/ana/{path}").status_code == 401
    for path in ("", *(f"verdicts/{n}" for n in range(1, 5))):
        assert "only ana knows" not in ben.get(path).text
    body = {"id": "client-bens", "item_id": item, "values": VERDICT, "rater": "ana", "kind": "adjudication"}
    assert ben.client.post("/as/ana/verdicts/label", json=body).status_code == 401
    # Whatever the body claims, it is saved in the session's own name.
    assert ben.post("verdicts/label", body).status_code == 200
    assert ben.post("verdicts/undo", {"id": "client-undo-1", "item_id": item}).status_code == 200
    with LabelStore.of_study(folder) as store:
        assert [row.comment for row in store.history("ana", Phase.VERDICTS, item)] == ["only ana knows"]
        assert [row.rater for row in store.history("ben", Phase.VERDICTS, item)] == ["ben", "ben"]


@pytest.mark.parametrize("path", ["agreement/verdicts", "adjudicate/verdicts/all", "adjudicate/verdicts/1"])
def test_raters_do_not_see_the_leads_pages(path: str, ana: Person) -> None:
    assert ana.get(path).status_code == 403
    assert ana.client.get(f"/as/lead/{path}").status_code == 401


def test_names_with_other_characters_work(running: RunningReview) -> None:
    zoe = Person(running, "Zoë & co")
    assert "Zoë &amp; co" in zoe.get("").text
    assert zoe.save(zoe.item(1)).status_code == 200


def test_lead_makes_a_new_link(running: RunningReview, lead: Person, ana: Person) -> None:
    page = lead.get("").text
    lead.csrf = attribute(page, "csrf")
    path = lead.post("link", {"id": "client-link", "rater": "ben"}).json()["path"]
    with httpx2.Client(base_url=running.base) as browser:
        browser.get(path)
        assert "Hello, ben" in browser.get("/as/ben/").text
    ana.item(1)
    assert ana.post("link", {"id": "client-link", "rater": "ben"}).status_code == 403


def test_two_people_share_a_browser(running: RunningReview, lead: Person) -> None:
    lead.csrf = attribute(lead.get("").text, "csrf")
    with httpx2.Client(base_url=running.base) as browser:
        for name in ("ana", "ben"):
            browser.get(lead.post("link", {"id": "client-link", "rater": name}).json()["path"])
        assert browser.get("/as/ana/").status_code == 200
        assert browser.get("/as/ben/").status_code == 200
        assert "Who are you?" in browser.get("/").text
