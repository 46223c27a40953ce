"""Comparing the gates' verdicts with a person's: what they let through, and what they reject wrongly."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from blind_refusal.authoring.gates import CHECKS, Gating
from blind_refusal.cases import Case
from blind_refusal.errors import Fault, FaultyInput, UserError

ALL_FAMILIES = "all"


class GateLabels(BaseModel):
    """A person's verdicts on one case; what they did not look at is null or left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    case_id: str
    operational_validity: bool | None = None
    epistemic_sufficiency: bool | None = None
    evasion_proportionality: bool | None = None
    scenario_plausibility: bool | None = None
    reasonable_judge: bool | None = None
    dual_use: bool | None = None
    """Whether the case should be flagged."""
    rater: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "GateLabels":
        if all(getattr(self, question) is None for question in QUESTIONS):
            raise ValueError(f"holds no label; at least one of {', '.join(QUESTIONS)} is wanted")
        return self


def _check(name: str) -> Callable[[Gating], bool | None]:
    return lambda gating: getattr(gating.validity, name).passed if gating.validity else None


QUESTIONS: dict[str, Callable[[Gating], bool | None]] = {
    "operational_validity": lambda gating: gating.valid,
    **{name: _check(name) for name in CHECKS},
    "reasonable_judge": lambda gating: gating.clear,
    "dual_use": lambda gating: gating.dual_use.flagged if gating.dual_use else None,
}
"""Question → the gates' verdict on it, None where there is none."""


class GateAgreement(BaseModel):
    """How a gate's verdicts agree with a person's, over the cases where both gave one."""

    question: str
    family: str
    """``all`` for all families together."""
    n: int
    agreement: float | None
    kappa: float | None
    """Cohen's κ; null where it is not defined (no case, or only one verdict on either side)."""
    let_through: int
    """The gate says yes, the person no."""
    rejected_wrongly: int
    """The gate says no, the person yes."""
    unreadable: int
    """The person gave a verdict and the gate none that can be used."""


def read_gate_labels(file: Path) -> list[GateLabels]:
    """Read a person's labels, JSON Lines.

    Raises:
        FaultyInput: with every bad line.
        UserError: if the file cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {error}") from error
    labels, faults = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            labels.append(GateLabels.model_validate_json(line))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                place = ".".join(str(part) for part in detail["loc"])
                faults.append(Fault(file, number, place, detail["msg"].removeprefix("Value error, ")))
    if faults:
        raise FaultyInput(faults)
    if not labels:
        raise UserError(f"{file}: holds no label")
    return labels


def compare_gates(
    gatings: Mapping[str, Gating], labels: Iterable[GateLabels], cases: Mapping[str, Case]
) -> list[GateAgreement]:
    """Compare gate verdicts with a person's, for every question over all cases and per family.

    Args:
        gatings: by case id.
        labels: the person's.
        cases: by id.

    Raises:
        UserError: if a label is for a case that there is not.
    """
    labels = list(labels)
    for label in labels:
        if label.case_id not in gatings:
            raise UserError(f"label for case {label.case_id!r}: there is no such case in the file of cases")
    families = [ALL_FAMILIES, *dict.fromkeys(cases[label.case_id].family for label in labels)]
    return [
        agreement
        for question, verdict in QUESTIONS.items()
        for family in families
        if (agreement := _compare(question, family, verdict, gatings, labels, cases)) is not None
    ]


def _compare(
    question: str,
    family: str,
    verdict: Callable[[Gating], bool | None],
    gatings: Mapping[str, Gating],
    labels: Sequence[GateLabels],
    cases: Mapping[str, Case],
) -> GateAgreement | None:
    asked = [
        (verdict(gatings[label.case_id]), getattr(label, question))
        for label in labels
        if getattr(label, question) is not None and family in (ALL_FAMILIES, cases[label.case_id].family)
    ]
    if not asked:
        return None
    both = [(gate, person) for gate, person in asked if gate is not None]
    agreed = sum(gate == person for gate, person in both)
    return GateAgreement(
        question=question,
        family=family,
        n=len(both),
        agreement=agreed / len(both) if both else None,
        kappa=_kappa(both),
        let_through=sum(gate and not person for gate, person in both),
        rejected_wrongly=sum(person and not gate for gate, person in both),
        unreadable=len(asked) - len(both),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    from sklearn.metrics import cohen_kappa_score

    if not pairs or len({gate for gate, _ in pairs} | {person for _, person in pairs}) < 2:
        return None
    kappa = float(cohen_kappa_score([gate for gate, _ in pairs], [person for _, person in pairs]))
    return None if math.isnan(kappa) else kappa
