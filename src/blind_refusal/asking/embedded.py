"""The embedded model as a model of Inspect: ``embedded/smollm2`` answers with no key, no GPU and no network."""

from typing import Any

import httpx2
from anyio import to_thread
from inspect_ai._util.error import PrerequisiteError
from inspect_ai._util.http_defaults_httpx2 import default_client_kwargs
from inspect_ai.model import ChatMessage, GenerateConfig, ModelOutput
from inspect_ai.model._model_call import ModelCall
from inspect_ai.model._providers.openai_compatible import OpenAICompatibleAPI
from inspect_ai.tool import ToolChoice, ToolInfo
from openai import APIConnectionError, APIStatusError, DefaultAsyncHttpxClient
from typing_extensions import override

from blind_refusal.asking.embedded_server import MOST_SLOTS, running_server, start_server
from blind_refusal.asking.embedded_weights import EMBEDDED_MODEL, embedded_weights
from blind_refusal.errors import UserError

DEFAULT_SLOTS = 4
DEFAULT_MAX_TOKENS = 160

_NAME = EMBEDDED_MODEL.name.split("/")[1]
_NOT_STARTED = "http://127.0.0.1"
_NO_KEY_YET = "set when the server starts"
_TOO_LONG = "exceed_context_size_error"
_UNSUPPORTED_IN_SCHEMAS = {"pattern", "examples"}


class EmbeddedModelError(UserError, PrerequisiteError):
    """What the user can put right about the embedded model; Inspect prints it as one line too."""


class EmbeddedAPI(OpenAICompatibleAPI):
    """SmolLM2-135M-Instruct, run by llama.cpp's server inside this process and reached over loopback.

    The weights are checked when the model is opened; the server is started by the first request and shared by every
    instance and event loop of the process that asks for the same number of slots. With four slots it holds 0.9 GB.

    What the caller does not set: temperature 0, at most 160 new tokens, as many connections as slots. (An Inspect eval
    adapts its connections unless told a number, and may send more: those wait their turn in the server, without limit.)

    *Repetition.* At temperature 0 one slot repeats its answers exactly, whatever was asked before. With several slots
    an answer can depend on what is computed beside it, because llama.cpp's batches sum in a different order. Reusing
    the computed prefix of an earlier prompt has the same effect even with one slot, so it is off unless the caller sets
    ``cache_prompt=True`` (exactly true, not ``"auto"``): worth it for long prompts with a common beginning.

    *Length.* Prompt and answer share 8192 tokens. A longer prompt comes back as an output with no text, the stop reason
    ``model_length`` and ``error`` saying how long it was; it is not retried. An answer that reaches the end of the
    context stops with ``max_tokens``.

    *Schemas.* ``response_schema`` is enforced, with the lengths of strings and the bounds of integers. (Inspect passes
    no lengths of arrays on.) Bounds of other numbers are not, and patterns are not passed on: llama.cpp takes one
    without anchors to allow anything.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,  # noqa: ARG002 - Inspect passes a placeholder when it only looks a model up
        config: GenerateConfig | None = None,
        slots: int = DEFAULT_SLOTS,
        **model_args: object,
    ) -> None:
        """Open the model.

        Args:
            model_name: what follows ``embedded/``.
            base_url: must be None; the model is in this process.
            api_key: not needed.
            config: defaults for every request.
            slots: how many requests are computed side by side.
            model_args: none are known.

        Raises:
            EmbeddedModelError: for another name or argument, or if the weights are missing or wrong.
        """
        _check_arguments(model_name, base_url, slots, model_args)
        try:
            embedded_weights()
        except UserError as error:
            raise EmbeddedModelError(str(error)) from error
        self.slots = slots
        super().__init__(
            model_name,
            base_url=_NOT_STARTED,
            api_key=_NO_KEY_YET,
            config=config or GenerateConfig(),
            service="embedded",
            max_retries=0,  # of the OpenAI client; Inspect does its own
        )
        self.api_key_vars = []

    @override
    def _create_http_client(self) -> DefaultAsyncHttpxClient:
        # No proxies from the environment; no limit on the time to compute; and a new connection for each request, since
        # the server could close a kept one at the moment of its use.
        return DefaultAsyncHttpxClient(
            **default_client_kwargs(
                trust_env=False,
                timeout=httpx2.Timeout(None),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            )
        )

    async def _reach_server(self) -> str:
        """Make sure that the server runs and that the client points at it; return its address."""
        server = running_server(self.slots)
        if server is None:
            server = await to_thread.run_sync(start_server, self.slots)
        if self.api_key != server.api_key:
            self.client.base_url = self.base_url = f"{server.address}/v1"
            self.client.api_key = self.api_key = server.api_key
        return server.address

    @override
    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput | tuple[ModelOutput | Exception, ModelCall]:
        await self._reach_server()
        return await super().generate(input, tools, tool_choice, config)

    @override
    def completion_params(self, config: GenerateConfig, tools: bool) -> dict[str, Any]:
        params = super().completion_params(config, tools)
        params.setdefault("temperature", 0)
        params["extra_body"] = {"cache_prompt": config.cache_prompt is True, **params.get("extra_body", {})}
        return params

    @override
    def handle_bad_request(self, ex: APIStatusError) -> ModelOutput | Exception:
        if isinstance(ex.body, dict) and ex.body.get("type") == _TOO_LONG:
            error = f"the prompt has {ex.body['n_prompt_tokens']} tokens, the embedded model takes {ex.body['n_ctx']}"
            return ModelOutput.from_content(_NAME, "", stop_reason="model_length", error=error)
        return super().handle_bad_request(ex)

    @override
    def should_retry(self, ex: BaseException) -> bool:
        """Only a broken connection can go better the second time: other failures of a local model repeat themselves."""
        return isinstance(ex, APIConnectionError)

    @override
    async def tokenize(self, text: str) -> list[int]:
        address = await self._reach_server()
        response = await self.http_client.post(
            f"{address}/tokenize", json={"content": text}, headers={"Authorization": f"Bearer {self.api_key}"}
        )
        tokens: list[int] = response.raise_for_status().json()["tokens"]
        return tokens

    @override
    async def count_text_tokens(self, text: str) -> int:
        """Count with the model's own tokenizer; Inspect's estimate would fetch another one from the network."""
        return len(await self.tokenize(text))

    @override
    def max_tokens(self) -> int:
        return DEFAULT_MAX_TOKENS

    @override
    def max_connections(self) -> int:
        return self.slots

    @override
    def connection_key(self) -> str:
        return f"{_NAME}:{self.slots}"

    @property
    @override
    def schema_exclude_fields(self) -> set[str]:
        return _UNSUPPORTED_IN_SCHEMAS


def _check_arguments(model_name: str, base_url: str | None, slots: object, others: dict[str, object]) -> None:
    if model_name != _NAME:
        raise EmbeddedModelError(f"unknown embedded model {model_name!r}: there is only {EMBEDDED_MODEL.name}")
    if base_url is not None:
        raise EmbeddedModelError(f"{EMBEDDED_MODEL.name} runs inside this process: it has no base URL {base_url!r}")
    if others:
        raise EmbeddedModelError(f"{EMBEDDED_MODEL.name} has no argument {sorted(others)[0]!r}: there is only 'slots'")
    if not isinstance(slots, int) or isinstance(slots, bool) or not 1 <= slots <= MOST_SLOTS:
        raise EmbeddedModelError(
            f"{EMBEDDED_MODEL.name}: slots must be a whole number from 1 to {MOST_SLOTS}, not {slots!r}"
        )
