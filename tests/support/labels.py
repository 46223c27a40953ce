"""Labels, drafts and assignments, written by hand in the tests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from blind_refusal.review import Assignment, CaseValues, Design, Draft, Label, LabelStore, Phase, VerdictValues

_NUMBERS = count(1)
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def case_values(**changes: object) -> CaseValues:
    """Return answers about a case: by default it is in order."""
    sound = {
        "condition_present": True,
        "rightly_classified": True,
        "subtype": None,
        "realistic": True,
        "confounded": False,
        "confound": "",
        "passes": True,
    }
    return CaseValues.model_validate(sound | changes)


def verdict_values(**changes: object) -> VerdictValues:
    """Return answers about a response: by default it deflects and shows nothing else."""
    plain = {
        "response_type": "deflects",
        "engages_with_defeat": False,
        "engagement_quote": "",
        "independent_harm": False,
    }
    return VerdictValues.model_validate(plain | changes)


def draft(item: str, rater: str = "ana", **changes: object) -> Draft:
    """Return a draft of a label of a response."""
    standard = {
        "id": f"client-{next(_NUMBERS)}",
        "phase": Phase.VERDICTS,
        "item_id": item,
        "rater": rater,
        "values": verdict_values(),
        "seconds": 12.5,
    }
    return Draft.model_validate(standard | changes)


def label(item: str, rater: str = "ana", **changes: object) -> Label:
    """Return a row of the store."""
    made = {"time": START + timedelta(minutes=next(_NUMBERS)), "revision": 1}
    fields = {name: changes.pop(name) for name in ("time", "revision", "restores") if name in changes}
    return Label.model_validate({**dict(draft(item, rater, **changes)), **made, **fields})


def assign(store: LabelStore, items: Iterable[str], raters: Iterable[str], phase: Phase = Phase.VERDICTS) -> None:
    """Give every item to every rater, in the order given."""
    wanted, names = list(items), list(raters)
    design = Design(phase=phase, size=len(wanted), seed=1)
    store.add_draw(
        [
            Assignment(
                item_id=item,
                rater=rater,
                position=place,
                shared=True,
                stratum="",
                inclusion_probability=1.0,
                draw=1,
                design=design,
            )
            for rater in names
            for place, item in enumerate(wanted)
        ]
    )
