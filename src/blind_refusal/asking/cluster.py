"""Sending the pending requests from many machines: a Ray cluster, worked through with Ray Data.

What is sent, how replies are read and what the ledger holds are the same as on one machine (`lanes.py`, `calling.py`);
only where the calls are made differs. Each model configuration is a Ray Data pipeline of its own, with its own pool of
workers: blocks of requests go in, and every outcome goes at once to the desk, an actor beside the ledger, from which
this process writes it down. A worker that dies has its block done again by another one, which first asks the desk what
is known already: sent again is only what was under way on the worker that died.
"""

import logging
import math
import os
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from blind_refusal.asking.budget import Budget, price_of
from blind_refusal.asking.calling import Cluster, Sending
from blind_refusal.asking.cluster_desk import News, open_desk
from blind_refusal.asking.cluster_worker import Worker
from blind_refusal.asking.lanes import Asked
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
_LISTENER_SECONDS = 5
_STOP_SECONDS = 20
"""How long to wait for what is under way when asking is interrupted."""
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
"""Ray reports nothing home, starts no cluster by itself in a pipeline that outlives an interrupt, leaves the workers'
environment alone, and does not write across our progress bars."""
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
        desk = open_desk(budget)
        pipelines = [_Pipeline(lane, desk, cluster, sending, nodes) for lane in lanes.values()]
        taker = _Taker(desk, ledger, budget, lanes, on_outcome)
        try:
            while any(pipeline.is_running() for pipeline in pipelines):
                taker.take()
                for pipeline in pipelines:
                    pipeline.raise_failure()
        except BaseException:
            _stop(desk, pipelines, taker)
            raise
        taker.take()
        for pipeline in pipelines:
            pipeline.raise_failure()
        return taker.asked()


def _stop(desk: "ActorHandle[Any]", pipelines: Sequence["_Pipeline"], taker: "_Taker") -> None:
    """Send nothing further, but bring in what is under way: it was paid for, and Ray dies on running pipelines."""
    import ray
    from ray.exceptions import RayError

    stopping: Any = desk.stop.remote()
    with suppress(RayError):  # the cluster may be what failed
        ray.get(stopping)
    give_up = time.monotonic() + _STOP_SECONDS
    while any(pipeline.is_running() for pipeline in pipelines) and time.monotonic() < give_up:
        taker.take()
    taker.take()


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


class _Pipeline:
    """The requests of one model configuration on their way through its pool of workers, in a thread of its own."""

    def __init__(
        self, lane: Sequence[Request], desk: "ActorHandle[Any]", cluster: Cluster, sending: Sending, nodes: int
    ) -> None:
        self._lane = lane
        self._desk = desk
        self._sending = sending
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
                Worker,
                batch_size=None,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self._workers, initial_size=self._workers),
                fn_constructor_args=(
                    self._desk,
                    self._configuration,
                    self._sending,
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
            news: News = ray.get(coming)
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
