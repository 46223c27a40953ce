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
from blind_refusal.judging import AuthorNames, Context


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

    @classmethod
    def of(cls, configuration: ModelConfiguration) -> Self:
        """Describe a configuration; how many connections it has is no property of the study."""
        return cls(
            name=configuration.name,
            label=configuration.label,
            generate=configuration.generate,
            args=configuration.args,
        )

    def configuration(self, connections: int | None = None) -> ModelConfiguration:
        """Return the configuration that the entry describes."""
        return ModelConfiguration(self.name, self.label, dict(self.generate), dict(self.args), connections)


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
    models: list[ModelEntry] = []
    judges: list[JudgeEntry] = []
    author_names: AuthorNames | None = None
    """Names to mask in responses besides those that ship."""
    judge_reasoning: bool = False
    """Whether the model judges also label the models' reasoning."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)


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
