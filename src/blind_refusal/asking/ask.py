"""Sending the pending requests: many models side by side, every outcome into the ledger exactly once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from blind_refusal.asking.batching import JOURNAL, BatchJournal
from blind_refusal.asking.budget import Budget
from blind_refusal.asking.calling import Sending, open_model
from blind_refusal.asking.lanes import Asked, run_lane
from blind_refusal.asking.ledger import Ledger
from blind_refusal.asking.outcomes import Outcome, Status
from blind_refusal.asking.requests import Request

_Queue = asyncio.Queue[Outcome | None]  # None: no more will come

OnOutcome = Callable[[Outcome], None]
"""Called after an outcome is safely in the ledger."""


def pending(requests: Sequence[Request], ledger: Ledger, *, retry_failed: bool = False) -> list[Request]:
    """Return the requests whose outcome is not known yet, each once.

    Args:
        requests: of one stage or several.
        ledger: what is known.
        retry_failed: also return those whose newest outcome is an error.
    """
    known = {stage: ledger.statuses(stage) for stage in {request.stage for request in requests}}
    result: dict[str, Request] = {}
    for request in requests:
        status = known[request.stage].get(request.key)
        if status is None or (retry_failed and status is Status.ERROR):
            result.setdefault(request.key, request)
    return list(result.values())


def ask(
    requests: Sequence[Request],
    ledger: Ledger,
    *,
    sending: Sending | None = None,
    retry_failed: bool = False,
    budget: Budget | None = None,
    on_outcome: OnOutcome | None = None,
) -> Asked:
    """Send the requests whose outcome is not known yet and record each outcome in the ledger.

    Every model configuration has its own connections, so a slow or failing one holds up no other. Interrupting is safe
    at any moment: what has an outcome is in the ledger, and asking the same requests again sends the rest.

    Raises:
        UserError: if a model cannot be opened, or the ledger cannot be written.
    """
    to_send = pending(requests, ledger, retry_failed=retry_failed)
    if not to_send:
        return Asked()
    sending, on_outcome = sending or Sending(), on_outcome or (lambda _: None)
    if sending.cluster is not None:
        from blind_refusal.asking.cluster import ask_on_cluster

        return ask_on_cluster(to_send, ledger, sending.cluster, sending, budget, on_outcome)
    return asyncio.run(_ask(to_send, ledger, sending, budget, on_outcome))


async def _ask(
    requests: Sequence[Request], ledger: Ledger, sending: Sending, budget: Budget | None, on_outcome: OnOutcome
) -> Asked:
    lanes: dict[str, list[Request]] = {}
    for request in requests:
        lanes.setdefault(request.model.label, []).append(request)
    models = {label: open_model(lane[0].model, sending) for label, lane in lanes.items()}
    if sending.batch:
        JOURNAL.set(BatchJournal(ledger))
    asked = Asked()
    try:
        async with _recorder(ledger, asked, on_outcome) as record, asyncio.TaskGroup() as group:
            for label, lane in lanes.items():
                connections = sending.connections(lane[0].model) or models[label].api.max_connections()
                group.create_task(run_lane(models[label], lane, connections, record.put_nowait, asked, budget))
    except* Exception as errors:  # noqa: BLE001 - passed on, out of its group
        raise _first(errors) from None
    finally:
        for model in models.values():
            await model.api.aclose()
    return asked


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@asynccontextmanager
async def _recorder(ledger: Ledger, asked: Asked, on_outcome: OnOutcome) -> AsyncIterator[_Queue]:
    """Write outcomes as they come, all that have come by then in one transaction; also when asking is interrupted."""
    queue: _Queue = asyncio.Queue()

    async def write() -> None:
        finished = False
        while not finished:
            waiting = [await queue.get()]
            while not queue.empty():
                waiting.append(queue.get_nowait())
            finished = None in waiting
            batch = [outcome for outcome in waiting if outcome is not None]
            await asyncio.to_thread(ledger.add, batch)
            for recorded in batch:
                asked.statuses[recorded.status] += 1
                on_outcome(recorded)

    async with asyncio.TaskGroup() as group:
        writer = group.create_task(write())
        try:
            yield queue
        finally:
            queue.put_nowait(None)
            await asyncio.wait([writer])
