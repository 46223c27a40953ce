"""Asking a local server as Inspect's providers do, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from inspect_ai.model._providers.util import batch as inspect_batch

from blind_refusal.asking import AnswerSchema, Ledger, Message, ModelConfiguration, Outcome, Request, Sending, ask
from tests.support.local_provider import LocalProvider

P = TypeVar("P", bound=LocalProvider)


@contextmanager
def reached(provider: P, monkeypatch: pytest.MonkeyPatch) -> Iterator[P]:
    """Run a server where its models' names lead to it; Inspect looks at its batches every moment, not every 15 s."""
    monkeypatch.setattr(inspect_batch, "DEFAULT_BATCH_TICK", 0.05)
    monkeypatch.setattr(inspect_batch, "DEFAULT_SEND_DELAY", 0.1)
    with provider as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def questions(name: str, count: int, schema: AnswerSchema | None = None, **generate: object) -> list[Request]:
    """Make requests of a model: ``case-0`` asks ``question 0``, and so on."""
    model = ModelConfiguration(name, generate={"max_tokens": 500, **generate})
    return [
        Request("respond", f"case-{n}", model, (Message("user", f"question {n}"),), schema=schema) for n in range(count)
    ]


def outcomes_of(requests: list[Request], folder: Path, sending: Sending | None = None) -> dict[str, Outcome]:
    """Ask, with the ledger of a folder, and return the newest outcomes by item."""
    with Ledger(folder / "ledger.sqlite") as ledger:
        ask(requests, ledger, sending=sending)
        return {outcome.item: outcome for outcome in ledger.outcomes(requests[0].stage)}
