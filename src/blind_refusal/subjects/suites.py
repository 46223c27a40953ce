"""Suites: files of model configurations that belong together, with what is needed to ask them and to pay for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from blind_refusal.asking import ModelConfiguration, Prices
from blind_refusal.errors import Fault, FaultyInput, UserError
from blind_refusal.subjects.configurations import MOST_TOKENS

_SHIPPED = Path(__file__).with_name("suites")

ModelName = Annotated[str, StringConstraints(pattern=r"^[^/\s]+/\S+$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SuitePrices(_Entry):
    """Dollars per million tokens."""

    input: Annotated[float, Field(ge=0)]
    cached: Annotated[float, Field(ge=0)] | None = None
    output: Annotated[float, Field(ge=0)]

    @property
    def known(self) -> Prices:
        """The prices as calls are reckoned by."""
        return Prices(self.input, self.output, self.cached)


class SuiteModel(_Entry):
    """One configuration of a suite."""

    name: ModelName
    """Inspect's name of the model."""
    label: Label
    """Name of the configuration in tables and reports."""
    family: str = ""
    """Whose models it belongs to."""
    tier: str = ""
    reasoning: str = "default"
    """`on`, `off` or `default`, for people to read; how it is switched stands in `generate` or `args`."""
    generate: dict[str, Any] = {}
    """Fields of Inspect's `GenerateConfig`; temperature 0 and 8,000 output tokens unless given."""
    args: dict[str, Any] = {}
    """Arguments of the provider, as Inspect's `-M` gives them."""
    connections: Annotated[int, Field(ge=1)] | None = None
    prices: SuitePrices | None = None
    note: str = ""

    def configuration(self, max_tokens: int | None = None) -> ModelConfiguration:
        """Return how the model is asked.

        Args:
            max_tokens: output tokens, instead of those of the suite.
        """
        generate = {"temperature": 0.0, "max_tokens": MOST_TOKENS, **self.generate}
        if max_tokens is not None:
            generate["max_tokens"] = max_tokens
        prices = self.prices.known if self.prices else None
        return ModelConfiguration(self.name, self.label, generate, dict(self.args), self.connections, prices)


class Suite(_Entry):
    """A file of configurations."""

    description: str
    tested: str
    """What was tried, and what was not."""
    prices_of: str = ""
    """Where and when the prices were read."""
    models: Annotated[list[SuiteModel], Field(min_length=1)]

    @model_validator(mode="after")
    def _labels_are_unique(self) -> Self:
        labels = [model.label for model in self.models]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"labels must be unique; more than once: {', '.join(twice)}")
        return self


def shipped_suites() -> dict[str, Path]:
    """Return the suites that come with the package, by name."""
    return {file.stem: file for file in sorted(_SHIPPED.glob("*.yaml"))}


def read_suite(name: str) -> Suite:
    """Read a suite by the name of one that ships, or from a file.

    Raises:
        UserError: if there is no such suite, or the file cannot be read.
        FaultyInput: with every field that is wrong.
    """
    shipped = shipped_suites()
    file = shipped.get(name) or Path(name)
    if name not in shipped and not file.is_file():
        raise UserError(f"--suite {name}: no such file, and no suite of that name; there are {', '.join(shipped)}")
    try:
        return Suite.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file}: is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise FaultyInput(list(_faults(file, error))) from error


def _faults(file: Path, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        field = ".".join(str(part) for part in detail["loc"])
        yield Fault(file, 0, field, detail["msg"].removeprefix("Value error, "))
