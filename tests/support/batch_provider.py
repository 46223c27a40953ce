"""OpenAI's batch protocol on a local server: files go up, batches are worked off after a while, files come down."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.support.local_provider import Body, LocalProvider, Reply, body_of, prompt_of


class BatchProvider(LocalProvider):
    """The server; `behaviour` says what becomes of each request of a batch, `rejects` which batches are rejected."""

    endpoint = "/v1/chat/completions"

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[Body]] = []
        """Their lines, in the order in which they came in."""
        self.polls = 2
        """How often a batch is looked at before it is done."""
        self.rejects: Callable[[int], bool] = lambda number: False
        self.expired: set[str] = set()
        """Prompts that the batch did not get to in time."""
        self.lost: set[str] = set()
        """Prompts that the results leave out."""
        self.upload_status: Callable[[int], int] = lambda number: 200
        """Status of an upload, by how many came before."""
        self.uploads = 0
        self.gone: set[int] = set()
        """Batches that nobody knows any more."""
        self.cancelled: set[int] = set()
        """Batches that ended without any file."""
        self.on_look: Callable[[int], None] = lambda number: None
        """Called with the number of a batch before each look at it."""
        self._files: dict[str, bytes] = {}
        self._polls: dict[str, int] = {}

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which models of the name ``openai/…`` find this server."""
        return {"OPENAI_API_KEY": "batch-key-0123456789", "OPENAI_BASE_URL": f"http://127.0.0.1:{self.port}/v1"}

    def add_routes(self, app: web.Application) -> None:
        super().add_routes(app)
        app.router.add_post("/v1/files", self._upload)
        app.router.add_get("/v1/files/{file}/content", self._download)
        app.router.add_post("/v1/batches", self._create)
        app.router.add_get("/v1/batches/{batch}", self._look)

    def prompt_of(self, body: Body) -> str:
        """Return the text of the last message of a request."""
        return prompt_of(body)

    def body_of(self, request: Body, reply: Reply) -> Body:
        """Return the body of a reply."""
        return body_of(request, reply)

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        status = self.upload_status(self.uploads)
        self.uploads += 1
        if status >= 400:
            return web.json_response({"error": {"message": f"status {status}"}}, status=status)
        upload = form["file"]
        assert isinstance(upload, web.FileField)
        name = f"file-{len(self._files)}"
        self._files[name] = upload.file.read()
        return web.json_response(
            {"id": name, "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
        )

    async def _download(self, request: web.Request) -> web.Response:
        return web.Response(body=self._files[request.match_info["file"]])

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        lines = [json.loads(line) for line in self._files[body["input_file_id"]].splitlines()]
        self.batches.append(lines)
        return web.json_response(self._batch(len(self.batches) - 1, "validating"))

    async def _look(self, request: web.Request) -> web.Response:
        name = request.match_info["batch"]
        number = int(name.removeprefix("batch-"))
        self._polls[name] = self._polls.get(name, 0) + 1
        self.on_look(number)
        if number in self.gone:
            return web.json_response({"error": {"message": f"No batch found with id '{name}'."}}, status=404)
        if number in self.cancelled:
            return web.json_response(self._batch(number, "cancelled"))
        if self.rejects(number):
            errors = {"object": "list", "data": [{"code": "token_limit", "message": "enqueued token limit reached"}]}
            return web.json_response({**self._batch(number, "failed"), "errors": errors})
        if self._polls[name] < self.polls:
            return web.json_response(self._batch(number, "in_progress"))
        kept = [line for line in self.batches[number] if self.prompt_of(line["body"]) not in self.expired | self.lost]
        lines = [self._result(line) for line in kept] + [_expired(line) for line in self._with(number, self.expired)]
        done = [line for line in lines if line["response"] and line["response"]["status_code"] == 200]
        failed = [line for line in lines if line not in done]
        self._files[f"out-{number}"] = _jsonl(done)
        self._files[f"err-{number}"] = _jsonl(failed)
        return web.json_response(
            {
                **self._batch(number, "completed"),
                "output_file_id": f"out-{number}" if done else None,
                "error_file_id": f"err-{number}" if failed else None,
                "request_counts": {"total": len(lines), "completed": len(done), "failed": len(failed)},
            }
        )

    def _result(self, line: Body) -> dict[str, Any]:
        prompt = self.prompt_of(line["body"])
        reply: Reply = self.behaviour(line["body"], self.seen[prompt])
        self.seen[prompt] += 1
        response = {"status_code": reply.status, "request_id": "r", "body": self.body_of(line["body"], reply)}
        return {"id": "r", "custom_id": line["custom_id"], "response": response, "error": None}

    def _with(self, number: int, prompts: set[str]) -> list[Body]:
        return [line for line in self.batches[number] if self.prompt_of(line["body"]) in prompts]

    def _batch(self, number: int, status: str) -> Body:
        return {
            "id": f"batch-{number}",
            "object": "batch",
            "endpoint": self.endpoint,
            "input_file_id": "f",
            "completion_window": "24h",
            "created_at": 1,
            "status": status,
        }


def _expired(line: Body) -> Body:
    error = {
        "code": "batch_expired",
        "message": "This request could not be executed before the completion window ended.",
    }
    return {"id": "r", "custom_id": line["custom_id"], "response": None, "error": error}


def _jsonl(lines: list[Body]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()
