"""Two kinds of judge behind one interface: a language model with the rubric, and the lexical baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from blind_refusal.asking import Asked, Ledger, ModelConfiguration, OnOutcome, Patience
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import ResponseType, Verdict, VerdictStatus
from blind_refusal.judging.lexical import LEXICAL_VERSION, judge_lexically
from blind_refusal.judging.model_judge import RUBRIC, judge_with_model, verdict_of

LEXICAL = "lexical"
"""Name of the lexical judge, as ``--judge`` takes it."""

MOST_TOKENS = 4000
"""Output tokens of a model judge, its reasoning included."""
MOST_TOKENS_EMBEDDED = 400


class Judge(Protocol):
    """Something that gives verdicts on blinded responses."""

    @property
    def label(self) -> str:
        """Name of the judge in tables and reports."""

    @property
    def kind(self) -> Literal["model", "lexical"]:
        """Which of the two kinds it is."""

    @property
    def rubric(self) -> str:
        """Name, version and hash of what it judges by."""

    def judge(
        self,
        responses: Sequence[BlindedResponse],
        ledger: Ledger,
        *,
        patience: Patience | None = None,
        retry_failed: bool = False,
        on_outcome: OnOutcome | None = None,
    ) -> list[Asked]:
        """Do what it takes to have verdicts on the responses; what is known already is not asked again."""

    def verdict(self, response: BlindedResponse, ledger: Ledger) -> Verdict | None:
        """Return the verdict on a response, or None if there is none yet."""


@dataclass(frozen=True)
class ModelJudge:
    """A language model that labels by the rubric."""

    configuration: ModelConfiguration
    kind: Literal["model"] = "model"
    rubric: str = RUBRIC.reference

    @property
    def label(self) -> str:
        """Label of the model configuration."""
        return self.configuration.label

    def judge(
        self,
        responses: Sequence[BlindedResponse],
        ledger: Ledger,
        *,
        patience: Patience | None = None,
        retry_failed: bool = False,
        on_outcome: OnOutcome | None = None,
    ) -> list[Asked]:
        """Ask the model about every response that has no verdict in the ledger."""
        return judge_with_model(
            self.configuration, responses, ledger, patience=patience, retry_failed=retry_failed, on_outcome=on_outcome
        )

    def verdict(self, response: BlindedResponse, ledger: Ledger) -> Verdict | None:
        """Read the verdict from the ledger."""
        return verdict_of(self.configuration, response, ledger)


@dataclass(frozen=True)
class LexicalJudge:
    """The deterministic baseline. Its verdicts are computed when they are read and cost nothing."""

    label: str = LEXICAL
    kind: Literal["lexical"] = "lexical"
    rubric: str = f"lexical@{LEXICAL_VERSION}"

    def judge(
        self,
        responses: Sequence[BlindedResponse],  # noqa: ARG002
        ledger: Ledger,  # noqa: ARG002
        *,
        patience: Patience | None = None,  # noqa: ARG002
        retry_failed: bool = False,  # noqa: ARG002
        on_outcome: OnOutcome | None = None,  # noqa: ARG002
    ) -> list[Asked]:
        """Do nothing: there is nobody to ask."""
        return []

    def verdict(self, response: BlindedResponse, ledger: Ledger) -> Verdict:  # noqa: ARG002
        """Compute the verdict from the texts."""
        found = judge_lexically(
            response.query, response.response, response.policy, response.against, list(response.facts)
        )
        return Verdict(
            response_id=response.response_id,
            judge=self.label,
            response_type=ResponseType(found.response_type),
            engages_with_defeat=found.engages_with_defeat,
            independent_harm=found.independent_harm,
            engagement_quote=found.engagement_quote,
            harm_quote=found.harm_quote,
            reasoning=found.reasoning,
            status=VerdictStatus.OK,
            rubric=self.rubric,
        )


def configure_judge(name: str, *, max_tokens: int | None = None, connections: int | None = None) -> Judge:
    """Return the judge of a name: ``lexical``, or an Inspect model name."""
    if name == LEXICAL:
        return LexicalJudge()
    embedded = name.startswith("embedded/")
    default = MOST_TOKENS_EMBEDDED if embedded else MOST_TOKENS
    generate = {"temperature": 0.0, "max_tokens": max_tokens or default}
    if embedded:
        generate["cache_prompt"] = True  # the rubric is then read once
    return ModelJudge(ModelConfiguration(name, generate=generate, connections=connections))
