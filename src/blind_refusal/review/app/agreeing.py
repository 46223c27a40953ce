"""The agreement report behind the lead's pages, worked out again only when a label has come or gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

import polars as pl

from blind_refusal.review.agreement import agreement_report
from blind_refusal.review.agreement_records import AgreementReport
from blind_refusal.review.labels import Phase
from blind_refusal.review.store import LabelStore

_LONG: Final = 3.0
"""Seconds of working out after which a report may be shown although labels have come since."""
_REST: Final = 5
"""So many times as long as it took, such a report is good: raters need the machine as well."""


@dataclass(frozen=True)
class _Known:
    state: object
    report: AgreementReport
    good_until: float


class Agreement:
    """Reports on the labels that stand now. Safe to use from many threads."""

    def __init__(self, frames: Mapping[Phase, pl.DataFrame], verdicts: pl.DataFrame | None) -> None:
        """Set up.

        Args:
            frames: `item_id` and `family` of everything that could be labelled, by phase.
            verdicts: the judges' verdicts; None where there are none.
        """
        self._frames = frames
        self._verdicts = verdicts
        self._lock = Lock()
        self._known: dict[Phase, _Known] = {}

    def report(self, store: LabelStore, phase: Phase) -> AgreementReport:
        """Report on a phase.

        Raises:
            StoreUnavailableError: if the store cannot be reached.
        """
        labels, assignments = store.all_labels(phase), store.all_assignments(phase)
        state = ([label.id for label in labels], [(one.item_id, one.draw) for one in assignments])
        # One at a time: several leads that look at once shall not each pay for the same bootstrap.
        with self._lock:
            known = self._known.get(phase)
            if known is None or (known.state != state and monotonic() >= known.good_until):
                begun = monotonic()
                report = agreement_report(labels, assignments, phase, self._frames[phase], self._verdicts)
                took = monotonic() - begun
                rest = _REST * took if took > _LONG else 0
                known = self._known[phase] = _Known(state, report, monotonic() + rest)
        return known.report
