"""OpenAI's newer protocol on a local server: what Inspect speaks with models such as ``openai/gpt-5.4``."""

import json
from typing import Any

from aiohttp import web

from tests.support.batch_provider import BatchProvider
from tests.support.local_provider import Body, Reply


class ResponsesProvider(BatchProvider):
    """The server; `behaviour` says what becomes of each request, in a batch too."""

    endpoint = "/v1/responses"
    encrypts = True
    """Whether the full reasoning comes along, encrypted, beside its summary."""

    def add_routes(self, app: web.Application) -> None:
        super().add_routes(app)
        app.router.add_post("/v1/responses", self._respond)

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        prompt = self.prompt_of(body)
        reply = self.behaviour(body, self.seen[prompt])
        self.seen[prompt] += 1
        return web.Response(
            body=reply.raw if reply.raw is not None else json.dumps(self.body_of(body, reply)).encode(),
            status=reply.status,
            headers=reply.headers,
            content_type="application/json",
        )

    def prompt_of(self, body: Body) -> str:
        if isinstance(body["input"], str):
            return body["input"]
        content = body["input"][-1]["content"]
        return content if isinstance(content, str) else "".join(part["text"] for part in content)

    def body_of(self, request: Body, reply: Reply) -> Body:
        if reply.status >= 400:
            return {"error": {"message": f"status {reply.status}", "type": "test", "code": None}}
        output: list[Any] = []
        if reply.reasoning is not None:
            summary = [{"type": "summary_text", "text": reply.reasoning}]
            encrypted = "gAAA" if self.encrypts else None
            output.append({"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": encrypted})
        if reply.text:
            text = {"type": "output_text", "text": reply.text, "annotations": []}
            output.append(
                {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
            )
        cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reply.finish_reason)
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": cut} if cut else None,
            "error": None,
            "instructions": None,
            "metadata": {},
            "model": request["model"],
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 30,
                "input_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 0},
                "output_tokens": 12,
                "output_tokens_details": {"reasoning_tokens": 4},
                "total_tokens": 42,
            },
        }
