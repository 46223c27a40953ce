"""A real HTTP server on loopback that speaks the OpenAI chat protocol and misbehaves as it is told.

It runs in a thread of the test's process, so that requests of other processes can be counted too.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    text: str = "Certainly. Go in by the back door at seven and say that it is last season's."
    finish_reason: str = "stop"
    reasoning: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    raw: bytes | None = None
    """Sent instead of a proper body."""
    choices: bool = True
    """False: the list of choices is empty."""
    cut: bool = False
    """The connection is closed in the middle of the body."""
    reset: bool = False
    """The connection is closed before anything is sent."""
    error: Body | None = None
    """Body of an error reply."""


Behaviour = Callable[[Body, int], Reply]
"""From the request's body, and how often the same prompt came before, to what the server does."""


def prompt_of(body: Body) -> str:
    """Return the text of the last message of a request."""
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


class LocalProvider:
    """The server. Use it as a context manager; `behaviour` may be set at any time."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = lambda body, earlier: Reply()
        self.requests: list[Body] = []
        """Bodies of all requests, in the order in which they came in."""
        self.headers: list[dict[str, str]] = []
        self.answered: list[str] = []
        """Prompts whose reply was sent to its end."""
        self.seen: Counter[str] = Counter()
        """How often each prompt came."""
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.port = 0

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which models of the name ``openai-api/local/…`` find this server."""
        return {"LOCAL_API_KEY": "local-key-0123456789", "LOCAL_BASE_URL": f"http://127.0.0.1:{self.port}/v1"}

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def add_routes(self, app: web.Application) -> None:
        """Say what the server answers to."""
        app.router.add_post("/v1/chat/completions", self._chat)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=100_000_000)
        self.add_routes(app)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server = site._server
        assert isinstance(server, asyncio.Server)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        prompt = prompt_of(body)
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        earlier = self.seen[prompt]
        self.seen[prompt] += 1
        reply = self.behaviour(body, earlier)
        await asyncio.sleep(reply.delay)
        if reply.cut or reply.reset:
            return await self._cut(request, reply)
        response = web.Response(
            body=reply.raw if reply.raw is not None else json.dumps(body_of(body, reply)).encode(),
            status=reply.status,
            headers=reply.headers,
            content_type="application/json",
        )
        await response.prepare(request)
        await response.write_eof()
        self.answered.append(prompt)
        return response

    async def _cut(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
        if reply.cut:
            await response.prepare(request)
            await response.write(b'{"id": "x", "choices": [{"ind')
        assert request.transport is not None
        request.transport.abort()
        return response


def body_of(request: Body, reply: Reply) -> Body:
    """Return the body of a reply."""
    if reply.error is not None or reply.status >= 400:
        return {"error": reply.error or {"message": f"status {reply.status}", "type": "test", "code": None}}
    message: Body = {"role": "assistant", "content": reply.text}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    choice = {"index": 0, "finish_reason": reply.finish_reason, "message": message}
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [choice] if reply.choices else [],
        "usage": {
            "prompt_tokens": 30,
            "completion_tokens": 12,
            "total_tokens": 42,
            "prompt_tokens_details": {"cached_tokens": 10},
        },
    }
