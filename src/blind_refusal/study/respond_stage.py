"""The respond stage: every model under test is asked every case, and the tables of responses are written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from blind_refusal.asking import Asked, Display, Ledger, Patience, Request, Silent, Status, ask, pending, shown
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
    say_what_came(display, [asked])
    return asked


def _write_responses(study: Study, ledger: Ledger, requests: Iterable[Request]) -> None:
    planned = {request.key for request in requests}
    outcomes = (outcome for outcome in ledger.outcomes("respond") if outcome.key in planned)
    responses = response_table(outcomes, study.manifest.id)
    study.write_table("responses", responses)
    study.write_table("key", key_table(responses))


def say_what_came(display: Display, asked: Sequence[Asked]) -> None:
    """Tell what the calls of a stage ended in, and which models could not be asked."""
    statuses = sum((one.statuses for one in asked), Counter[Status]())
    if statuses:
        counts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
        display.say(f"{statuses.total()} calls: {counts}")
    for one in asked:
        for label, reason in one.refused_keys.items():
            unsent = f"{one.not_sent[label]} requests were not sent"
            display.say(f"{label}: the provider does not accept the key; {unsent} ({reason})")
