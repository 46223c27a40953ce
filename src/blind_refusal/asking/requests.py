"""One question to one model, with a key that stays the same from run to run."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

from blind_refusal.asking.prices import Prices

Stage = Literal["respond", "judge", "judge_reasoning", "audit", "write", "gate"]
"""The stages that use models."""


class Message(NamedTuple):
    """One message of a conversation. The text is sent as it stands; it is never rendered again."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class AnswerSchema:
    """A JSON schema that the answer must fit, for providers that can constrain their output."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class ModelConfiguration:
    """A model as it is asked: the provider's model and everything that may change its answers."""

    name: str
    """Inspect's name of the model, as in ``openai/gpt-5.4`` or ``embedded/smollm2``."""
    label: str = ""
    """Name of the configuration in tables and reports; the model's name unless given."""
    generate: dict[str, Any] = field(default_factory=dict)
    """Fields of Inspect's `GenerateConfig` that belong to the question (temperature, max_tokens …)."""
    args: dict[str, Any] = field(default_factory=dict)
    """Arguments of the provider (`base_url` among them), as Inspect's `-M` gives them."""
    connections: int | None = None
    """How many requests may be under way at once; the provider's default if None. Not part of the key."""
    prices: Prices | None = None
    """What calls cost, where it is known. Not part of the key."""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)


@dataclass(frozen=True)
class Request:
    """One question to one model."""

    stage: Stage
    item: str
    """What is asked about: a case id, an opaque response id, a slot id."""
    model: ModelConfiguration
    messages: tuple[Message, ...]
    epoch: int = 1
    """Which repetition of the same question this is, counted from 1."""
    turn: int = 0
    """0 for a first question, 1 for asking again after an answer that could not be read."""
    schema: AnswerSchema | None = None
    prompt: str = ""
    """Name, version and hash of the prompt template; empty where no template was used."""

    def again(self, answer: str, text: str) -> "Request":
        """Return the request that shows the model its own answer and asks once more.

        Args:
            answer: the model's answer to this request.
            text: what is wrong with it, and what is wanted.
        """
        further = (Message("assistant", answer or "(no text)"), Message("user", text))
        return replace(self, messages=(*self.messages, *further), turn=self.turn + 1)

    @cached_property
    def key(self) -> str:
        """Hash of everything that may change the answer, and of what the answer is for; 32 hex digits."""
        content = [
            self.stage,
            self.item,
            self.epoch,
            self.turn,
            [self.model.name, self.model.label, self.model.generate, self.model.args],
            [list(message) for message in self.messages],
            [self.schema.name, self.schema.schema] if self.schema else None,
        ]
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]
