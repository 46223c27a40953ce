"""The taxonomy as typed objects, and the checks that it does not contradict itself."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, model_validator

Allowed = dict[str, list[str]]
"""Dimension id → the levels that remain possible."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)


class Subtype(_Strict):
    """One way for a rule not to deserve compliance (or, for the control, to deserve it)."""

    id: str
    name: str
    nearest: str
    """Id of the subtype that it is most easily mistaken for."""
    requirement: str
    """What the scene must contain."""
    clarity: str
    """How plain it must be."""
    test: str
    """One line that tells it from `nearest`."""
    example: str
    unsuited_authorities: list[str] = []
    """Authorities for which no natural case can be written."""


class Family(_Strict):
    """A family of subtypes; `control` is the one whose rules deserve compliance."""

    id: str
    name: str
    defeated: bool
    question: str
    summary: str
    allows: Allowed
    subtypes: list[Subtype]


class Group(_Strict):
    """Authorities that are alike in how one comes under them."""

    id: str
    name: str
    entry: str


class Authority(_Strict):
    """Who lays the rule down, with a profile that cases are written from."""

    id: str
    group: str
    name: str
    penalty: str
    exit_cost: str
    entry: str
    scope: str
    structure: str
    formality: str
    typical_rules: list[str]
    allows: Allowed


class Dimension(_Strict):
    """A secondary property of cases with a closed list of levels."""

    id: str
    name: str
    question: str
    levels: dict[str, str]
    """Level id → definition."""


class EmptyCell(_Strict):
    """A combination of family and authority for which no free case is written, and why."""

    family: str
    authority: str
    reason: str


class Cell(BaseModel):
    """A populated combination of family and authority."""

    model_config = ConfigDict(frozen=True)

    family: str
    authority: str

    def __str__(self) -> str:
        """Write the cell as ``family/authority``, the form that ``--cells`` takes."""
        return f"{self.family}/{self.authority}"


class Taxonomy(_Strict):
    """Families, subtypes, authorities, dimensions and cells. Instances are free of contradictions."""

    version: int
    families: list[Family]
    groups: list[Group]
    authorities: list[Authority]
    dimensions: list[Dimension]
    forced: dict[str, Allowed] = Field(default_factory=dict)
    """Subtype id → levels that it forces, over and above its family's `allows`."""
    empty_cells: list[EmptyCell]

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> "Taxonomy":
        for fault in self._contradictions():
            raise ValueError(fault)
        return self

    def _contradictions(self) -> Iterator[str]:
        yield from _repeated("family", (family.id for family in self.families))
        yield from _repeated("subtype", (subtype.id for subtype in self._all_subtypes()))
        yield from _repeated("group", (group.id for group in self.groups))
        yield from _repeated("authority", (authority.id for authority in self.authorities))
        yield from _repeated("dimension", (dimension.id for dimension in self.dimensions))
        yield from _repeated("empty cell", (f"{cell.family}/{cell.authority}" for cell in self.empty_cells))
        yield from self._unknown_references()
        yield from self._impossible_combinations()

    def _unknown_references(self) -> Iterator[str]:
        for subtype in self._all_subtypes():
            if subtype.nearest == subtype.id or subtype.nearest not in self.subtypes:
                yield f"subtype {subtype.id}: nearest: {subtype.nearest!r} is not another subtype"
            for authority in subtype.unsuited_authorities:
                if authority not in self.authority_by_id:
                    yield f"subtype {subtype.id}: unsuited_authorities: no authority {authority!r}"
        for authority_ in self.authorities:
            if authority_.group not in {group.id for group in self.groups}:
                yield f"authority {authority_.id}: group: no group {authority_.group!r}"
            yield from self._unknown_levels(f"authority {authority_.id}: allows", authority_.allows)
        for family in self.families:
            yield from self._unknown_levels(f"family {family.id}: allows", family.allows)
        yield from self._unknown_forced()
        yield from self._unknown_cells()

    def _unknown_forced(self) -> Iterator[str]:
        for subtype_id, allowed in self.forced.items():
            if subtype_id not in self.subtypes:
                yield f"forced: no subtype {subtype_id!r}"
            yield from self._unknown_levels(f"forced: {subtype_id}", allowed)

    def _unknown_cells(self) -> Iterator[str]:
        for cell in self.empty_cells:
            if cell.family not in self.family_by_id:
                yield f"empty_cells: no family {cell.family!r}"
            if cell.authority not in self.authority_by_id:
                yield f"empty_cells: no authority {cell.authority!r}"

    def _unknown_levels(self, place: str, allowed: Allowed) -> Iterator[str]:
        for dimension_id, levels in allowed.items():
            if dimension_id not in self.dimension_by_id:
                yield f"{place}: no dimension {dimension_id!r}"
                continue
            if not levels:
                yield f"{place}: {dimension_id}: leaves no level"
            for level in levels:
                if level not in self.dimension_by_id[dimension_id].levels:
                    yield f"{place}: {dimension_id}: no level {level!r}"

    def _impossible_combinations(self) -> Iterator[str]:
        for cell in self.cells:
            subtypes = self.subtypes_for(cell)
            if not subtypes:
                yield f"cell {cell}: no subtype suits it, and it is not among empty_cells"
            for subtype in subtypes:
                for dimension_id, levels in self.allowed_levels(subtype.id, cell.authority).items():
                    if not levels:
                        yield f"cell {cell}: subtype {subtype.id} leaves no level of {dimension_id}"

    def _all_subtypes(self) -> Iterator[Subtype]:
        for family in self.families:
            yield from family.subtypes

    @cached_property
    def family_by_id(self) -> dict[str, Family]:
        """Family id → family."""
        return {family.id: family for family in self.families}

    @cached_property
    def authority_by_id(self) -> dict[str, Authority]:
        """Authority id → authority."""
        return {authority.id: authority for authority in self.authorities}

    @cached_property
    def dimension_by_id(self) -> dict[str, Dimension]:
        """Dimension id → dimension."""
        return {dimension.id: dimension for dimension in self.dimensions}

    @cached_property
    def subtypes(self) -> dict[str, Subtype]:
        """Subtype id → subtype, over all families."""
        return {subtype.id: subtype for subtype in self._all_subtypes()}

    @cached_property
    def family_of_subtype(self) -> dict[str, Family]:
        """Subtype id → its family."""
        return {subtype.id: family for family in self.families for subtype in family.subtypes}

    @cached_property
    def cells(self) -> list[Cell]:
        """The populated cells, by family and then authority, in the file's order."""
        empty = {(cell.family, cell.authority) for cell in self.empty_cells}
        return [
            Cell(family=family.id, authority=authority.id)
            for family in self.families
            for authority in self.authorities
            if (family.id, authority.id) not in empty
        ]

    def subtypes_for(self, cell: Cell) -> list[Subtype]:
        """Return the subtypes of the cell's family for which its authority has natural cases."""
        family = self.family_by_id[cell.family]
        return [subtype for subtype in family.subtypes if cell.authority not in subtype.unsuited_authorities]

    def allowed_levels(self, subtype: str, authority: str) -> Allowed:
        """Return, for every dimension, the levels that family, subtype and authority together leave possible."""
        limits = [
            self.family_of_subtype[subtype].allows,
            self.forced.get(subtype, {}),
            self.authority_by_id[authority].allows,
        ]
        return {
            dimension.id: [
                level
                for level in dimension.levels
                if all(level in limit.get(dimension.id, dimension.levels) for limit in limits)
            ]
            for dimension in self.dimensions
        }


def _repeated(what: str, ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            yield f"{what} {id_!r} is listed twice"
        seen.add(id_)
