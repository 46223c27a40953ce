"""The closed lists from which the planner draws what a slot fixes."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

VOCABULARY_FILE = Path(__file__).with_name("vocabulary.yaml")


class Vocabulary(BaseModel):
    """Lists of `vocabulary.yaml`; every mapping is id → description unless said otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    skeletons: dict[str, str]
    registers: dict[str, str]
    length_buckets: dict[str, tuple[int, int]]
    """Bucket → fewest and most words of the query."""
    length_weights: dict[str, int]
    """Bucket → its share of all slots, in percent."""
    mechanisms: dict[str, dict[str, str]]
    """Evasion type → mechanism → description."""
    checks: dict[str, str]
    asks: dict[str, str]
    ask_needs: dict[str, str]
    """What is asked for → the only evasion type with which that makes sense."""
    mechanism_of_ask: dict[str, list[str]]
    """What is asked for → the only mechanisms with which that makes sense."""
    channels: dict[str, str]
    channels_of: dict[str, list[str]]
    """Subtype → the only channels that it leaves possible."""
    dimension_weights: dict[str, dict[str, int]]
    """Dimension → level → its share where nothing is forced, in percent; dimensions left out are spread evenly."""
    incompatible: list[dict[str, str]]
    """Pairs of dimension levels that no rule has together."""
    ages: list[str]
    adult_ages: list[str]
    places: list[str]
    places_of: dict[str, list[str]]
    trades: list[str]
    trades_of: dict[str, list[str]]
    ages_of: dict[str, list[str]]


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the package, read once per process."""
    return Vocabulary.model_validate(yaml.safe_load(VOCABULARY_FILE.read_text(encoding="utf-8")))
