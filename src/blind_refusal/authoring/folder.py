"""The folder of a set of cases that a model writes: plan, ledger, and what has come of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from blind_refusal.asking import Display, Ledger, ModelConfiguration, Sending, Silent
from blind_refusal.authoring.backfill import Author, Progress
from blind_refusal.authoring.drafts import Assignment
from blind_refusal.authoring.gates import Gate, gate_requests
from blind_refusal.authoring.plan import Slot, plan_slots
from blind_refusal.authoring.purse import OUTPUT_TOKENS, Purse, estimated_input_tokens
from blind_refusal.authoring.writing import write_request
from blind_refusal.cases import CONTROL, Case, write_cases
from blind_refusal.errors import UserError
from blind_refusal.files import write_atomically
from blind_refusal.taxonomy import Cell, load_taxonomy

_DRAFTS_PER_ROUND = 2  # a first draft and its rewriting


class WritingFacts(BaseModel):
    """What was asked for, as `writing.yaml` keeps it. A folder goes on only with the same."""

    model_config = ConfigDict(extra="forbid")

    writer: str
    gate: str
    language: str
    seed: int
    created: date
    """The date in the provenance of every case, so that going on another day changes no accepted case."""


@dataclass(frozen=True)
class Estimate:
    """What filling the open slots takes."""

    slots: int
    fewest_calls: int
    """If every first draft is accepted: one call to the writer, three to the gates."""
    most_calls: int
    """If every draft of every round fails at its gates, and every answer of a gate is asked for twice."""
    input_tokens: int
    """With the fewest calls."""
    output_tokens: int
    """With the fewest calls."""
    cost: float | None
    """With the fewest calls; None without prices."""


class WritingFolder:
    """A set of cases in the making.

    Args:
        folder: where it lies.
        writer: the model that writes.
        gate: the model that judges the drafts.
        language: BCP 47 tag of the messages.
        seed: of the plan.
    """

    def __init__(
        self, folder: Path, writer: ModelConfiguration, gate: ModelConfiguration, *, language: str, seed: int
    ) -> None:
        self.folder = folder
        self._writer = writer
        self._gate = gate
        self._facts = self._read_or_make_facts(language, seed)

    @property
    def cases_file(self) -> Path:
        """The accepted cases."""
        return self.folder / "cases.jsonl"

    def _read_or_make_facts(self, language: str, seed: int) -> WritingFacts:
        wanted = WritingFacts(
            writer=self._writer.label,
            gate=self._gate.label,
            language=language,
            seed=seed,
            created=datetime.now(UTC).date(),
        )
        file = self.folder / "writing.yaml"
        if not file.exists():
            return wanted
        try:
            found = WritingFacts.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise UserError(f"{file}: cannot be read: {' '.join(str(error).split())[:200]}") from error
        for name in ("writer", "gate", "language", "seed"):
            had, wants = getattr(found, name), getattr(wanted, name)
            if had != wants:
                raise UserError(f"{self.folder}: was begun with {name} {had!r}, not {wants!r}; name another --out")
        return found

    def plan(self, target: Mapping[Cell, int], twins: int) -> list[Slot]:
        """Return the plan: the slots that there are, and further ones if the target asks for more.

        Nothing is written yet.
        """
        slots = self._read_plan()
        planned = Counter((slot.family, slot.authority) for slot in slots)
        more = {cell: wanted - planned[cell.family, cell.authority] for cell, wanted in target.items()}
        missing_twins = max(0, twins - sum(slot.twin is not None for slot in slots))
        if any(count > 0 for count in more.values()):
            # Slots stand for their cases here, so that the plan does not depend on how far the writing has come.
            slots += plan_slots(target, seed=self._facts.seed, existing=slots, twins=missing_twins)
        return slots

    def _read_plan(self) -> list[Slot]:
        file = self.folder / "plan.jsonl"
        if not file.exists():
            return []
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            return [Slot.model_validate_json(line) for line in lines]
        except (OSError, ValidationError) as error:
            raise UserError(f"{file}: cannot be read: {' '.join(str(error).split())[:200]}") from error

    def estimate(self, slots: Sequence[Slot], rounds: int, examples: Sequence[Case], purse: Purse) -> Estimate:
        """Estimate what filling slots takes, from the prompts as they would be sent."""
        count = sum(2 if slot.twin else 1 for slot in slots)
        writes = [write_request(self._writer, self._assignment(slot), examples, 1) for slot in slots]
        gates = gate_requests(self._gate, examples[:1])
        one_gating = estimated_input_tokens(gates)
        one_write = estimated_input_tokens(writes) / max(1, len(writes))
        input_tokens = int(count * (one_write + one_gating))
        output_tokens = count * (1 + len(Gate)) * OUTPUT_TOKENS
        return Estimate(
            slots=count,
            fewest_calls=count * (1 + len(Gate)),
            most_calls=count * rounds * _DRAFTS_PER_ROUND * (1 + 2 * len(Gate)),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost=purse.cost(input_tokens, output_tokens) if purse.priced else None,
        )

    def fill(
        self,
        slots: Sequence[Slot],
        *,
        rounds: int,
        examples: Sequence[Case],
        purse: Purse,
        keep_contested: bool = False,
        sending: Sending | None = None,
        display: Display | None = None,
    ) -> "Filled":
        """Write, gate and backfill, and keep what comes of it in the folder.

        Interrupted at any moment, the same call goes on: nothing is paid for twice and no accepted case changes.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / "writing.yaml", yaml.safe_dump(self._facts.model_dump(mode="json")))
        write_atomically(
            self.folder / "plan.jsonl", "".join(slot.model_dump_json(exclude_none=True) + "\n" for slot in slots)
        )
        with Ledger(self.folder / "ledger.sqlite") as ledger:
            author = Author(
                self._writer,
                self._gate,
                ledger,
                existing=examples,
                created=self._facts.created,
                purse=purse,
                sending=sending,
                display=display or Silent(),
            )
            try:
                author.fill([self._assignment(slot) for slot in slots], rounds)
                author.fill(self._twin_assignments(slots, author.progress.accepted), rounds)
            finally:
                self._write_progress(author.progress, keep_contested)
            spent = purse.spent(ledger) if purse.priced else None
        return Filled(author.progress, author.stopped, spent)

    def _assignment(self, slot: Slot) -> Assignment:
        return Assignment(
            id=slot.id,
            family=slot.family,
            subtype=slot.subtype,
            authority=slot.authority,
            authority_group=load_taxonomy().authority_by_id[slot.authority].group,
            dimensions=slot.dimensions,
            setting=slot.setting,
            words=slot.words,
            language=self._facts.language,
        )

    def _twin_assignments(self, slots: Sequence[Slot], accepted: Mapping[str, Case]) -> list[Assignment]:
        return [
            self._assignment(slot).model_copy(
                update={
                    "id": slot.twin.id,
                    "family": CONTROL,
                    "subtype": CONTROL,
                    "dimensions": slot.twin.dimensions,
                    "original": accepted[slot.id],
                }
            )
            for slot in slots
            if slot.twin and slot.id in accepted
        ]

    def _write_progress(self, progress: Progress, keep_contested: bool) -> None:
        write_cases(self.cases_file, progress.accepted.values())
        if keep_contested:
            write_cases(self.folder / "contested.jsonl", progress.contested.values())
        rejected = [
            {
                "slot": rejection.slot,
                "round": rejection.round,
                "turn": rejection.turn,
                "failures": rejection.failures,
                "query": rejection.case.user_query if rejection.case else None,
            }
            for rejection in progress.rejections
        ]
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in rejected]
        write_atomically(self.folder / "rejected.jsonl", "".join(lines))


@dataclass(frozen=True)
class Filled:
    """What came of filling a plan."""

    progress: Progress
    stopped: str
    """Why it stopped before the rounds were spent, or nothing."""
    spent: float | None
    """What all calls in the ledger have cost; None without prices."""

    def short_cells(self, slots: Iterable[Slot]) -> dict[str, tuple[int, Counter[str]]]:
        """Return the cells that lack cases: how many, and what their drafts were rejected for."""
        short: dict[str, tuple[int, Counter[str]]] = {}
        for slot in slots:
            ids = [slot.id, slot.twin.id] if slot.twin else [slot.id]
            for number, id_ in enumerate(ids):
                if id_ in self.progress.accepted:
                    continue
                cell = f"{slot.family}/{slot.authority}" + (" (twins)" if number else "")
                count, reasons = short.get(cell, (0, Counter()))
                for rejection in self.progress.rejections:
                    if rejection.slot == id_:
                        reasons.update(rejection.failures.keys())
                short[cell] = (count + 1, reasons)
        return short
