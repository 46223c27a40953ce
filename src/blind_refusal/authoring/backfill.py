"""write → check → gate → rewrite once → backfill, until every slot has its case or the rounds are spent.

A round is a fixed sequence of phases over the open slots, in the plan's order. What a phase decides depends only on the
plan and on the outcomes in the ledger, so the whole can be killed at any moment: run again, it decides the same things
again from the ledger, pays for nothing twice, and goes on. For the same reason no accepted case ever changes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from blind_refusal.asking import (
    Display,
    Ledger,
    ModelConfiguration,
    Request,
    Sending,
    Silent,
    ask,
    pending,
    read_object,
    shown,
)
from blind_refusal.authoring.drafts import Assignment, Draft, case_from, find_faults, provenance_of
from blind_refusal.authoring.gates import Gating, gate_prompts, gate_requests, gating_of, second_gate_requests
from blind_refusal.authoring.purse import BudgetSpentError, Purse
from blind_refusal.authoring.writing import WRITE, rewrite_request, write_request
from blind_refusal.cases import Case
from blind_refusal.taxonomy import load_taxonomy


@dataclass(frozen=True)
class Rejection:
    """A draft that was not accepted."""

    slot: str
    round: int
    turn: int
    """0 for a first draft, 1 for its rewriting."""
    failures: dict[str, str]
    """Check or gate → reason."""
    case: Case | None
    """None where the answer made no case at all."""


@dataclass
class Progress:
    """What has come of the plan so far."""

    accepted: dict[str, Case] = field(default_factory=dict)
    contested: dict[str, Case] = field(default_factory=dict)
    """By slot; a slot stays open for a clear case all the same."""
    rejections: list[Rejection] = field(default_factory=list)
    rounds: int = 0

    def reasons(self) -> Counter[str]:
        """Count what drafts were rejected for."""
        return Counter(name for rejection in self.rejections for name in rejection.failures)


@dataclass
class _Candidate:
    assignment: Assignment
    request: Request
    case: Case | None = None
    failures: dict[str, str] = field(default_factory=dict)
    fix: str = ""


class Author:
    """Fills assignments with cases by a writer and a gate model.

    Args:
        writer: the model that writes.
        gate: the model that judges the drafts.
        ledger: where outcomes are kept.
        existing: accepted cases from elsewhere; new ones must not be too much like them, and they set the standard of
            voice.
        created: the date in the provenance of accepted cases.
        purse: what asking costs and may cost.
        sending: with requests that fail.
        display: where progress is shown.
    """

    def __init__(
        self,
        writer: ModelConfiguration,
        gate: ModelConfiguration,
        ledger: Ledger,
        *,
        existing: Sequence[Case],
        created: date,
        purse: Purse | None = None,
        sending: Sending | None = None,
        display: Display | None = None,
    ) -> None:
        self._writer = writer
        self._gate = gate
        self._ledger = ledger
        self._existing = list(existing)
        self._created = created
        self._sending = sending
        self._purse = purse or Purse()
        self._display = display or Silent()
        self._round_number = 0
        self.progress = Progress()
        self.stopped = ""
        """Why no further round was begun, where that is not for want of open slots or rounds."""

    def fill(self, assignments: Sequence[Assignment], rounds: int) -> None:
        """Write and gate until every assignment has an accepted case or `rounds` have been made."""
        for round_ in range(1, rounds + 1):
            open_ = [assignment for assignment in assignments if assignment.id not in self.progress.accepted]
            if not open_ or self.stopped:
                return
            self.progress.rounds = max(self.progress.rounds, round_)
            self._round_number = round_
            try:
                self._round(open_, round_)
            except BudgetSpentError as error:
                self.stopped = str(error)

    def _round(self, assignments: Sequence[Assignment], round_: int) -> None:
        candidates = [_Candidate(one, write_request(self._writer, one, self._existing, round_)) for one in assignments]
        self._draft_and_gate(candidates, round_, turn=0)
        again = [
            _Candidate(one.assignment, self._rewriting(one)) for one in candidates if one.failures and self._known(one)
        ]
        self._draft_and_gate(again, round_, turn=1)

    def _known(self, candidate: _Candidate) -> bool:
        outcome = self._ledger.get(candidate.request.key)
        return outcome is not None and outcome.answered

    def _rewriting(self, candidate: _Candidate) -> Request:
        outcome = self._ledger.get(candidate.request.key)
        reasons = [f"{name}: {reason}." for name, reason in candidate.failures.items()]
        return rewrite_request(candidate.request, outcome.text if outcome else "", reasons, candidate.fix)

    def _draft_and_gate(self, candidates: Sequence[_Candidate], round_: int, turn: int) -> None:
        self._ask("Rewriting" if turn else "Writing", [candidate.request for candidate in candidates])
        sound: list[_Candidate] = []
        for candidate in candidates:
            self._check(candidate, round_, [one.case for one in sound if one.case])
            if not candidate.failures:
                sound.append(candidate)
        cases = [candidate.case for candidate in sound if candidate.case]
        firsts = gate_requests(self._gate, cases)
        self._ask("Gating", firsts)
        self._ask("Gating again", second_gate_requests(firsts, self._ledger))
        for candidate in sound:
            self._decide(candidate)
        self.progress.rejections += [
            Rejection(one.assignment.id, round_, turn, one.failures, one.case) for one in candidates if one.failures
        ]

    def _check(self, candidate: _Candidate, round_: int, drafted: list[Case]) -> None:
        outcome = self._ledger.get(candidate.request.key)
        if outcome is None or not outcome.answered:
            candidate.failures["no_answer"] = outcome.error or str(outcome.status) if outcome else "not asked"
            return
        provenance = provenance_of(
            self._writer.label,
            self._gate.label,
            candidate.assignment.language,
            round_,
            {"write": WRITE.reference, **gate_prompts()},
            self._created,
        )
        try:
            case = case_from(read_object(outcome.text, Draft), candidate.assignment, provenance)
        except ValueError as error:
            candidate.failures["unreadable"] = str(error)
            return
        candidate.case = case
        others = [*self._existing, *self.progress.accepted.values(), *drafted]
        for name, reason in find_faults(case, candidate.assignment, load_taxonomy(), others):
            candidate.failures.setdefault(name, reason)

    def _decide(self, candidate: _Candidate) -> None:
        case = candidate.case
        if case is None:
            return
        gating = gating_of(self._gate, case, self._ledger)
        if gating.passed:
            self.progress.accepted[case.id] = _as_gated(case, gating)
            return
        if gating.contested:
            self.progress.contested.setdefault(case.id, _as_gated(case, gating))
        candidate.failures = gating.failures()
        candidate.fix = gating.fix()

    def _ask(self, title: str, requests: Sequence[Request]) -> None:
        to_send = pending(requests, self._ledger)
        self._purse.require(to_send, self._ledger)
        with shown(self._display, f"{title}, round {self._round_number}", to_send):
            asked = ask(to_send, self._ledger, sending=self._sending, on_outcome=self._display.advance)
        for label, reason in asked.refused_keys.items():
            self.stopped = f"{label}: the provider does not accept the key ({reason})"


def _as_gated(case: Case, gating: Gating) -> Case:
    provenance = case.provenance.model_copy(update={"verdicts": gating.verdicts()})
    return case.model_copy(update={"dual_use": gating.flag(), "provenance": provenance})
