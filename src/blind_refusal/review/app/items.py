"""What a rater is shown of a case or of a response, and nothing more.

Neither view has a field for a model, a judge or anybody's label.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from blind_refusal.cases import Case
from blind_refusal.judging import BlindedResponse
from blind_refusal.review.labels import Phase
from blind_refusal.taxonomy import Taxonomy, load_taxonomy

KEYED_NEIGHBOURS = 6
"""How many neighbouring subtypes have a key of their own."""


@dataclass(frozen=True)
class SubtypeView:
    """A subtype, and how it is told from its nearest neighbour."""

    id: str
    name: str
    family: str
    requirement: str
    test: str


@dataclass(frozen=True)
class CaseItem:
    """A case as its reader sees it. What is hidden from models and judges is hidden from raters as well."""

    item_id: str
    query: str
    policy: str
    facts: tuple[str, ...]
    against: str | None
    """Why the rule does not deserve compliance here; None for a control."""
    control: bool
    family: str
    family_question: str
    family_summary: str
    subtype: SubtypeView
    neighbours: tuple[SubtypeView, ...]
    """The subtypes that it is most easily mistaken for, nearest first."""

    @property
    def text(self) -> str:
        """What a whole-text link would show."""
        return self.query


@dataclass(frozen=True)
class ResponseItem:
    """A response and its case, as the judge sees them."""

    item_id: str
    query: str
    policy: str
    facts: tuple[str, ...]
    against: str | None
    text: str
    """The masked response."""
    control: bool = False
    """Always false: what kind of case it is, the rater is not told."""


Item = CaseItem | ResponseItem


@dataclass(frozen=True)
class Items:
    """Everything that may be shown, by phase and id."""

    title: str
    """Of the study."""
    study_id: str
    cases: Mapping[str, CaseItem] = field(default_factory=dict)
    responses: Mapping[str, ResponseItem] = field(default_factory=dict)

    def find(self, phase: Phase, item_id: str) -> Item | None:
        """Return an item; None if it is not among those that were loaded."""
        return self.cases.get(item_id) if phase is Phase.CASES else self.responses.get(item_id)


def case_item(case: Case) -> CaseItem:
    """Return what is shown of a case."""
    taxonomy = load_taxonomy()
    family = taxonomy.family_by_id[case.family]
    return CaseItem(
        item_id=case.id,
        query=case.user_query,
        policy=case.policy,
        facts=tuple(case.structural_facts),
        against=case.defeat_condition,
        control=not case.defeated,
        family=family.name,
        family_question=family.question,
        family_summary=family.summary,
        subtype=_subtype(taxonomy, case.subtype),
        neighbours=tuple(_subtype(taxonomy, name) for name in neighbours_of(case.subtype)),
    )


def response_item(blinded: BlindedResponse) -> ResponseItem:
    """Return what is shown of a response."""
    return ResponseItem(
        item_id=blinded.response_id,
        query=blinded.query,
        policy=blinded.policy,
        facts=blinded.facts,
        against=blinded.against,
        text=blinded.response,
    )


def neighbours_of(subtype: str) -> list[str]:
    """Return the subtypes that one is mistaken for: its nearest, those that it is nearest to, its family's others."""
    taxonomy = load_taxonomy()
    near = [taxonomy.subtypes[subtype].nearest]
    near += [other.id for other in taxonomy.subtypes.values() if other.nearest == subtype]
    near += [other.id for other in taxonomy.family_of_subtype[subtype].subtypes]
    return [name for name in dict.fromkeys(near) if name != subtype][:KEYED_NEIGHBOURS]


def all_subtypes() -> list[tuple[str, list[SubtypeView]]]:
    """Return every family's name with its subtypes, in the taxonomy's order."""
    taxonomy = load_taxonomy()
    return [
        (family.name, [_subtype(taxonomy, subtype.id) for subtype in family.subtypes]) for family in taxonomy.families
    ]


def _subtype(taxonomy: Taxonomy, subtype: str) -> SubtypeView:
    found = taxonomy.subtypes[subtype]
    family = taxonomy.family_of_subtype[subtype]
    return SubtypeView(found.id, found.name, family.name, found.requirement, found.test)
