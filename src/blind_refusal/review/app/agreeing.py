"""The agreement report behind the lead's pages, worked out again only when a label has come or gone."""

from collections.abc import Mapping
from threading import Lock

import polars as pl

from blind_refusal.review.agreement import agreement_report
from blind_refusal.review.agreement_records import AgreementReport
from blind_refusal.review.labels import Phase
from blind_refusal.review.store import LabelStore


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
        self._known: dict[Phase, tuple[object, AgreementReport]] = {}

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
            if known is None or known[0] != state:
                report = agreement_report(labels, assignments, phase, self._frames[phase], self._verdicts)
                known = self._known[phase] = (state, report)
        return known[1]
