"""Prompt templates: Markdown files beside the stage that uses them, versioned, hashed, rendered once.

A file has a front matter with name and version, a constant part, and a part that varies from request to request. The
constant part comes first and is sent byte for byte the same each time, so that providers can bill it as cached.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import jinja2
import yaml

from blind_refusal.asking.requests import Message

VARIES_FROM_HERE = "\n<!-- varies from here -->\n"

_ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Prompt:
    """A prompt template."""

    name: str
    version: int
    constant: str
    """The same in every request; holds no placeholder."""
    varying: str
    """A Jinja template; its values are put in once and never rendered again."""

    @property
    def hash(self) -> str:
        """Hash of the text, 12 hex digits."""
        return hashlib.sha256(f"{self.constant}\0{self.varying}".encode()).hexdigest()[:12]

    @property
    def reference(self) -> str:
        """Name, version and hash, as every outcome records them."""
        return f"{self.name}@{self.version}:{self.hash}"

    def messages(self, **values: object) -> tuple[Message, ...]:
        """Fill in the varying part.

        Raises:
            jinja2.UndefinedError: if a placeholder gets no value.
        """
        varying = _ENVIRONMENT.from_string(self.varying).render(**values)
        return (Message("system", self.constant), Message("user", varying))


def load_prompt(file: Path) -> Prompt:
    """Read a prompt file of the package.

    Raises:
        ValueError: if the file lacks front matter, constant or varying part.
    """
    opening, front_matter, body = file.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{file.name}: must begin with its front matter")
    constant, varying = body.split(VARIES_FROM_HERE)
    facts = yaml.safe_load(front_matter)
    return Prompt(facts["name"], facts["version"], constant.strip() + "\n", varying.strip() + "\n")
