"""Drawing what people are to label: stratified, seeded, without replacement, with known inclusion probabilities.

Within a stratum the order in which items are drawn depends on the seed and the item alone (permanent random numbers;
Ohlsson 1995, in Business Survey Methods): a larger sample of the same design contains the smaller one, and a sample
drawn for correction shares as many items as it can with one drawn for review.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from blind_refusal.analysis.drawing import allocate
from blind_refusal.errors import UserError
from blind_refusal.review.assignments import Assignment, Design, Purpose
from blind_refusal.review.labels import Phase
from blind_refusal.review.store import LabelStore

CORRECTION_STRATA: Final = ("family", "response_type")
"""A correction is most exact where the strata tell apart what the judge says."""

_SEPARATOR: Final = " × "
_NO_VALUE: Final = "(missing)"


@dataclass(frozen=True)
class StratumDraw:
    """What a draw took from one stratum."""

    stratum: str
    population: int
    drawn: int

    @property
    def inclusion_probability(self) -> float:
        """Share of the stratum that was drawn."""
        return self.drawn / self.population


@dataclass(frozen=True)
class Drawn:
    """What a draw has come to."""

    strata: list[StratumDraw]
    """In the order of their names."""
    assignments: list[Assignment]
    """The whole sample, by rater and position."""
    new: int
    """Assignments that were not there before."""

    @property
    def items(self) -> int:
        """Items in the whole sample."""
        return len({one.item_id for one in self.assignments})


def draw(
    frame: pl.DataFrame, design: Design, raters: Sequence[str], before: Sequence[Assignment] = ()
) -> list[Assignment]:
    """Draw a sample and give it out to raters. Pure: the same arguments always give the same assignments.

    Each stratum gives at least one item. Where items have come to a stratum since the earlier draw, those that precede
    an item drawn before are drawn as well, so that the inclusion probability stays the share of the stratum that is
    drawn. In both cases the sample may exceed the size wanted.

    Args:
        frame: everything that could be drawn, one row each: `item_id` and the columns that the design names.
        design: how to draw.
        raters: who labels, in the order in which single-rated items go round.
        before: the assignments of the newest draw for this purpose; all of them are kept.

    Returns:
        The whole sample, by rater and position. Whoever is new labels the shared items as well.

    Raises:
        UserError: if there is nothing to draw or nobody to label, a column is missing, an item stands twice, there are
            more strata than items wanted, or the design is not that of the earlier draw.
    """
    _require_sound(frame, design, raters, before)
    strata = _strata(frame, design.by)
    kept = {one.item_id for one in before}
    sample = _sample(strata, design, kept)
    probability = {name: len(items) / len(strata[name]) for name, items in sample.items()}
    stratum_of = {item: name for name, items in sample.items() for item in items}
    number = max((one.draw for one in before), default=0) + 1

    def assign(item: str, rater: str, position: int, shared: bool) -> Assignment:
        return Assignment(
            item_id=item,
            rater=rater,
            position=position,
            shared=shared,
            stratum=stratum_of[item],
            inclusion_probability=probability[stratum_of[item]],
            draw=number,
            design=design,
        )

    found = [assign(one.item_id, one.rater, one.position, one.shared) for one in before]
    for rater, items in _fresh(stratum_of, design, raters, before).items():
        first = 1 + max((one.position for one in before if one.rater == rater), default=-1)
        shuffled = sorted(items, key=lambda item: _number(design.seed, f"{rater}\0{item}"))
        found += [assign(item, rater, first + place, items[item]) for place, item in enumerate(shuffled)]
    return sorted(found, key=lambda one: (one.rater, one.position))


def draw_into(store: LabelStore, frame: pl.DataFrame, design: Design, raters: Sequence[str]) -> Drawn:
    """Draw a sample, or more of it, into the store; drawing again what is there already changes nothing.

    Args:
        store: knows what was drawn before and takes what is drawn now.
        frame: as in `draw`.
        design: as in `draw`; its purpose says for what. A size below that of the earlier draw takes nothing away.
        raters: as in `draw`; who is not known yet is added.

    Raises:
        UserError: as in `draw`, or if one of the raters is a lead.
        StoreUnavailableError: if the store cannot be reached.
    """
    before = store.all_assignments(design.phase, design.purpose)
    if before:
        design = design.model_copy(update={"size": max(design.size, before[0].design.size)})
    found = draw(frame, design, raters, before)
    new = len(found) - len(before)
    if not new and all(
        one.inclusion_probability == old.inclusion_probability for one, old in zip(found, before, strict=True)
    ):
        found = before
    else:
        store.add_draw(found)
    population = {name: len(items) for name, items in _strata(frame, design.by).items()}
    drawn = Counter({one.item_id: one.stratum for one in found}.values())
    return Drawn([StratumDraw(name, population[name], drawn[name]) for name in sorted(drawn)], found, new)


def draw_for_correction(
    store: LabelStore, frame: pl.DataFrame, raters: Sequence[str], size: int, seed: int, overlap: float = 0.0
) -> Drawn:
    """Draw responses whose labels shall correct the judge's rates: evenly over families and the judge's response types.

    Args:
        store: as in `draw_into`.
        frame: as in `draw`, with `family` and the judge's `response_type`.
        raters: as in `draw`.
        size: how many responses are wanted.
        seed: of the draw.
        overlap: share that all raters label; the others are single-rated, which corrects best for the same work.

    Raises:
        UserError: as in `draw_into`.
        StoreUnavailableError: if the store cannot be reached.
    """
    design = Design(
        phase=Phase.VERDICTS,
        purpose=Purpose.CORRECTION,
        by=CORRECTION_STRATA,
        allocation="root",
        size=size,
        overlap=overlap,
        seed=seed,
    )
    return draw_into(store, frame, design, raters)


def _require_sound(frame: pl.DataFrame, design: Design, raters: Sequence[str], before: Sequence[Assignment]) -> None:
    missing = [name for name in ("item_id", *design.by) if name not in frame.columns]
    if missing:
        raise UserError(f"strata: there is no {', '.join(missing)}; known: {', '.join(sorted(frame.columns))}")
    if frame.is_empty():
        raise UserError(f"{design.phase}: there is nothing to label yet")
    if frame["item_id"].n_unique() != frame.height:
        raise UserError("an item stands twice among those to draw from")
    if not raters or len(set(raters)) != len(raters):
        raise UserError("raters: name each person who labels once, such as ana,ben")
    if before and before[0].design.fixed != design.fixed:
        was, wanted = before[0].design.fixed, design.fixed
        changed = next(name for name in was if was[name] != wanted[name])
        raise UserError(
            f"the sample was drawn with {changed} {_shown(was[changed])}, not {_shown(wanted[changed])}; "
            "more can be drawn only in the same way"
        )
    lost = {one.item_id for one in before} - set(frame["item_id"].to_list())
    if lost:
        raise UserError(f"{min(lost)}: was drawn before and is no longer there, nor are {len(lost) - 1} others")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _strata(frame: pl.DataFrame, by: Sequence[str]) -> dict[str, list[str]]:
    """Return the items of each stratum."""
    strata: dict[str, list[str]] = {}
    for item, *values in frame.select("item_id", *by).iter_rows():
        name = _SEPARATOR.join(_NO_VALUE if value is None else str(value) for value in values)
        strata.setdefault(name, []).append(item)
    return strata


def _sample(strata: Mapping[str, Sequence[str]], design: Design, kept: set[str]) -> dict[str, list[str]]:
    """Return what is drawn from each stratum, in the order of drawing."""
    if design.size < len(strata):
        raise UserError(
            f"{design.size} items cannot be drawn from {len(strata)} strata; draw more, or name fewer columns as strata"
        )
    shares = allocate({name: len(items) for name, items in sorted(strata.items())}, design.size, design.allocation)
    sample = {}
    for name, items in sorted(strata.items()):
        order = sorted(items, key=lambda item: _number(design.seed, item))
        last_kept = max((place for place, item in enumerate(order, 1) if item in kept), default=0)
        sample[name] = order[: max(shares[name], last_kept, 1)]
    return sample


def _fresh(
    stratum_of: Mapping[str, str], design: Design, raters: Sequence[str], before: Sequence[Assignment]
) -> dict[str, dict[str, bool]]:
    """Give out what has not been given out: rater → item → whether all raters label it.

    Going through the items stratum by stratum, one in so many is shared, which spreads both kinds over the strata.
    """
    old = {one.item_id: one.shared for one in before}
    has = {(one.item_id, one.rater) for one in before}
    shared_by_item = dict(old)
    singles = sum(not shared for shared in old.values())
    fresh: dict[str, dict[str, bool]] = {rater: {} for rater in raters}
    for item in stratum_of:
        if item in old:
            continue
        count = len(shared_by_item)
        # Exact in decimals, so that 10 × 0.3 is 3.
        shared_by_item[item] = round((count + 1) * design.overlap, 9) // 1 > round(count * design.overlap, 9) // 1
        if not shared_by_item[item]:
            fresh[raters[singles % len(raters)]][item] = False
            singles += 1
    for item, shared in shared_by_item.items():
        for rater in raters if shared else ():
            if (item, rater) not in has:
                fresh[rater][item] = True
    return fresh


def _number(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{text}".encode()).digest()
