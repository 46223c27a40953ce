"""One call through Inspect's model layer, and what came of it."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import TYPE_CHECKING

from blind_refusal.asking.batching import asking_for, mend_batches
from blind_refusal.asking.outcomes import Outcome, Status
from blind_refusal.asking.requests import AnswerSchema, ModelConfiguration, Request
from blind_refusal.asking.secrets import without_secrets
from blind_refusal.errors import UserError
from blind_refusal.text import one_line

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput

MALFORMED_TRIES = 3
"""How often a question is asked when the provider's reply has no readable form (no choices, broken JSON)."""

_MALFORMED = (IndexError, KeyError, TypeError, AttributeError, JSONDecodeError)
_REFUSED_KEY = 401  # 403 is not among these: some providers use it for a single prompt that they moderate
_ERROR_LENGTH = 500
_BATCH_CONNECTIONS = 5_000
_BATCH_SECONDS = 25 * 60 * 60
"""Providers promise a batch within 24 hours. A time-out meant for one call would send it again, and pay again."""
_NO_LIMIT = 100_000
"""Inspect's own limit is one for all configurations of a model, and the first one settles it; our lanes have theirs."""


@dataclass(frozen=True)
class Cluster:
    """A Ray cluster that sends requests (`cluster.py`)."""

    address: str | None = None
    """As `ray.init` takes it; None for the cluster of the environment (RAY_ADDRESS), or else one on this machine."""
    workers: int | None = None
    """Workers of each model configuration; one for each node of the cluster if None."""


@dataclass(frozen=True)
class Sending:
    """How requests are sent; nothing of it changes what is asked."""

    max_retries: int = 6
    """Retries of a request that the provider rejects for now (429, 5xx, a broken connection, a time-out). They wait
    longer each time, as the provider asks or doubling."""
    attempt_timeout: int = 600
    """Seconds after which one attempt counts as failed; of a batch, a day and an hour do."""
    batch: bool = False
    """Whether to use the provider's batch interface, where it has one (Inspect knows which do)."""
    cluster: Cluster | None = None
    """The Ray cluster that sends the requests; None for this process."""

    def connections(self, configuration: ModelConfiguration) -> int | None:
        """Return how many requests may be under way; a batch is made of what is under way, so then there are many."""
        return _BATCH_CONNECTIONS if self.batch else configuration.connections

    @property
    def seconds(self) -> int:
        """Seconds after which one attempt has failed."""
        return _BATCH_SECONDS if self.batch else self.attempt_timeout


class KeyRefusedError(Exception):
    """The provider does not accept the key, so that asking this model anything further is pointless."""


def open_model(configuration: ModelConfiguration, sending: Sending) -> "Model":
    """Open a model through Inspect.

    Raises:
        UserError: if Inspect does not know the model, or lacks its key or package.
    """
    from inspect_ai._util.error import PrerequisiteError
    from inspect_ai.model import GenerateConfig, get_model
    from pydantic import ValidationError

    if sending.batch:
        mend_batches()
    try:
        config = GenerateConfig.model_validate(
            {
                **_without_trial_call(configuration),
                **configuration.generate,
                "max_connections": _NO_LIMIT,
                "batch": True if sending.batch else None,
                "max_retries": sending.max_retries,
                "attempt_timeout": sending.seconds,
            }
        )
        model = get_model(configuration.name, config=config, memoize=False, **configuration.args)
    except (PrerequisiteError, ValueError, ImportError, TypeError, ValidationError) as error:
        message = without_secrets(one_line(_plain(str(error)), _ERROR_LENGTH))
        raise UserError(f"model {configuration.name}: {message}") from error
    client = getattr(model.api, "client", None)
    if client is not None and hasattr(client, "max_retries"):
        client.max_retries = 0  # the provider's own client would multiply Inspect's retries by its own
    return model


def _without_trial_call(configuration: ModelConfiguration) -> dict[str, str]:
    """Ask for no summary of reasoning unless the configuration speaks of reasoning.

    Otherwise Inspect would first send one of OpenAI's newer models a request of its own, to see whether the account may
    have such summaries: a call that nobody was told of, and whose outcome changes what the others say.
    """
    if any(name.startswith("reasoning") for name in configuration.generate):
        return {}
    return {"reasoning_summary": "none"}


def require_model(configuration: ModelConfiguration) -> None:
    """Make sure that a model can be opened, before anything is paid for.

    Raises:
        UserError: as `open_model` does.
    """
    open_model(configuration, Sending())


def _plain(rich_text: str) -> str:
    from rich.errors import MarkupError
    from rich.text import Text

    with suppress(MarkupError):
        return Text.from_markup(rich_text).plain
    return rich_text


async def call(model: "Model", request: Request) -> Outcome:
    """Ask one request until there is an outcome.

    This is the one place where the failure of a single call is caught and becomes an outcome with a cause.

    Raises:
        KeyRefusedError: if the provider does not accept the key.
    """
    started = time.monotonic()
    tries = 0
    while True:
        tries += 1
        try:
            output = await _generate(model, request)
            return _outcome(request, output, time.monotonic() - started, tries)
        except UserError:
            raise
        except _MALFORMED as error:
            if tries < MALFORMED_TRIES:
                await asyncio.sleep(0.5 * tries)
                continue
            cause = f"malformed reply, {tries} times ({type(error).__name__}: {error})"
        except Exception as error:
            cause = _cause(error)
            if _status_code(error) == _REFUSED_KEY:
                raise KeyRefusedError(without_secrets(one_line(cause, _ERROR_LENGTH))) from error
        return _failure(request, cause, time.monotonic() - started, tries)


async def _generate(model: "Model", request: Request) -> "ModelOutput":
    from inspect_ai.log._transcript import Transcript, init_transcript

    init_transcript(Transcript())  # Inspect appends every call to the context's transcript; let each go with its call
    with asking_for(request.key):
        output = await model.generate(_chat(request), config=_config(request.schema))
    if not output.choices:
        raise IndexError("the reply holds no choice")
    return output


def _chat(request: Request) -> "list[ChatMessage]":
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    kinds = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}
    return [kinds[message.role](content=message.text) for message in request.messages]


def _config(schema: AnswerSchema | None) -> "GenerateConfig":
    from inspect_ai.model import GenerateConfig, ResponseSchema
    from inspect_ai.util import JSONSchema

    if schema is None:
        return GenerateConfig()
    json_schema = JSONSchema.model_validate(schema.schema)
    return GenerateConfig(response_schema=ResponseSchema(name=schema.name, json_schema=json_schema, strict=True))


def _outcome(request: Request, output: "ModelOutput", seconds: float, tries: int) -> Outcome:
    usage = output.usage
    cached = (usage.input_tokens_cache_read or 0) if usage else 0
    written = (usage.input_tokens_cache_write or 0) if usage else 0
    text = output.completion
    status, error = _status(output.stop_reason, text, output.error)
    return _row(
        request,
        status=status,
        stop_reason=output.stop_reason,
        text=text,
        reasoning=_reasoning(output),
        error=error,
        input_tokens=usage.input_tokens + cached + written if usage else 0,
        cached_tokens=cached,
        output_tokens=usage.output_tokens if usage else 0,
        seconds=seconds,
        tries=tries,
    )


def _status(stop_reason: str, text: str, error: str | None) -> tuple[Status, str]:
    cause = without_secrets(one_line(error or "", _ERROR_LENGTH))
    if stop_reason == "content_filter":
        return Status.BLOCKED, cause
    if error:
        return Status.ERROR, cause
    if stop_reason not in ("stop", "max_tokens", "model_length"):
        return Status.ERROR, f"unknown stop reason {stop_reason!r}"
    if not text.strip():
        return Status.EMPTY, "no text before the token limit" if stop_reason != "stop" else ""
    return (Status.OK if stop_reason == "stop" else Status.TRUNCATED), ""


def _reasoning(output: "ModelOutput") -> str:
    from inspect_ai.model import ContentReasoning

    content = output.message.content
    if isinstance(content, str):
        return ""
    parts = [part for part in content if isinstance(part, ContentReasoning)]
    readable = ("" if part.redacted else part.reasoning for part in parts)
    return "\n\n".join(text or part.summary or "" for text, part in zip(readable, parts, strict=True)).strip()


def _failure(request: Request, cause: str, seconds: float, tries: int) -> Outcome:
    return _row(
        request,
        status=Status.ERROR,
        stop_reason="",
        text="",
        reasoning="",
        error=without_secrets(one_line(cause, _ERROR_LENGTH)),
        input_tokens=0,
        cached_tokens=0,
        output_tokens=0,
        seconds=seconds,
        tries=tries,
    )


def _row(
    request: Request,
    *,
    status: Status,
    stop_reason: str,
    text: str,
    reasoning: str,
    error: str,
    input_tokens: int,
    cached_tokens: int,
    output_tokens: int,
    seconds: float,
    tries: int,
) -> Outcome:
    return Outcome(
        key=request.key,
        stage=request.stage,
        item=request.item,
        model=request.model.label,
        epoch=request.epoch,
        turn=request.turn,
        prompt=request.prompt,
        status=status,
        stop_reason=stop_reason,
        text=_storable(text),
        reasoning=_storable(reasoning),
        error=error,
        input_tokens=input_tokens,
        cached_tokens=cached_tokens,
        output_tokens=output_tokens,
        seconds=round(seconds, 3),
        tries=tries,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _storable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _status_code(error: BaseException | None) -> int | None:
    while error is not None:
        code = getattr(error, "status_code", None)
        if isinstance(code, int):
            return code
        error = error.__cause__
    return None


def _cause(error: Exception) -> str:
    last_attempt = getattr(error, "last_attempt", None)  # tenacity wraps what finally failed
    if last_attempt is not None and isinstance(last_attempt.exception(), Exception):
        return f"gave up after {last_attempt.attempt_number} attempts: {_cause(last_attempt.exception())}"
    code = _status_code(error)
    message = getattr(error, "provider_message", None) or str(error) or "no message"
    return f"{type(error).__name__}{f' {code}' if code else ''}: {message}"
