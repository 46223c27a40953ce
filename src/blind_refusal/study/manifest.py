"""`study.yaml`: what was asked, so that the study can be read, repeated and continued."""

import platform
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blind_refusal.asking import ModelConfiguration
from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.files import write_atomically
from blind_refusal.judging import LEXICAL_RUBRIC, RUBRIC, AuthorNames, Context
from blind_refusal.subjects import NO_PROMPT, Condition, SuitePrices


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


def software_versions() -> dict[str, str]:
    """Return the versions of what produces a study's numbers."""
    return {
        "blind-refusal": version("blind-refusal"),
        "inspect-ai": version("inspect-ai"),
        "python": platform.python_version(),
    }


class DataSetEntry(_Entry):
    """The data set that the study's cases were taken from."""

    name: str
    sha256: str
    cases: int


class ModelEntry(_Entry):
    """A model configuration as it is asked."""

    name: str
    label: str
    generate: dict[str, Any] = {}
    args: dict[str, Any] = {}
    prices: SuitePrices | None = None
    """Dollars per million tokens, where they were given."""
    connections: int | None = None
    """Of the suite; the command line's number goes before it."""
    origin: str | None = None
    """Id of the study that asked it, where this study was merged from several."""

    @classmethod
    def of(cls, configuration: ModelConfiguration) -> Self:
        """Describe a configuration."""
        prices = configuration.prices
        return cls(
            name=configuration.name,
            label=configuration.label,
            generate=configuration.generate,
            args=configuration.args,
            prices=prices and SuitePrices(input=prices.input, cached=prices.cached, output=prices.output),
            connections=configuration.connections,
        )

    def configuration(self, connections: int | None = None) -> ModelConfiguration:
        """Return the configuration that the entry describes.

        Args:
            connections: requests under way at once, instead of the entry's own.
        """
        prices = self.prices.known if self.prices else None
        return ModelConfiguration(
            self.name, self.label, dict(self.generate), dict(self.args), connections or self.connections, prices
        )

    @property
    def asks(self) -> tuple[object, ...]:
        """What may change its answers."""
        return self.name, self.generate, self.args


class JudgeEntry(_Entry):
    """A judge and what it judges by."""

    label: str
    kind: Literal["model", "lexical"]
    rubric: str
    model: ModelEntry | None = None
    context: Context = "blind"
    repeats: int = 1
    """How often it judges the same response; the first time counts, the others show how steady it is."""
    checks: str | None = None
    """Label of the judge whose verdicts this one checks on a drawn sample; None if it judges everything."""
    sample: int | None = None
    """How many responses are drawn for it to check."""

    @property
    def is_of_older_rubric(self) -> bool:
        """Whether it judged by a rubric that this version does not have, so that it gives no more verdicts."""
        return self.rubric != (LEXICAL_RUBRIC if self.kind == "lexical" else RUBRIC.reference)


class ConditionEntry(_Entry):
    """A system prompt under which every model is asked."""

    name: str
    system_prompt: str | None


class Manifest(_Entry):
    """The content of `study.yaml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    """Goes into the opaque ids of responses."""
    created: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    versions: dict[str, str] = Field(default_factory=software_versions)
    """Of the software that began the study."""
    data_set: DataSetEntry
    sample: str
    seed: int
    """Of the draw of cases and of the order in which responses are judged."""
    cases: int
    cases_sha256: str
    epochs: int = 1
    system_prompt: str | None = None
    """The only system prompt; null where there is none, or where there are conditions."""
    conditions: list[ConditionEntry] = []
    """System prompts that the models are crossed with; empty for one condition, without or with `system_prompt`."""
    wordings_sha256: str | None = None
    """Hash of `wordings.jsonl`, where queries are also asked in other words."""
    models: list[ModelEntry] = []
    judges: list[JudgeEntry] = []
    author_names: AuthorNames | None = None
    """Names to mask in responses besides those that ship."""
    judge_reasoning: bool = False
    """Whether the model judges also label the models' reasoning."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def id_of_model(self, label: str) -> str:
        """Return what a model's responses are numbered by: the id of the study that asked it."""
        return next((entry.origin for entry in self.models if entry.label == label and entry.origin), self.id)

    @property
    def asked_under(self) -> list[Condition]:
        """The conditions, also where there is but one."""
        if self.conditions:
            return [Condition(entry.name, entry.system_prompt) for entry in self.conditions]
        name = NO_PROMPT if self.system_prompt is None else "system prompt"
        return [Condition(name, self.system_prompt)]


def read_manifest(file: Path) -> Manifest:
    """Read a study's manifest.

    Raises:
        UserError: if it cannot be read.
        FaultyInput: with every field that is wrong.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Manifest.model_validate(content)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file}: is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise FaultyInput(list(_faults(file, error))) from error


def _faults(file: Path, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        yield Fault(file, 0, ".".join(str(part) for part in detail["loc"]), detail["msg"])


def write_manifest(file: Path, manifest: Manifest) -> None:
    """Write a study's manifest."""
    write_atomically(file, yaml.safe_dump(manifest.model_dump(mode="json"), sort_keys=False, allow_unicode=True))
