"""Anthropic's protocol on a local server: messages, and batches of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from tests.support.local_provider import Body, LocalProvider, Reply, prompt_of

_SIGNED: dict[str, Body] = {"text": {}, "thinking": {"signature": "s"}}


class AnthropicProvider(LocalProvider):
    """The server; `behaviour` says what becomes of each message, in a batch too."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[Body]] = []
        """Their requests, in the order in which they came in."""
        self.polls = 2
        """How often a batch is looked at before it has ended."""
        self.on_look: Callable[[], None] = lambda: None
        """Called before each look at a batch."""
        self._polls: Counter[int] = Counter()

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which models of the name ``anthropic/…`` find this server."""
        return {
            "ANTHROPIC_API_KEY": "anthropic-key-0123456789",
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{self.port}",
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/messages", self._message)
        app.router.add_post("/v1/messages/batches", self._create)
        app.router.add_get("/v1/messages/batches/{batch}", self._look)
        app.router.add_get("/v1/messages/batches/{batch}/results", self._results)

    async def _message(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        reply = self._reply(body)
        message = _message_of(body, reply)
        if body.get("stream") and reply.status < 400:
            events = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(message))
            return web.Response(text=events, content_type="text/event-stream")
        return web.json_response(message, status=reply.status, headers=reply.headers)

    def _reply(self, body: Body) -> Reply:
        prompt = prompt_of(body)
        earlier = self.seen[prompt]
        self.seen[prompt] += 1
        return self.behaviour(body, earlier)

    async def _create(self, request: web.Request) -> web.Response:
        self.batches.append((await request.json())["requests"])
        return web.json_response(self._batch(len(self.batches) - 1, "in_progress"))

    async def _look(self, request: web.Request) -> web.Response:
        self.on_look()
        number = _number(request)
        self._polls[number] += 1
        return web.json_response(self._batch(number, "ended" if self._polls[number] >= self.polls else "in_progress"))

    async def _results(self, request: web.Request) -> web.Response:
        lines = [
            {"custom_id": one["custom_id"], "result": _result(one["params"], self._reply(one["params"]))}
            for one in self.batches[_number(request)]
        ]
        return web.Response(text="".join(json.dumps(line) + "\n" for line in lines))

    def _batch(self, number: int, status: str) -> Body:
        count = len(self.batches[number])
        return {
            "id": f"msgbatch_{number}",
            "type": "message_batch",
            "processing_status": status,
            "request_counts": {
                "processing": 0 if status == "ended" else count,
                "succeeded": count if status == "ended" else 0,
                "errored": 0,
                "canceled": 0,
                "expired": 0,
            },
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2026-01-02T00:00:00Z",
            "ended_at": None,
            "cancel_initiated_at": None,
            "archived_at": None,
            "results_url": f"http://127.0.0.1:{self.port}/v1/messages/batches/msgbatch_{number}/results",
        }


def _number(request: web.Request) -> int:
    return int(request.match_info["batch"].removeprefix("msgbatch_"))


def _result(params: Body, reply: Reply) -> Body:
    if reply.status >= 400:
        return {"type": "errored", "error": {**_message_of(params, reply), "request_id": "r"}}
    return {"type": "succeeded", "message": _message_of(params, reply)}


def _message_of(request: Body, reply: Reply) -> Body:
    if reply.status >= 400:
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        kind = kinds.get(reply.status, "invalid_request_error" if reply.status < 500 else "api_error")
        return {"type": "error", "error": {"type": kind, "message": f"status {reply.status}"}}
    content: list[Any] = [{"type": "text", "text": reply.text}] if reply.text else []
    if reply.reasoning is not None:
        content.insert(0, {"type": "thinking", "thinking": reply.reasoning, "signature": "s"})
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": reply.finish_reason if reply.finish_reason != "stop" else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 20,
            "output_tokens": 12,
            "cache_read_input_tokens": 10,
            "cache_creation_input_tokens": 0,
            "output_tokens_details": {"thinking_tokens": 4},
        },
    }


def _events(message: Body) -> Iterator[Body]:
    """Yield a message piece by piece, as it is streamed."""
    usage = message["usage"]
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    for index, block in enumerate(message["content"]):
        kind = block["type"]
        yield {
            "type": "content_block_start",
            "index": index,
            "content_block": {"type": kind, kind: "", **_SIGNED[kind]},
        }
        yield {"type": "content_block_delta", "index": index, "delta": {"type": f"{kind}_delta", kind: block[kind]}}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
        "usage": {"output_tokens": usage["output_tokens"]},
    }
    yield {"type": "message_stop"}
