"""The respond stage: every model under test is asked every case, and the tables of responses are written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from blind_refusal.asking import Asked, Display, Ledger, Sending, Silent, Status, ask, pending, shown
from blind_refusal.study.folder import Study
from blind_refusal.study.money import Till
from blind_refusal.subjects import Planned, key_table, respond_requests, response_table


@dataclass(frozen=True)
class Asking:
    """How requests are sent in this run; nothing of it changes what is asked."""

    connections: int | None = None
    sending: Sending = field(default_factory=Sending)
    retry_failed: bool = False
    budget: float | None = None
    """Dollars that the study may cost in all; None for no limit."""


def planned_responses(study: Study, connections: int | None = None) -> list[Planned]:
    """Return every request of the respond stage that the study's manifest asks for."""
    manifest = study.manifest
    models = [entry.configuration(connections) for entry in manifest.models]
    return list(
        respond_requests(
            study.cases.values(),
            models,
            epochs=manifest.epochs,
            conditions=manifest.asked_under,
            wordings=study.wordings,
        )
    )


def respond(study: Study, asking: Asking | None = None, display: Display | None = None) -> Asked:
    """Ask every model every case, and write the tables of responses and of who gave them.

    Interrupted, it writes the tables of what there is; the next call asks for the rest.
    """
    asking, display = asking or Asking(), display or Silent()
    planned = planned_responses(study, asking.connections)
    requests = [one.request for one in planned]
    with study.open_ledger() as ledger:
        till = Till(study, ledger, asking.budget, display)
        try:
            with shown(display, "Asking", pending(requests, ledger, retry_failed=asking.retry_failed)):
                asked = ask(
                    requests,
                    ledger,
                    sending=asking.sending,
                    retry_failed=asking.retry_failed,
                    budget=till.budget,
                    on_outcome=till.take,
                )
        finally:
            write_responses(study, ledger, planned)
    say_what_came(display, [asked])
    return asked


def write_responses(study: Study, ledger: Ledger, planned: Iterable[Planned]) -> None:
    """Write the tables of responses and of whose they are, from what the ledger holds."""
    by_key = {one.request.key: one for one in planned}
    responses = response_table(ledger.outcomes("respond"), by_key, study.manifest.id_of_model)
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
        if one.budget_spent:
            too_dear = sum(count for label, count in one.not_sent.items() if label not in one.refused_keys)
            display.say(f"The budget does not allow the next call: {too_dear} were not sent; a larger --budget goes on")
