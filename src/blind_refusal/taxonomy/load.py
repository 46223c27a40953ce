"""Reading the taxonomy file."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from blind_refusal.errors import UserError
from blind_refusal.taxonomy.model import Taxonomy

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.yaml")


def read_taxonomy(file: Path) -> Taxonomy:
    """Read and check a taxonomy file.

    Raises:
        UserError: in one line, the first thing that is missing, unknown or contradictory.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file}: is not YAML: {' '.join(str(error).split())}") from error
    try:
        return Taxonomy.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{file}: {place + ': ' if place else ''}{reason}") from error


_chosen = TAXONOMY_FILE


def choose_taxonomy(file: Path) -> None:
    """Use another taxonomy than the one that ships, in the whole process.

    Raises:
        UserError: as `read_taxonomy` does.
    """
    global _chosen  # noqa: PLW0603 - one process works with one taxonomy; the command line chooses it once
    read_taxonomy(file)
    _chosen = file
    load_taxonomy.cache_clear()


@cache
def load_taxonomy() -> Taxonomy:
    """Return the chosen taxonomy, by default the one that ships with the package; read once per process."""
    return read_taxonomy(_chosen)
