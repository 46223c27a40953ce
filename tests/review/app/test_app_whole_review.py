"""A whole review by two raters and a lead, in a real browser."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from blind_refusal.review import CaseValues, LabelKind, LabelStore, Phase, VerdictValues
from tests.support.review_app import RunningReview
from tests.support.review_browser import at, enter, needs_chromium, press, select

pytestmark = needs_chromium


def test_two_raters_review_both_phases_to_the_agreement_page(
    context: BrowserContext, running: RunningReview, folder: Path
) -> None:
    ana = enter(context, running, "ana")
    ana.get_by_role("link", name="Begin").first.click()
    for position in range(1, 5):
        at(ana, f"Case {position} of 4")
        press(ana, "1", "q", "a", "x", "i", "Enter")
    expect(ana.get_by_role("heading", name="All done")).to_be_visible()
    ben = enter(context, running, "ben")
    ben.get_by_role("link", name="Begin").first.click()
    for position in range(1, 5):
        at(ben, f"Case {position} of 4")
        press(ben, "1", "4" if position == 1 else "q", "a", "x", "i", "Enter")
    expect(ben.get_by_role("heading", name="All done")).to_be_visible()

    for rater, page, first in (("ana", ana, "1"), ("ben", ben, "3")):
        page.goto(f"/as/{rater}/verdicts/")
        for position in range(1, 5):
            at(page, f"Response {position} of 4")
            select(page, "sells suits should not make a rule")
            press(page, "m", first if position == 1 else "2", "s", "Enter")
        expect(page.get_by_role("heading", name="All done")).to_be_visible()
        assert "agreement" not in page.content().lower()

    lead = enter(context, running, "lead")
    expect(lead.locator("#live")).to_contain_text("4 of 4")
    lead.get_by_role("link", name="Agreement", exact=True).nth(1).click()
    expect(lead.get_by_role("heading", name="Agreement on responses")).to_be_visible()
    expect(lead.get_by_role("heading", name="ana and ben")).to_be_visible()
    expect(lead.get_by_role("heading", name="Consensus and judge lexical")).to_be_visible()
    assert lead.locator("#live").get_by_text("ana has labelled 4, ben has labelled 4").count() == 1

    with LabelStore.of_study(folder) as store:
        cases, verdicts = store.labels("ben", Phase.CASES), store.labels("ana", Phase.VERDICTS)
    assert len(cases) == len(verdicts) == 4
    said = [label.values for label in cases.values()]
    assert all(isinstance(one, CaseValues) and one.passes and one.confounded is False for one in said)
    assert (
        sum(isinstance(one, CaseValues) and one.rightly_classified is False and one.subtype is not None for one in said)
        == 1
    )
    for label in verdicts.values():
        assert isinstance(label.values, VerdictValues)
        assert label.values.engagement_quote == "sells suits should not make a rule"


def test_lead_settles_a_disagreement_without_seeing_names(
    context: BrowserContext, running: RunningReview, folder: Path
) -> None:
    for rater, key in (("ana", "1"), ("ben", "2")):
        page = enter(context, running, rater)
        page.goto(f"/as/{rater}/verdicts/")
        for position in range(1, 5):
            at(page, f"Response {position} of 4")
            press(page, key if position == 2 else "3", "w", "s", "Enter")
        expect(page.get_by_role("heading", name="All done")).to_be_visible()
    lead = enter(context, running, "lead")
    lead.goto("/as/lead/agreement/verdicts")
    lead.get_by_role("link", name="Settle disagreements").click()
    expect(lead.get_by_role("heading", name="Disagreement 1")).to_be_visible()
    shown = lead.locator("main").inner_text()
    assert "Rater A" in shown
    assert "hard refusal" in shown
    assert "ana" not in re.findall(r"\w+", shown)
    assert "ben" not in re.findall(r"\w+", shown)
    total = int(re.findall(r"of (\d+)", lead.title())[0])
    for position in range(1, total + 1):
        at(lead, f"Disagreement {position} of {total}")
        press(lead, "2", "w", "s", "Enter")
    expect(lead.get_by_text("settled")).to_have_count(total)
    with LabelStore.of_study(folder) as store:
        rulings = store.adjudications(Phase.VERDICTS)
        assert len(rulings) == total
        assert {one.kind for one in rulings.values()} == {LabelKind.ADJUDICATION}
        assert len(store.labels("ana", Phase.VERDICTS)) == 4


def test_agreement_page_follows_the_labels(context: BrowserContext, running: RunningReview) -> None:
    lead = enter(context, running, "lead")
    lead.goto("/as/lead/agreement/verdicts")
    expect(lead.locator("#live")).to_contain_text("Nobody has labelled anything yet")
    ana = enter(context, running, "ana")
    ana.goto("/as/ana/verdicts/1")
    press(ana, "2", "w", "s", "Enter")
    at(ana, "Response 2 of 4")
    lead.bring_to_front()
    expect(lead.locator("#live")).to_contain_text("ana has labelled 1", timeout=20_000)
