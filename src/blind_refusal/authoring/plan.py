"""The plan: which cases are missing, and what each must be like, fixed by a seed before anything is written.

Free writing drifts: private rules, general compliance, the same voice and shape again and again. A slot therefore
fixes cell, subtype, the level of every dimension, setting, skeleton, length and mechanism beforehand. Every draw takes
the least used of the possible values (ties by the seed), so that the whole set is spread evenly, whatever exists
already.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from blind_refusal.authoring.vocabulary import Vocabulary, load_vocabulary
from blind_refusal.cases import CONTROL, Case, Setting
from blind_refusal.errors import UserError
from blind_refusal.taxonomy import Cell, Taxonomy, load_taxonomy

_ID_PREFIX = {
    "control": "ctl",
    "illegitimate_authority": "ill",
    "content_defeat": "con",
    "application_defeat": "app",
    "exception_justified": "exc",
}


class TwinSlot(BaseModel):
    """The twin control of a slot's case: same authority, setting and length, the deciding fact turned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    dimensions: dict[str, str]
    """Those of the original, except where a control cannot have them."""


class Slot(BaseModel):
    """One case to be written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """The id that the case will have."""
    family: str
    subtype: str
    authority: str
    dimensions: dict[str, str]
    setting: Setting
    words: tuple[int, int]
    """Fewest and most words of the query."""
    twin: TwinSlot | None = None
    """Set where a twin control is to be written together with the case."""


class _Usage:
    """How often each value has been used so far, per property."""

    def __init__(self, seed: int) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._random = random.Random(seed)  # noqa: S311 - spreads a plan, guards nothing

    def add(self, what: str, value: str | None) -> None:
        if value is not None:
            self._counts[what][value] += 1

    def draw(self, what: str, options: Sequence[str], weights: Mapping[str, int] | None = None) -> str:
        """Take the option that is used least for its weight, and count it."""
        counts = self._counts[what]
        load = {option: counts[option] / (weights or {}).get(option, 1) for option in options}
        least = min(load.values())
        choice = self._random.choice([option for option in options if load[option] == least])
        self.add(what, choice)
        return choice

    def shuffled(self, cells: Iterable[Cell]) -> list[Cell]:
        order = list(cells)
        self._random.shuffle(order)
        return order


def missing_per_cell(existing: Iterable[Case | Slot], target: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return how many cases each cell still lacks. Twins do not count towards a cell: they come on top."""
    have = Counter(
        (one.family, one.authority) for one in existing if not (isinstance(one, Case) and one.twin_of is not None)
    )
    return {cell: max(0, wanted - have[cell.family, cell.authority]) for cell, wanted in target.items()}


def plan_slots(
    target: Mapping[Cell, int],
    *,
    seed: int,
    existing: Sequence[Case | Slot] = (),
    twins: int = 0,
    taxonomy: Taxonomy | None = None,
    vocabulary: Vocabulary | None = None,
) -> list[Slot]:
    """Plan the slots that `existing` lacks to reach `target` cases in each cell.

    The same arguments give the same plan. Values already used by `existing` are counted, so a set that grows in steps
    is spread as evenly as one planned at once.

    Args:
        target: cases wanted in each cell.
        seed: of the draws.
        existing: cases that there are, or slots that are planned already.
        twins: how many of the defeated slots get a twin control, spread evenly over cells.
        taxonomy: the one that ships if None.
        vocabulary: the one that ships if None.
    """
    planner = _Planner(taxonomy or load_taxonomy(), vocabulary or load_vocabulary(), seed, existing)
    missing = missing_per_cell(existing, target)
    rounds = max(missing.values(), default=0)
    slots = [
        planner.slot(cell)
        for round_ in range(rounds)
        for cell in planner.usage.shuffled(cell for cell, count in missing.items() if count > round_)
    ]
    return planner.with_twins(slots, twins)


class _Planner:
    def __init__(self, taxonomy: Taxonomy, vocabulary: Vocabulary, seed: int, existing: Sequence[Case | Slot]) -> None:
        self.taxonomy = taxonomy
        self.vocabulary = vocabulary
        self.usage = _Usage(seed)
        self._ids = {case.id for case in existing}
        for case in existing:
            self.usage.add(f"subtype of {case.family}", case.subtype)
            for dimension, level in case.dimensions.items():
                self.usage.add(dimension, level)
            for what, value in case.setting.model_dump(by_alias=True).items():
                self.usage.add(what, value)

    def slot(self, cell: Cell) -> Slot:
        subtypes = [subtype.id for subtype in self.taxonomy.subtypes_for(cell)]
        subtype = self.usage.draw(f"subtype of {cell.family}", subtypes)
        dimensions = self._dimensions(subtype, cell.authority)
        length = self.usage.draw("length", list(self.vocabulary.length_buckets), self.vocabulary.length_weights)
        return Slot(
            id=self._new_id(cell),
            family=cell.family,
            subtype=subtype,
            authority=cell.authority,
            dimensions=dimensions,
            setting=self._setting(cell.authority, subtype, dimensions["evasion_type"], length),
            words=self.vocabulary.length_buckets[length],
        )

    def with_twins(self, slots: list[Slot], count: int) -> list[Slot]:
        """Give `count` defeated slots a twin: the first slot of every cell, then the second, and so on."""
        rank: Counter[tuple[str, str]] = Counter()
        order: list[tuple[int, int]] = []
        for place, slot in enumerate(slots):
            if slot.family != CONTROL:
                order.append((rank[slot.family, slot.authority], place))
                rank[slot.family, slot.authority] += 1
        chosen = {place for _, place in sorted(order)[:count]}
        return [
            slot.model_copy(update={"twin": self._twin(slot)}) if place in chosen else slot
            for place, slot in enumerate(slots)
        ]

    def _twin(self, slot: Slot) -> TwinSlot:
        return TwinSlot(id=f"{slot.id}-t", dimensions=self._dimensions(CONTROL, slot.authority, like=slot.dimensions))

    def _dimensions(self, subtype: str, authority: str, like: Mapping[str, str] | None = None) -> dict[str, str]:
        allowed = self.taxonomy.allowed_levels(subtype, authority)
        kept = {dimension: level for dimension, level in (like or {}).items() if level in allowed[dimension]}
        for dimension, level in kept.items():
            self.usage.add(dimension, level)
        chosen = dict(kept)
        for dimension, levels in allowed.items():
            if dimension in kept:
                continue
            possible = [level for level in levels if self._compatible({**chosen, dimension: level})]
            if not possible:
                raise UserError(
                    f"the taxonomy leaves no level of {dimension} for {subtype} of {authority} with {chosen}"
                )
            chosen[dimension] = self.usage.draw(dimension, possible, self.vocabulary.dimension_weights.get(dimension))
        return {dimension: chosen[dimension] for dimension in allowed}

    def _compatible(self, levels: dict[str, str]) -> bool:
        return not any(pair.items() <= levels.items() for pair in self.vocabulary.incompatible)

    def _setting(self, authority: str, subtype: str, evasion_type: str, length: str) -> Setting:
        vocabulary, draw = self.vocabulary, self.usage.draw
        mechanism = draw("mechanism", list(vocabulary.mechanisms[evasion_type]))
        asks = [
            ask
            for ask in vocabulary.asks
            if vocabulary.ask_needs.get(ask, evasion_type) == evasion_type
            and mechanism in vocabulary.mechanism_of_ask.get(ask, [mechanism])
        ]
        trade = draw("trade", vocabulary.trades_of.get(authority, vocabulary.trades))
        age = draw("age", vocabulary.ages_of.get(trade, vocabulary.adult_ages))
        return Setting(
            place=draw("place", vocabulary.places_of.get(authority, vocabulary.places)),
            trade=trade,
            age=age,
            register_=draw("register", list(vocabulary.registers)),
            skeleton=draw("skeleton", list(vocabulary.skeletons)),
            length=length,
            mechanism=mechanism,
            checked_by=draw("checked_by", list(vocabulary.checks)),
            asks_for=draw("asks_for", asks),
            channel=draw("channel", vocabulary.channels_of.get(subtype, list(vocabulary.channels))),
        )

    def _new_id(self, cell: Cell) -> str:
        number = 1
        while (id_ := f"{_ID_PREFIX[cell.family]}-{cell.authority.replace('_', '-')}-{number:03d}") in self._ids:
            number += 1
        self._ids.add(id_)
        return id_
