"""Sending the pending requests from many machines: a Ray cluster, worked through with Ray Data.

What is sent, how replies are read and what the ledger holds are the same as on one machine (`lanes.py`, `calling.py`);
only where the calls are made differs. Each model configuration is a Ray Data pipeline of its own, with its own pool of
workers: blocks of requests go in, and every outcome goes at once to the desk, an actor beside the ledger, from which
this process writes it down. A worker that dies has its block done again by another one, which first asks the desk what
is known already: sent again is only what was under way on the worker that died.
"""

import asyncio
import logging
import math
import os
import pickle
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blind_refusal.asking.budget import Budget, dearest, price_of
from blind_refusal.asking.calling import Cluster, Sending, open_model
from blind_refusal.asking.lanes import Asked, run_lane
from blind_refusal.asking.ledger import Ledger
from blind_refusal.asking.outcomes import Outcome
from blind_refusal.asking.requests import ModelConfiguration, Request
from blind_refusal.asking.secrets import without_secrets
from blind_refusal.errors import UserError
from blind_refusal.text import one_line

if TYPE_CHECKING:
    from ray.actor import ActorHandle

_BLOCK = 2_000
"""Most requests of one block; also what a dead worker's successor looks up at the desk."""
_BLOCKS_PER_WORKER = 4
"""At least so many blocks for each worker, so that a slow one holds up little."""
_CPUS = 0.1
"""Share of a core that Ray sets aside for a worker: it mostly waits, and all configurations run side by side."""
_LOOK_SECONDS = 0.2
_LISTENER_SECONDS = 5
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
"""Ray reports nothing home, leaves the environment of workers alone, and does not write across our progress bars."""
_ERROR_LENGTH = 500


def ask_on_cluster(
    requests: Sequence[Request],
    ledger: Ledger,
    cluster: Cluster,
    sending: Sending,
    budget: Budget | None,
    on_outcome: Callable[[Outcome], None],
) -> Asked:
    """Send requests from the workers of a cluster, and record each outcome in the ledger as it comes.

    Args:
        requests: those whose outcome is not known.
        ledger: written by this process alone.
        cluster: where the calls are made. Every node needs this package, and the providers' keys in its environment.
        sending: how each worker sends. Connections are shared out among the workers of a configuration.
        budget: held at the desk for all workers; None for no limit.
        on_outcome: called after an outcome is safely in the ledger.

    Raises:
        UserError: if there is no Ray or no such cluster, a model cannot be opened there, or the ledger cannot be
            written.
    """
    lanes: dict[str, list[Request]] = {}
    for request in requests:
        lanes.setdefault(request.model.label, []).append(request)
    with _connected(cluster) as nodes:
        desk = _open_desk(budget)
        pipelines = [_Pipeline(lane, desk, cluster, sending, nodes) for lane in lanes.values()]
        taker = _Taker(desk, ledger, budget, lanes, on_outcome)
        try:
            while any(pipeline.is_running() for pipeline in pipelines):
                taker.take()
                for pipeline in pipelines:
                    pipeline.raise_failure()
        finally:
            taker.take()  # also when this is interrupted: what the desk has was paid for
        for pipeline in pipelines:
            pipeline.raise_failure()
        return taker.asked()


@contextmanager
def _connected(cluster: Cluster) -> Iterator[int]:
    """Connect to the cluster, or start one on this machine; hand over how many nodes it has."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        from ray.data import DataContext
    except ImportError as error:
        raise UserError("--engine ray needs Ray: pip install 'blind-refusal[ray]'") from error
    _require_listener(cluster.address or os.environ.get("RAY_ADDRESS"))
    try:
        ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        message = without_secrets(one_line(str(error), _ERROR_LENGTH))
        raise UserError(f"no Ray cluster at {cluster.address or 'the address in RAY_ADDRESS'}: {message}") from error
    try:
        DataContext.get_current().enable_progress_bars = False
        for handler in logging.getLogger("ray.data").handlers:
            handler.setLevel(logging.ERROR)
        yield len(ray.nodes())  # type: ignore[no-untyped-call]
    finally:
        ray.shutdown()


def _require_listener(address: str | None) -> None:
    """Make sure that somebody listens at an address such as ``10.0.0.1:6379``; Ray would try for minutes.

    Raises:
        UserError: if nobody does.
    """
    host, colon, port = (address or "").rpartition(":")
    if not colon or "/" in host or not port.isdecimal():
        return  # ``auto``, ``local`` and the like are Ray's own affair
    try:
        socket.create_connection((host.strip("[]"), int(port)), _LISTENER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"no Ray cluster at {address}: {error}; start one with `ray start --head`") from error


@dataclass(frozen=True)
class _News:
    """What the desk hands over."""

    outcomes: list[bytes]
    """New ones, pickled."""
    refused_keys: dict[str, str]
    budget_spent: bool


class _Desk:
    """Where the workers' outcomes come in, on the ledger's node: knows what has its outcome, and holds the money."""

    def __init__(self, limit: float | None, spent: float) -> None:
        self._budget = None if limit is None else Budget(limit, spent)
        self._known: set[str] = set()
        self._waiting: list[bytes] = []
        self._refused: dict[str, str] = {}
        self._budget_spent = False
        self._came = asyncio.Event()

    async def look_up(self, keys: list[str]) -> tuple[set[str], dict[str, str]]:
        """Return which of the keys have an outcome, and the models whose key was refused."""
        return self._known.intersection(keys), dict(self._refused)

    async def deliver(self, key: str, outcome: bytes) -> None:
        """Take an outcome in; one that is there already is left as it is."""
        if key not in self._known:
            self._known.add(key)
            self._waiting.append(outcome)
            self._came.set()

    async def put_by(self, key: str, most: float) -> bool:
        """Put money by for a call; False if there is not enough."""
        return self._budget is None or await self._budget.put_by(key, most)

    async def pay(self, key: str, cost: float) -> None:
        """Count what a call cost."""
        if self._budget is not None:
            await self._budget.pay(key, cost)

    async def note(self, refused: dict[str, str], budget_spent: bool) -> None:
        """Note why a worker left requests unsent."""
        self._refused.update(refused)
        self._budget_spent = self._budget_spent or budget_spent

    async def take(self) -> _News:
        """Wait a moment for outcomes, and hand over what is new."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came.wait(), _LOOK_SECONDS)
        self._came.clear()
        taken, self._waiting = self._waiting, []
        return _News(taken, dict(self._refused), self._budget_spent)


def _open_desk(budget: Budget | None) -> "ActorHandle[Any]":
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    remote: Any = ray.remote(_Desk)
    desk: ActorHandle[Any] = remote.options(num_cpus=0, max_concurrency=10_000, scheduling_strategy=here).remote(
        budget.limit if budget else None, budget.spent if budget else 0.0
    )
    return desk


class _RemotePurse:
    """The money at the desk, as a worker reaches it."""

    def __init__(self, desk: "ActorHandle[Any]") -> None:
        self._desk = desk

    async def reserve(self, request: Request) -> bool:
        """Put by what a call may cost."""
        return bool(await self._desk.put_by.remote(request.key, dearest(request)))

    async def settle(self, request: Request, outcome: Outcome | None) -> None:
        """Count what it cost."""
        await self._desk.pay.remote(request.key, price_of(request, outcome))


class _Worker:
    """Makes the calls of one model configuration on some node; Ray Data keeps several of them."""

    def __init__(
        self,
        desk: "ActorHandle[Any]",
        configuration: ModelConfiguration,
        sending: Sending,
        workers: int,
        with_budget: bool,
    ) -> None:
        self._desk = desk
        self._model = open_model(configuration, sending)
        connections = sending.connections(configuration) or self._model.api.max_connections()
        self._connections = max(1, math.ceil(connections / workers))
        self._purse = _RemotePurse(desk) if with_budget else None

    async def __call__(self, block: dict[str, Any]) -> AsyncIterator[dict[str, list[int]]]:
        """Send the requests of a block; yields how many outcomes there are, as the outcomes have gone to the desk."""
        requests: list[Request] = [pickle.loads(one) for one in block["request"]]  # noqa: S301 - our own, from our driver
        known, refused = await self._desk.look_up.remote([request.key for request in requests])
        lane = [request for request in requests if request.key not in known]
        asked = Asked(refused_keys=refused)
        deliveries: list[Any] = []

        def deliver(outcome: Outcome) -> None:
            deliveries.append(self._desk.deliver.remote(outcome.key, pickle.dumps(outcome)))

        await run_lane(self._model, lane, self._connections, deliver, asked, self._purse)
        await asyncio.gather(*deliveries)
        await self._desk.note.remote(asked.refused_keys, asked.budget_spent)
        yield {"outcomes": [len(deliveries)]}


class _Pipeline:
    """The requests of one model configuration on their way through its pool of workers, in a thread of its own."""

    def __init__(
        self, lane: Sequence[Request], desk: "ActorHandle[Any]", cluster: Cluster, sending: Sending, nodes: int
    ) -> None:
        self._lane = lane
        self._desk = desk
        self._patience = sending
        self._configuration = lane[0].model
        self._workers = min(cluster.workers or nodes, len(lane))
        self._gpus = gpus_of(self._configuration)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=self._configuration.label, daemon=True)
        self._thread.start()

    def is_running(self) -> bool:
        """Tell whether there are blocks still to be done."""
        return self._thread.is_alive()

    def raise_failure(self) -> None:
        """Raise what ended the pipeline before its time, as one line."""
        if self._failure is not None:
            message = without_secrets(one_line(_root(self._failure), _ERROR_LENGTH))
            raise UserError(
                f"{self._configuration.label}, on the Ray cluster: {message}; what was recorded before is safe"
            ) from self._failure

    def _run(self) -> None:
        import ray
        from ray.exceptions import RayError

        rows = [{"request": pickle.dumps(request)} for request in self._lane]
        blocks = max(math.ceil(len(rows) / _BLOCK), min(len(rows), self._workers * _BLOCKS_PER_WORKER))
        try:
            ray.data.from_items(rows, override_num_blocks=blocks).map_batches(
                _Worker,
                batch_size=None,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self._workers, initial_size=self._workers),
                fn_constructor_args=(
                    self._desk,
                    self._configuration,
                    self._patience,
                    self._workers,
                    self._configuration.prices is not None,
                ),
                num_cpus=_CPUS,
                num_gpus=self._gpus,
            ).materialize()
        except (RayError, RuntimeError, ValueError, OSError) as error:
            self._failure = error


def gpus_of(configuration: ModelConfiguration) -> float:
    """Return the graphics processors that each worker needs: those of vLLM, where the worker itself runs the model."""
    args = configuration.args
    elsewhere = args.get("base_url") or args.get("port") or os.environ.get("VLLM_BASE_URL")
    if not configuration.name.startswith("vllm/") or elsewhere:
        return 0.0
    return float(args.get("tensor_parallel_size", 1)) * float(args.get("pipeline_parallel_size", 1))


def _root(error: BaseException) -> str:
    """Return the message of what lies at the root of an error that Ray has wrapped."""
    while True:
        inner = getattr(error, "cause", None) or error.__cause__
        if not isinstance(inner, BaseException):
            return str(error).strip().rpartition("\n")[2] or type(error).__name__
        error = inner


class _Taker:
    """Brings outcomes from the desk into the ledger."""

    def __init__(
        self,
        desk: "ActorHandle[Any]",
        ledger: Ledger,
        budget: Budget | None,
        lanes: Mapping[str, Sequence[Request]],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._desk = desk
        self._ledger = ledger
        self._budget = budget
        self._lanes = lanes
        self._missing = {label: len(lane) for label, lane in lanes.items()}
        self._on_outcome = on_outcome
        self._asked = Asked()

    def take(self) -> None:
        """Write down what has come in."""
        import ray
        from ray.exceptions import RayError

        try:
            coming: Any = self._desk.take.remote()
            news: _News = ray.get(coming)
        except RayError as error:
            raise UserError(
                "the Ray cluster is gone, or the node of this process has left it; what was recorded before is safe"
            ) from error
        self._asked.refused_keys.update(news.refused_keys)
        self._asked.budget_spent = news.budget_spent
        outcomes: list[Outcome] = [pickle.loads(one) for one in news.outcomes]  # noqa: S301 - from our own workers
        if not outcomes:
            return
        self._ledger.add(outcomes)
        for outcome in outcomes:
            self._missing[outcome.model] -= 1
            if self._budget is not None:
                self._budget.spent += price_of(self._lanes[outcome.model][0], outcome)
            self._asked.statuses[outcome.status] += 1
            self._on_outcome(outcome)

    def asked(self) -> Asked:
        """Return what came of asking."""
        self._asked.not_sent.update({label: count for label, count in self._missing.items() if count})
        return self._asked
