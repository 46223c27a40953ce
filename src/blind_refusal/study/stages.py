"""The stages of a study, each a step from what lies in its folder to the next thing that lies there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from blind_refusal.asking import Asked, Display, Ledger, Patience, Request, Silent, Status, ask, pending, shown
from blind_refusal.judging import JUDGED_COLUMNS, BlindedResponse, Judge, blind, first_request, verdict_table
from blind_refusal.judging.judges import ModelJudge
from blind_refusal.study.evaluations import evaluation_table
from blind_refusal.study.folder import Study
from blind_refusal.subjects import key_table, respond_requests, response_table


@dataclass(frozen=True)
class Asking:
    """How requests are sent in this run; nothing of it changes what is asked."""

    connections: int | None = None
    patience: Patience = field(default_factory=Patience)
    retry_failed: bool = False


def planned_requests(study: Study, connections: int | None = None) -> list[Request]:
    """Return every request of the respond stage that the study's manifest asks for."""
    manifest = study.manifest
    models = [entry.configuration(connections) for entry in manifest.models]
    return list(
        respond_requests(study.cases.values(), models, epochs=manifest.epochs, system_prompt=manifest.system_prompt)
    )


def respond(study: Study, asking: Asking | None = None, display: Display | None = None) -> Asked:
    """Ask every model every case, and write the tables of responses and of who gave them.

    Interrupted, it writes the tables of what there is; the next call asks for the rest.
    """
    asking, display = asking or Asking(), display or Silent()
    requests = planned_requests(study, asking.connections)
    with study.open_ledger() as ledger:
        try:
            with shown(display, "Asking", pending(requests, ledger, retry_failed=asking.retry_failed)):
                asked = ask(
                    requests,
                    ledger,
                    patience=asking.patience,
                    retry_failed=asking.retry_failed,
                    on_outcome=display.advance,
                )
        finally:
            _write_responses(study, ledger, requests)
    _say_what_came(display, [asked])
    return asked


def _write_responses(study: Study, ledger: Ledger, requests: Iterable[Request]) -> None:
    planned = {request.key for request in requests}
    outcomes = (outcome for outcome in ledger.outcomes("respond") if outcome.key in planned)
    responses = response_table(outcomes, study.manifest.id)
    study.write_table("responses", responses)
    study.write_table("key", key_table(responses))


def blinded_responses(study: Study) -> list[BlindedResponse]:
    """Return the study's responses as judges see them. Neither the key nor any column about the author is read."""
    return blind(study.read_table("responses", JUDGED_COLUMNS), study.cases, study.manifest.seed)


def judge(
    study: Study, judges: Sequence[Judge], asking: Asking | None = None, display: Display | None = None
) -> list[Asked]:
    """Have every judge label every response, and write the tables of verdicts and of evaluations.

    Interrupted, it writes the tables of what there is; the next call asks for the rest.
    """
    asking, display = asking or Asking(), display or Silent()
    blinded = blinded_responses(study)
    asked: list[Asked] = []
    with study.open_ledger() as ledger:
        try:
            for one in judges:
                with shown(display, f"Judging with {one.label}", pending_verdicts(one, blinded, ledger, asking)):
                    asked += one.judge(
                        blinded,
                        ledger,
                        patience=asking.patience,
                        retry_failed=asking.retry_failed,
                        on_outcome=display.advance,
                    )
        finally:
            _write_verdicts(study, judges, blinded, ledger)
    _say_what_came(display, asked)
    return asked


def pending_verdicts(judge: Judge, blinded: Sequence[BlindedResponse], ledger: Ledger, asking: Asking) -> list[Request]:
    """Return the first-turn requests that a judge still has to be asked; none for a judge without a model."""
    if not isinstance(judge, ModelJudge):
        return []
    requests = [first_request(judge.configuration, response) for response in blinded]
    return pending(requests, ledger, retry_failed=asking.retry_failed)


def _write_verdicts(study: Study, judges: Sequence[Judge], blinded: list[BlindedResponse], ledger: Ledger) -> None:
    verdicts = [
        verdict for one in judges for response in blinded if (verdict := one.verdict(response, ledger)) is not None
    ]
    table = verdict_table(verdicts)
    study.write_table("verdicts", table)
    responses = study.read_table("responses")
    study.write_table("evaluations", evaluation_table(study.cases, responses, table, [one.label for one in judges]))


def _say_what_came(display: Display, asked: Sequence[Asked]) -> None:
    statuses = sum((one.statuses for one in asked), Counter[Status]())
    if statuses:
        counts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
        display.say(f"{statuses.total()} calls: {counts}")
    for one in asked:
        for label, reason in one.refused_keys.items():
            unsent = f"{one.not_sent[label]} requests were not sent"
            display.say(f"{label}: the provider does not accept the key; {unsent} ({reason})")
