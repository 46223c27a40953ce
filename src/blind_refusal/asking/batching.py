"""Providers' batch interfaces, through Inspect's batches: every request keeps its own fate, and no batch is lost.

Inspect (0.3.285) keeps what is in a batch in the memory of the process alone, so that a batch under way when the
process ends would be paid for twice; reads a failed request of OpenAI's batches as an answer, which raises, and then
gives up the whole batch; waits without end for a request that is missing from the results, and for all others once a
batch could not be sent; and prints a line on standard output every 15 seconds.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from blind_refusal.asking.ledger import Ledger, Place
from blind_refusal.asking.secrets import without_secrets
from blind_refusal.errors import UserError
from blind_refusal.text import one_line

if TYPE_CHECKING:
    from inspect_ai.model._providers._openai_batch import OpenAIBatcher
    from inspect_ai.model._providers.util.batch import Batch, Batcher, BatchRequest
    from openai.types import Batch as OpenAIBatch

_GONE = 404
_UNSENT = "unsent-"
"""Begins the name of a batch that could not be sent."""
_KEY_OF_CALL: ContextVar[str] = ContextVar("key of the request that is being asked")


class _BatchGoneError(Exception):
    """The provider no longer has the batch that an earlier process sent."""


class BatchJournal:
    """Which requests wait in which batch, as the ledger knows it: the next process fetches what this one has sent."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._places = ledger.places()

    def take(self, key: str) -> Place | None:
        """Return where an earlier process has left a request; once, as a result that is asked for anew is another."""
        return self._places.pop(key, None)

    async def note(self, batch: str, names: Mapping[str, str]) -> None:
        """Note that a batch was sent.

        Args:
            batch: the provider's name of it.
            names: key of each request → its name in the batch.
        """
        places = {key: Place(batch, name) for key, name in names.items()}
        await asyncio.to_thread(self._ledger.note_places, places)


JOURNAL: ContextVar[BatchJournal | None] = ContextVar("journal of batches", default=None)


@contextmanager
def asking_for(key: str) -> Iterator[None]:
    """Say whose calls are made in here."""
    token = _KEY_OF_CALL.set(key)
    try:
        yield
    finally:
        _KEY_OF_CALL.reset(token)


def mend_batches() -> None:
    """Make Inspect's batches outlive the process, and tell each request's fate apart; further calls change nothing."""
    from inspect_ai.model._providers.util.batch import Batcher
    from inspect_ai.model._providers.util.batch_log import set_batch_log_callback, set_batch_status_callback

    if getattr(Batcher, "_outlives_the_process", False):
        return
    _resume_batches()
    _resolve_each_request()
    _tell_apart()
    set_batch_log_callback(_say)
    set_batch_status_callback(lambda _: None)
    Batcher._outlives_the_process = True  # type: ignore[attr-defined]


def _say(message: str) -> None:
    """Show that a batch was sent, came back or failed; what it says may be the provider's own words."""
    sys.stderr.write(without_secrets(one_line(message)) + "\n")


def _resume_batches() -> None:
    """Note what is sent, and wait for an earlier process's batch instead of sending again."""
    from inspect_ai.model._providers.util.batch import Batcher

    send: Callable[..., Awaitable[object]] = Batcher.generate_for_request
    create: Callable[..., Awaitable[str]] = Batcher._wrapped_create_batch
    check: Callable[..., Awaitable[object]] = Batcher._wrapped_check_batch

    async def generate(batcher: "Batcher[Any, Any]", request: dict[str, Any]) -> object:
        journal = JOURNAL.get()
        if journal is None:
            return await send(batcher, request)
        key = _KEY_OF_CALL.get()
        place = journal.take(key)
        if place:
            try:
                return await _wait(batcher, request, key, place)
            except _BatchGoneError:
                pass  # its results are lost, so the request is sent again
        return await _wait(batcher, request, key, None)

    async def create_batch(batcher: "Batcher[Any, Any]", requests: "list[BatchRequest[Any]]") -> str:
        try:
            name = await create(batcher, requests)
        except Exception:  # noqa: BLE001 - its requests have been told; raised, it would stop all other batches for good
            return f"{_UNSENT}{uuid4()}"
        journal = JOURNAL.get()
        if journal:
            try:
                await journal.note(name, {request.key: request.custom_id for request in requests})  # type: ignore[attr-defined]
            except UserError as error:
                _say(f"{error}; if this process ends before batch {name} does, its requests are sent again")
        return name

    async def check_batch(batcher: "Batcher[Any, Any]", batch: "Batch[Any]") -> object:
        if batch.id.startswith(_UNSENT):
            del batcher._inflight_batches[batch.id]
            return None
        return await check(batcher, batch)

    Batcher.generate_for_request = generate  # type: ignore[method-assign,assignment]
    Batcher._wrapped_create_batch = create_batch  # type: ignore[method-assign,assignment]
    Batcher._wrapped_check_batch = check_batch  # type: ignore[method-assign,assignment]


async def _wait(batcher: "Batcher[Any, Any]", request: dict[str, Any], key: str, place: Place | None) -> object:
    """Wait for the result of a request, in the batch in which it is or in the next one that is sent."""
    import anyio
    from inspect_ai._util.background import run_in_background
    from inspect_ai.model._providers.util.batch import Batch, BatchRequest

    sender, receiver = anyio.create_memory_object_stream[Any](1)
    waiting: BatchRequest[Any] = BatchRequest(request=request, result_stream=sender)
    waiting.key = key  # type: ignore[attr-defined]
    if place is None:
        batcher._intake_queue.append(waiting)
    else:
        _notice_gone_batches(batcher)
        batch = batcher._inflight_batches.setdefault(place.batch, Batch(place.batch, {}))
        batch.requests[place.name] = waiting
    if not batcher._is_batch_worker_running:
        batcher._is_batch_worker_running = True
        run_in_background(batcher._batch_worker)
    result = await receiver.receive()
    if isinstance(result, Exception):
        # Many requests share one error; its traceback would grow with each, and Inspect formats it for each.
        raise result.with_traceback(None)
    return result


def _notice_gone_batches(batcher: "Batcher[Any, Any]") -> None:
    """Let requests of a batch that the provider no longer has be sent again; Inspect would look for it for hours."""
    from inspect_ai.model._providers.util.batch import BatchCheckResult

    if "_check_batch" in vars(batcher):
        return
    check: Callable[[Batch[Any]], Awaitable[BatchCheckResult[Any]]] = batcher._check_batch

    async def check_batch(batch: "Batch[Any]") -> "BatchCheckResult[Any]":
        try:
            return await check(batch)
        except Exception as error:
            if getattr(error, "status_code", None) != _GONE:
                raise
            await batcher._fail_and_cleanup_inflight_batch("it is gone", batch, _BatchGoneError())
            return BatchCheckResult(0, 0, batch.created_at, None)

    batcher._check_batch = check_batch  # type: ignore[method-assign]


def _resolve_each_request() -> None:
    """Hand each waiting request its own result: others may be in the batch, some may be missing or come late."""
    from inspect_ai.model._providers.util.batch import Batch, Batcher

    resolve: Callable[..., Awaitable[None]] = Batcher._resolve_inflight_batch

    async def resolve_batch(batcher: "Batcher[Any, Any]", batch: "Batch[Any]", results: dict[str, Any]) -> None:
        missing = RuntimeError("the batch came back without this request")
        told = {name: results.get(name, missing) for name in batch.requests}
        await resolve(batcher, batch, told)
        late = {name: request for name, request in batch.requests.items() if name not in told}
        if late:  # they joined while results were handed out, so the batch is looked at once more
            batcher._inflight_batches.setdefault(batch.id, Batch(batch.id, {})).requests.update(late)

    Batcher._resolve_inflight_batch = resolve_batch  # type: ignore[method-assign,assignment]


def _tell_apart() -> None:
    """Read results of OpenAI's kind line by line, so that one failed request does not cost the others."""
    from inspect_ai.model._providers._openai_batch import OpenAIBatcher

    parse: Callable[..., tuple[str, Any]] = OpenAIBatcher._parse_jsonl_line

    def parse_line(batcher: "OpenAIBatcher[Any]", line: dict[str, Any]) -> tuple[str, Any]:
        name = str(line.get("custom_id", ""))
        error = _error_of(line)
        if error is not None:
            return name, error
        try:
            return parse(batcher, line)
        except (ValueError, KeyError, TypeError) as unreadable:  # pydantic's are ValueErrors
            return name, RuntimeError(f"malformed reply in a batch ({type(unreadable).__name__})")

    def adapt(_batcher: "OpenAIBatcher[Any]", batch: "OpenAIBatch") -> "OpenAIBatch":
        ended = batch.status in {"cancelled", "expired"} and not (batch.output_file_id or batch.error_file_id)
        return batch.model_copy(update={"status": "failed"}) if ended else batch  # Inspect would wait for its files

    OpenAIBatcher._parse_jsonl_line = parse_line  # type: ignore[method-assign,assignment]
    OpenAIBatcher._adapt_batch_info = adapt  # type: ignore[method-assign,assignment]


def _error_of(line: dict[str, Any]) -> Exception | None:
    """Return what a line says went wrong: a status of HTTP, or a reason of the batch's own such as its expiry."""
    import httpx2
    from openai import APIStatusError, RateLimitError

    response = line.get("response") or {}
    error = line.get("error") or {}
    status = response.get("status_code") or error.get("code")
    if not isinstance(status, int):
        return RuntimeError(f"{status}: {error.get('message')}") if error else None
    if status < 400:
        return None
    body = (response.get("body") or {}).get("error") or error
    reply = httpx2.Response(status, request=httpx2.Request("POST", "http://batch.invalid"))
    kind = RateLimitError if status == 429 else APIStatusError
    return kind(str(body.get("message") or f"status {status}"), response=reply, body=body)
