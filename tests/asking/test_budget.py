"""A budget is never exceeded, whatever is under way at once."""

from pathlib import Path

import pytest

from blind_refusal.asking import Budget, Ledger, Message, ModelConfiguration, Prices, Request, ask, cost_of, dearest
from blind_refusal.errors import UserError
from tests.support.local_provider import LocalProvider, Reply

PRICES = Prices(input=1_000.0, output=2_000.0, cached=100.0)
MODEL = ModelConfiguration(
    "openai-api/local/subject", generate={"max_tokens": 50, "temperature": 0.0}, connections=8, prices=PRICES
)
CALL = PRICES.cost(30, 10, 12)
"""What the local server bills for a call."""


def _requests(count: int, model: ModelConfiguration = MODEL) -> list[Request]:
    return [Request("respond", f"case-{n}", model, (Message("user", f"question {n}"),)) for n in range(count)]


def test_cost_is_worked_by_hand() -> None:
    assert pytest.approx((20 * 1_000 + 10 * 100 + 12 * 2_000) / 1e6) == CALL
    assert Prices(1.0, 2.0).cost(10, 10, 0) == pytest.approx(10 / 1e6)  # no price for cached ones: the full one


@pytest.mark.parametrize("calls", [0.5, 1, 4.2, 17])
def test_budget_is_never_exceeded_and_nearly_used_up(calls: float, provider: LocalProvider, tmp_path: Path) -> None:
    provider.behaviour = lambda body, earlier: Reply(delay=0.02)
    budget = Budget(limit=calls * CALL)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(_requests(40), ledger, budget=budget)
        outcomes = list(ledger.outcomes("respond"))
    spent = cost_of(outcomes, {MODEL.label: PRICES})
    assert spent == pytest.approx(budget.spent)
    assert spent <= budget.limit
    assert spent + dearest(_requests(1)[0]) > budget.limit  # not another one would have been safe
    assert asked.budget_spent
    assert asked.not_sent[MODEL.label] == 40 - len(outcomes)
    assert len(provider.requests) == len(outcomes)


def test_enough_money_sends_everything(provider: LocalProvider, tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        asked = ask(_requests(20), ledger, budget=Budget(limit=1_000.0))
    assert not asked.budget_spent
    assert len(provider.requests) == 20


def test_price_is_not_part_of_the_question() -> None:
    dear, free = _requests(1)[0], _requests(1, ModelConfiguration(MODEL.name, generate=MODEL.generate))[0]
    assert dear.key == free.key
    assert dearest(free) == 0.0


@pytest.mark.parametrize("text", ["cheap", "1", "1/2/3/4", "-1/2", "1/nan", "inf/1"])
def test_price_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="INPUT/CACHED/OUTPUT is wanted"):
        Prices.parse(text)


def test_prices_are_read() -> None:
    assert Prices.parse("1.25/0.125/10") == Prices(1.25, 10.0, 0.125)
    assert Prices.parse("1/2") == Prices(1.0, 2.0)
