"""The audit of a study's blinding: how much better than chance a judge model guesses the authors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from blind_refusal.analysis import Estimate, cohens_kappa, rate
from blind_refusal.analysis.drawing import draw
from blind_refusal.asking import Display, ModelConfiguration, Silent, shown
from blind_refusal.asking import pending as pending_requests
from blind_refusal.errors import UserError
from blind_refusal.judging import BlindedResponse, ask_twice, settled
from blind_refusal.judging.audit import audit_request, guess_among
from blind_refusal.study.folder import Study
from blind_refusal.study.judging_stage import blinded_responses
from blind_refusal.study.respond_stage import Asking, say_what_came
from blind_refusal.study.run import Confirm, bill_for


@dataclass(frozen=True)
class Audit:
    """How well authors were guessed."""

    auditor: str
    candidates: int
    asked: int
    accuracy: Estimate
    """Share of right guesses; cases are the clusters."""
    chance: float | None
    """Share that an auditor with the same habits would guess right without looking."""
    kappa: float | None
    """Accuracy beyond that chance; 0 is blind, 1 sees everything."""
    masked: Estimate
    """Share of the responses in which a name was masked."""
    by_author: dict[str, Estimate]
    """Author → share of its responses that were recognised."""


def audit_blinding(
    study: Study,
    auditor: ModelConfiguration,
    sample: int,
    asking: Asking,
    confirm: Confirm,
    display: Display | None = None,
) -> Audit:
    """Have a model guess who wrote a drawn sample of a study's responses, the same number of each author's if possible.

    Raises:
        UserError: if there is only one author.
    """
    display = display or Silent()
    key = study.read_table("key")
    candidates = key["model"].unique().sort().to_list()
    if len(candidates) < 2:
        raise UserError(f"{study.folder}: has one model only; there is nobody to tell it from")
    blinded = {response.response_id: response for response in blinded_responses(study)}
    judged = key.filter(pl.col("response_id").is_in(list(blinded)))
    drawn = draw(judged.select("response_id", stratum="model"), sample, study.manifest.seed, "equal")
    shown_texts = [blinded[one] for one in drawn["response_id"]]
    parse = guess_among(candidates)
    firsts = [(audit_request(auditor, response, candidates), parse) for response in shown_texts]
    with study.open_ledger() as ledger:
        to_ask = pending_requests([request for request, _ in firsts], ledger, retry_failed=asking.retry_failed)
        confirm(bill_for(to_ask))
        with shown(display, f"Guessing with {auditor.label}", to_ask):
            asked = ask_twice(
                firsts,
                ledger,
                sending=asking.sending,
                retry_failed=asking.retry_failed,
                on_outcome=display.advance,
            )
        found = [settled(request, parse, ledger) for request, _ in firsts]
    say_what_came(display, asked)
    guesses = {
        response.response_id: one.answer.author
        for response, one in zip(shown_texts, found, strict=True)
        if one and one.answer
    }
    return _audit(auditor.label, candidates, judged, shown_texts, guesses)


def _audit(
    auditor: str,
    candidates: Sequence[str],
    key: pl.DataFrame,
    shown_texts: Sequence[BlindedResponse],
    guesses: dict[str, str],
) -> Audit:
    guessed = key.filter(pl.col("response_id").is_in(list(guesses))).with_columns(
        guess=pl.col("response_id").replace_strict(guesses, return_dtype=pl.String),
        case=pl.col("case_id").rank("dense").cast(pl.Int64),
    )
    right = (guessed["guess"] == guessed["model"]).to_numpy()
    case = guessed["case"].to_numpy()
    author, guesses_made = guessed["model"].to_numpy(), guessed["guess"].to_numpy()
    by_habit = sum(int((author == name).sum()) * int((guesses_made == name).sum()) for name in candidates)
    masked = np.array([response.masked_names > 0 for response in shown_texts], dtype=bool)
    return Audit(
        auditor=auditor,
        candidates=len(candidates),
        asked=len(shown_texts),
        accuracy=rate(right, case),
        chance=by_habit / guessed.height**2 if guesses else None,
        kappa=cohens_kappa(guessed["model"], guessed["guess"]),
        masked=rate(masked, np.arange(len(masked))),
        by_author={name: rate(right[author == name], case[author == name]) for name in candidates},
    )
