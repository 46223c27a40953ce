"""Families, subtypes, authorities, dimensions and cells: one YAML file and one typed model of it."""

from blind_refusal.taxonomy.load import TAXONOMY_FILE, choose_taxonomy, load_taxonomy, read_taxonomy
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
    "choose_taxonomy",
    "load_taxonomy",
    "read_taxonomy",
]
