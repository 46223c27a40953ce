"""A language model as the judge of blinded responses."""

from collections.abc import Sequence
from pathlib import Path

from blind_refusal.asking import (
    Asked,
    Ledger,
    ModelConfiguration,
    OnOutcome,
    Outcome,
    Patience,
    Request,
    ask,
    clip,
    load_prompt,
    marker_for,
)
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import Verdict, VerdictStatus
from blind_refusal.judging.parsing import LABELS_SCHEMA, UnparsedError, UnsupportedError, parse_labels

RUBRIC = load_prompt(Path(__file__).with_name("rubric.md"))

LONGEST_RESPONSE = 24_000
"""Characters of a response that a judge gets to see; longer ones are cut in the middle, and the judge is told."""

_ASK_AGAIN = """\
Your answer cannot be used: {reason}.
Answer again with the one JSON object that was asked for, quotes copied word for word from the reply, and nothing else.
"""


def first_request(judge: ModelConfiguration, blinded: BlindedResponse) -> Request:
    """Build the request that shows a judge one blinded response."""
    response, missing = clip(blinded.response, LONGEST_RESPONSE)
    texts = [blinded.policy, *blinded.facts, blinded.against or "", blinded.query, response]
    messages = RUBRIC.messages(
        marker=marker_for(blinded.response_id, *texts),
        policy=blinded.policy,
        facts=blinded.facts,
        against=blinded.against,
        query=blinded.query,
        response=response,
        missing=missing,
    )
    return Request(
        stage="judge",
        item=blinded.response_id,
        model=judge,
        messages=messages,
        schema=LABELS_SCHEMA,
        prompt=RUBRIC.reference,
    )


def second_request(first: Request, answer: str, reason: str) -> Request:
    """Build the request that shows a judge its own unusable answer and asks once more."""
    return first.again(answer, _ASK_AGAIN.format(reason=reason))


def judge_with_model(
    judge: ModelConfiguration,
    responses: Sequence[BlindedResponse],
    ledger: Ledger,
    *,
    patience: Patience | None = None,
    retry_failed: bool = False,
    on_outcome: OnOutcome | None = None,
) -> list[Asked]:
    """Have a model judge responses, asking a second time where its answer cannot be used. Outcomes go to the ledger.

    Returns:
        What came of asking, for both turns.
    """
    firsts = [first_request(judge, response) for response in responses]
    asked = [ask(firsts, ledger, patience=patience, retry_failed=retry_failed, on_outcome=on_outcome)]
    seconds = [
        again
        for first, response in zip(firsts, responses, strict=True)
        if (again := _second_if_needed(first, response, ledger)) is not None
    ]
    asked.append(ask(seconds, ledger, patience=patience, retry_failed=retry_failed, on_outcome=on_outcome))
    return asked


def _second_if_needed(first: Request, response: BlindedResponse, ledger: Ledger) -> Request | None:
    outcome = ledger.get(first.key)
    if outcome is None or not outcome.answered:
        return None
    try:
        parse_labels(outcome.text, response.response)
    except (UnparsedError, UnsupportedError) as error:
        return second_request(first, outcome.text, str(error))
    return None


def verdict_of(judge: ModelConfiguration, response: BlindedResponse, ledger: Ledger) -> Verdict | None:
    """Return the model judge's verdict as the ledger has it, or None if it has not been asked, or not to the end."""
    first = first_request(judge, response)
    outcome = ledger.get(first.key)
    if outcome is None:
        return None
    second = _second_if_needed(first, response, ledger)
    again = ledger.get(second.key) if second else None
    if second and again is None:
        return None
    outcomes = [outcome, again] if again else [outcome]
    return _verdict(judge, response, outcomes)


def _verdict(judge: ModelConfiguration, response: BlindedResponse, outcomes: list[Outcome]) -> Verdict:
    last = outcomes[-1]
    facts = {
        "response_id": response.response_id,
        "judge": judge.label,
        "rubric": RUBRIC.reference,
        "input_tokens": sum(outcome.input_tokens for outcome in outcomes),
        "cached_tokens": sum(outcome.cached_tokens for outcome in outcomes),
        "output_tokens": sum(outcome.output_tokens for outcome in outcomes),
    }
    if not last.answered:
        return Verdict(**facts, status=VerdictStatus.ERROR, error=f"{last.status}: {last.error}".rstrip(": "))
    try:
        labels = parse_labels(last.text, response.response)
    except UnparsedError as error:
        return Verdict(**facts, status=VerdictStatus.UNPARSED, error=str(error))
    except UnsupportedError as error:
        return Verdict(**facts, status=VerdictStatus.UNSUPPORTED, error=str(error))
    return Verdict(**facts, status=VerdictStatus.OK, **labels.model_dump())
