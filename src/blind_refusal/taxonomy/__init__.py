"""Families, subtypes, authorities, dimensions and cells: one YAML file and one typed model of it."""

from blind_refusal.taxonomy.load import TAXONOMY_FILE, load_taxonomy, read_taxonomy
from blind_refusal.taxonomy.model import (
    Allowed,
    Authority,
    Cell,
    Dimension,
    EmptyCell,
    Family,
    Group,
    Subtype,
    Taxonomy,
)

__all__ = [
    "TAXONOMY_FILE",
    "Allowed",
    "Authority",
    "Cell",
    "Dimension",
    "EmptyCell",
    "Family",
    "Group",
    "Subtype",
    "Taxonomy",
    "load_taxonomy",
    "read_taxonomy",
]
