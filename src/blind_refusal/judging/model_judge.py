"""A language model as the judge of blinded responses: the rubric's request, and the verdict that came of it."""

from pathlib import Path

from blind_refusal.asking import (
    AnswerSchema,
    Ledger,
    ModelConfiguration,
    Outcome,
    Prompt,
    Request,
    Stage,
    clip,
    load_prompt,
    marker_for,
)
from blind_refusal.judging.asking_twice import Parse, Settled, settled
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import Labels, Verdict
from blind_refusal.judging.parsing import LABELS_SCHEMA, parse_labels

RUBRIC = load_prompt(Path(__file__).with_name("rubric.md"))

LONGEST_RESPONSE = 24_000
"""Characters of a response that a judge gets to see; longer ones are cut in the middle, and the judge is told."""


def first_request(judge: ModelConfiguration, blinded: BlindedResponse, *, repeat: int = 1) -> Request:
    """Build the request that shows a judge one blinded response.

    Args:
        judge: who is asked.
        blinded: what is shown.
        repeat: which repetition of the same question this is, counted from 1.
    """
    return rubric_request(RUBRIC, LABELS_SCHEMA, "judge", judge, blinded, repeat=repeat)


def rubric_request(
    rubric: Prompt,
    schema: AnswerSchema,
    stage: Stage,
    judge: ModelConfiguration,
    blinded: BlindedResponse,
    *,
    repeat: int = 1,
) -> Request:
    """Build a request that shows a judge a blinded text under a rubric, set apart by a marker that nobody can forge."""
    shown, missing = clip(blinded.response, LONGEST_RESPONSE)
    messages = rubric.messages(
        marker=marker_for(blinded.response_id, *blinded.case_texts, shown),
        policy=blinded.policy,
        facts=blinded.facts,
        against=blinded.against,
        query=blinded.query,
        response=shown,
        missing=missing,
        told=blinded.told,
    )
    return Request(
        stage=stage,
        item=blinded.response_id,
        model=judge,
        messages=messages,
        epoch=repeat,
        schema=schema,
        prompt=rubric.reference,
    )


def labels_of(blinded: BlindedResponse) -> Parse[Labels]:
    """Return what reads a judge's answer about a response."""
    return lambda answer: parse_labels(answer, blinded.response)


def verdict_of(
    judge: ModelConfiguration, blinded: BlindedResponse, ledger: Ledger, *, repeat: int = 1
) -> Verdict | None:
    """Return the model judge's verdict as the ledger has it, or None if it has not been asked, or not to the end."""
    found = settled(first_request(judge, blinded, repeat=repeat), labels_of(blinded), ledger)
    return None if found is None else verdict_from(found, judge.label, RUBRIC.reference, blinded.response_id)


def verdict_from(found: Settled[Labels], judge: str, rubric: str, response_id: str) -> Verdict:
    """Make a verdict of what came of asking."""
    labels = found.answer.model_dump() if found.answer else {}
    return Verdict(
        response_id=response_id,
        judge=judge,
        rubric=rubric,
        status=found.status,
        error=found.error,
        **labels,
        **found.tokens,
    )


def newest_turns(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the turns of one request that count: the newest outcome of each."""
    return list({outcome.turn: outcome for outcome in outcomes}.values())
