"""Asking a judge model to guess a response's author from what a judge sees: how blind is blind?"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from blind_refusal.asking import (
    AnswerSchema,
    ModelConfiguration,
    Request,
    clip,
    load_prompt,
    marker_for,
    read_object,
)
from blind_refusal.judging.asking_twice import Parse
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.model_judge import LONGEST_RESPONSE
from blind_refusal.judging.parsing import UnparsedError

AUDIT = load_prompt(Path(__file__).with_name("audit.md"))


class Guess(BaseModel):
    """Whom the auditor takes for the author."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    reasoning: str
    author: str


def audit_request(auditor: ModelConfiguration, blinded: BlindedResponse, candidates: Sequence[str]) -> Request:
    """Build the request that shows an auditor one response and the names of those who may have written it.

    The names stand in an order that changes from response to response, so that guessing the first one is guessing.
    """
    shown, missing = clip(blinded.response, LONGEST_RESPONSE)
    order = sorted(candidates, key=lambda name: hashlib.sha256(f"{blinded.response_id}\0{name}".encode()).digest())
    messages = AUDIT.messages(
        marker=marker_for(blinded.response_id, blinded.query, shown, *order),
        candidates=order,
        query=blinded.query,
        response=shown,
        missing=missing,
    )
    properties = {"reasoning": {"type": "string"}, "author": {"type": "string", "enum": sorted(candidates)}}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return Request(
        stage="audit",
        item=blinded.response_id,
        model=auditor,
        messages=messages,
        schema=AnswerSchema("guess", schema),
        prompt=AUDIT.reference,
    )


def guess_among(candidates: Sequence[str]) -> Parse[Guess]:
    """Return what reads an auditor's answer."""

    def parse(answer: str) -> Guess:
        try:
            guess = read_object(answer, Guess)
        except ValueError as error:
            raise UnparsedError(str(error)) from error
        if guess.author not in candidates:
            raise UnparsedError(f"author: must be one of {', '.join(candidates)}")
        return guess

    return parse
