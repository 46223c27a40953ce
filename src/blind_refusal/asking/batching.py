"""Results of OpenAI's batch interface, read line by line, so that one failed request does not cost the others.

Inspect (0.3.285) reads a failed request as an answer, which raises, and then gives up the whole batch: answers
that were paid for are lost. And a request that is missing from the results would be waited for without end.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect_ai.model._providers._openai_batch import OpenAIBatcher
    from inspect_ai.model._providers.util.batch import Batch

_Parse = Callable[["OpenAIBatcher[Any]", dict[str, Any]], tuple[str, Any]]
_Handle = Callable[["OpenAIBatcher[Any]", "Batch[Any]", Any], Awaitable[dict[str, Any]]]


def mend_batches() -> None:
    """Make Inspect's batches of OpenAI's kind tell each request's fate apart; further calls change nothing."""
    from inspect_ai.model._providers._openai_batch import OpenAIBatcher

    if getattr(OpenAIBatcher, "_tells_apart", False):
        return
    parse: _Parse = OpenAIBatcher._parse_jsonl_line
    handle: _Handle = OpenAIBatcher._handle_batch_result

    def parse_line(batcher: "OpenAIBatcher[Any]", line: dict[str, Any]) -> tuple[str, Any]:
        name = str(line.get("custom_id", ""))
        error = _error_of(line)
        if error is not None:
            return name, error
        try:
            return parse(batcher, line)
        except (ValueError, KeyError, TypeError) as unreadable:  # pydantic's are ValueErrors
            return name, RuntimeError(f"malformed reply in a batch ({type(unreadable).__name__})")

    async def handle_result(batcher: "OpenAIBatcher[Any]", batch: "Batch[Any]", info: Any) -> dict[str, Any]:  # noqa: ANN401 - Inspect's own
        results = await handle(batcher, batch, info)
        missing = RuntimeError("the batch came back without this request")
        return {name: results.get(name, missing) for name in batch.requests}

    OpenAIBatcher._parse_jsonl_line = parse_line  # type: ignore[method-assign,assignment]
    OpenAIBatcher._handle_batch_result = handle_result  # type: ignore[method-assign,assignment]
    OpenAIBatcher._tells_apart = True  # type: ignore[attr-defined]


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
