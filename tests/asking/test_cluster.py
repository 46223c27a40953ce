"""Asking from the workers of a Ray cluster: two nodes on this machine, a local server that counts."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from blind_refusal.asking import (
    Budget,
    Cluster,
    Ledger,
    Message,
    ModelConfiguration,
    Prices,
    Request,
    Sending,
    Status,
    ask,
    dearest,
)
from blind_refusal.errors import UserError
from tests.support.local_provider import Body, LocalProvider, Reply, prompt_of

pytest.importorskip("ray", reason="the extra `ray` is not installed")

from blind_refusal.asking.cluster import gpus_of
from tests.support.ray_nodes import kill_one_worker_when, two_nodes, workers


@pytest.fixture(scope="module")
def server() -> Iterator[LocalProvider]:
    """One server for the module: the cluster's nodes hold its address in their environment."""
    with pytest.MonkeyPatch.context() as environment, LocalProvider() as running:
        for name, value in running.environment.items():
            environment.setenv(name, value)
        yield running


@pytest.fixture(scope="module")
def address(server: LocalProvider) -> Iterator[str]:
    with two_nodes() as running:
        yield running


@pytest.fixture
def provider(server: LocalProvider) -> LocalProvider:
    """The server with nothing on its books."""
    server.requests.clear()
    server.answered.clear()
    server.seen.clear()
    server.behaviour = lambda body, earlier: Reply(text=f"answer to {prompt_of(body)}")
    return server


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def _model(label: str = "subject", **changes: object) -> ModelConfiguration:
    return ModelConfiguration("openai-api/local/m", label, {"max_tokens": 50}, connections=8, **changes)  # type: ignore[arg-type]


def _requests(count: int, model: ModelConfiguration | None = None) -> list[Request]:
    model = model or _model()
    texts = [(Message("user", f"{model.label}, question {n}"),) for n in range(count)]
    return [Request("respond", f"case-{n}", model, text) for n, text in enumerate(texts)]


def test_two_models_on_two_nodes(address: str, provider: LocalProvider, ledger: Ledger) -> None:
    used: set[int] = set()

    def behaviour(body: Body, earlier: int) -> Reply:
        used.update(workers().values() if len(provider.requests) == 30 else ())
        return Reply(text=f"answer to {prompt_of(body)}", delay=0.02)

    provider.behaviour = behaviour
    requests = _requests(60, _model("first")) + _requests(60, _model("second"))
    told: list[str] = []
    asked = ask(
        requests,
        ledger,
        sending=Sending(cluster=Cluster(address)),
        on_outcome=lambda outcome: told.append(outcome.key),
    )
    assert asked.statuses == {Status.OK: 120}
    assert not asked.not_sent
    assert sorted(told) == sorted(request.key for request in requests)
    assert {outcome.text for outcome in ledger.outcomes("respond")} == {
        f"answer to {request.messages[0].text}" for request in requests
    }
    assert len(provider.requests) == 120
    assert len(used) == 2
    again = ask(requests, ledger, sending=Sending(cluster=Cluster(address)))
    assert not again.statuses
    assert len(provider.requests) == 120


def test_killed_worker_costs_nothing_but_what_it_was_at(address: str, provider: LocalProvider, ledger: Ledger) -> None:
    provider.behaviour = lambda body, earlier: Reply(delay=0.1)
    killing = kill_one_worker_when(lambda: len(provider.answered) >= 80)
    asked = ask(_requests(300), ledger, sending=Sending(cluster=Cluster(address)))
    killing.join(1)
    assert not killing.is_alive()
    assert asked.statuses == {Status.OK: 300}
    assert len(list(ledger.outcomes("respond"))) == 300
    sent = Counter(map(prompt_of, provider.requests))
    assert (
        sum(sent.values()) - 300 <= 4 + 4
    )  # a worker has 4 connections; as many answers may not have reached the desk
    assert max(sent.values()) <= 2


def test_refused_key_stops_its_model_and_no_other(address: str, provider: LocalProvider, ledger: Ledger) -> None:
    provider.behaviour = lambda body, earlier: Reply(status=401) if "locked" in prompt_of(body) else Reply()
    requests = _requests(100, _model("locked")) + _requests(20, _model("open"))
    asked = ask(requests, ledger, sending=Sending(cluster=Cluster(address)))
    assert asked.statuses == {Status.OK: 20}
    assert set(asked.refused_keys) == {"locked"}
    assert asked.not_sent == {"locked": 100}
    assert len(provider.requests) < 20 + 100


def test_budget_is_one_for_all_workers(address: str, provider: LocalProvider, ledger: Ledger) -> None:
    requests = _requests(200, _model(prices=Prices(input=100.0, output=1_000.0)))
    budget = Budget(limit=20 * dearest(requests[0]))
    asked = ask(requests, ledger, sending=Sending(cluster=Cluster(address)), budget=budget)
    done = asked.statuses[Status.OK]
    assert asked.budget_spent
    assert 0 < done < 200
    assert asked.not_sent == {"subject": 200 - done}
    prices = requests[0].model.prices
    assert prices is not None
    assert budget.spent == pytest.approx(sum(map(prices.of, ledger.outcomes("respond"))))
    assert budget.spent <= budget.limit
    assert len(provider.requests) == done


def test_model_that_the_workers_cannot_open_is_one_line(address: str, ledger: Ledger) -> None:
    unknown = ModelConfiguration("nowhere/model")
    with pytest.raises(UserError) as raised:
        ask(_requests(3, unknown), ledger, sending=Sending(cluster=Cluster(address)))
    assert "\n" not in str(raised.value)
    assert "nowhere/model" in str(raised.value)


def test_no_cluster_at_the_address_is_one_line(ledger: Ledger) -> None:
    with pytest.raises(UserError, match=r"no Ray cluster at 127\.0\.0\.1:1"):
        ask(_requests(1), ledger, sending=Sending(cluster=Cluster("127.0.0.1:1")))


@pytest.mark.parametrize(
    ("name", "args", "gpus"),
    [
        ("vllm/org/model", {}, 1.0),
        ("vllm/org/model", {"tensor_parallel_size": 4}, 4.0),
        ("vllm/org/model", {"base_url": "http://127.0.0.1:8000/v1"}, 0.0),
        ("openai-api/local/m", {"tensor_parallel_size": 4}, 0.0),
    ],
)
def test_workers_that_run_vllm_themselves_take_processors(name: str, args: dict[str, object], gpus: float) -> None:
    assert gpus_of(ModelConfiguration(name, args=args)) == gpus
