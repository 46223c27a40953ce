"""What a study costs: prices, what has been spent, and the till that counts while calls are made."""

from collections.abc import Mapping
from dataclasses import dataclass

from blind_refusal.asking import Budget, Display, Ledger, Outcome, Prices
from blind_refusal.errors import UserError
from blind_refusal.study.folder import Study

JUDGE_STAGES = ("judge", "judge_reasoning", "audit")


@dataclass(frozen=True)
class Account:
    """What one model has cost, as a subject or as a judge."""

    model: str
    stage: str
    """`respond`, or one of the stages of judging."""
    calls: int
    input_tokens: int
    """Not cached."""
    cached_tokens: int
    output_tokens: int
    cost: float | None
    """Dollars; None where no price is known."""


def subject_prices(study: Study) -> dict[str, Prices]:
    """Return the known prices of models under test, by label."""
    configurations = [entry.configuration() for entry in study.manifest.models]
    return {one.label: one.prices for one in configurations if one.prices}


def judge_prices(study: Study) -> dict[str, Prices]:
    """Return the known prices of judge models, by label."""
    configurations = [entry.model.configuration() for entry in study.manifest.judges if entry.model]
    return {one.label: one.prices for one in configurations if one.prices}


def accounts(study: Study, ledger: Ledger) -> list[Account]:
    """Return what every model has cost so far, failed and repeated calls included as far as they were billed."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for stage in ("respond", *JUDGE_STAGES):
        for outcome in ledger.all_outcomes(stage):
            found.setdefault((stage, outcome.model), []).append(outcome)
    prices = {"respond": subject_prices(study)}
    return [
        _account(stage, model, outcomes, prices.get(stage) or judge_prices(study))
        for (stage, model), outcomes in found.items()
    ]


def _account(stage: str, model: str, outcomes: list[Outcome], prices: Mapping[str, Prices]) -> Account:
    cached = sum(outcome.cached_tokens for outcome in outcomes)
    price = prices.get(model)
    return Account(
        model=model,
        stage=stage,
        calls=len(outcomes),
        input_tokens=sum(outcome.input_tokens for outcome in outcomes) - cached,
        cached_tokens=cached,
        output_tokens=sum(outcome.output_tokens for outcome in outcomes),
        cost=None if price is None else sum(price.of(outcome) for outcome in outcomes),
    )


class Till:
    """Counts what is spent while calls are made, and holds the budget that they must keep to."""

    def __init__(self, study: Study, ledger: Ledger, limit: float | None, display: Display) -> None:
        self._display = display
        self._prices = {"respond": subject_prices(study), **dict.fromkeys(JUDGE_STAGES, judge_prices(study))}
        self.spent = sum(account.cost or 0.0 for account in accounts(study, ledger))
        self.budget = None if limit is None else Budget(limit, self.spent)

    def take(self, outcome: Outcome) -> None:
        """Count an outcome and show it."""
        price = self._prices.get(outcome.stage, {}).get(outcome.model)
        if price is not None:
            self.spent += price.of(outcome)
            self._display.spend(self.spent)
        self._display.advance(outcome)


def require_prices(study: Study) -> None:
    """Refuse a budget for models whose prices nobody knows.

    Raises:
        UserError: with their labels.
    """
    manifest = study.manifest
    models = {entry.label: entry for entry in manifest.models}
    models |= {entry.label: entry.model for entry in manifest.judges if entry.model}
    unpriced = [label for label, entry in models.items() if entry.prices is None and not _free(entry.name)]
    if unpriced:
        raise UserError(
            f"--budget: no prices are known for {', '.join(unpriced)}; give them in a suite or with --price"
        )


def _free(name: str) -> bool:
    return name.startswith("embedded/")
