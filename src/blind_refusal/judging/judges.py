"""Judges behind one interface: a language model with the rubric, the lexical baseline, verdicts of older rubrics."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from blind_refusal.asking import (
    Asked,
    Budget,
    Ledger,
    ModelConfiguration,
    OnOutcome,
    Outcome,
    Request,
    Sending,
    pending,
)
from blind_refusal.judging.asking_twice import ask_twice, settle
from blind_refusal.judging.blinding import BlindedResponse
from blind_refusal.judging.labels import ResponseType, Verdict, VerdictStatus
from blind_refusal.judging.lexical import LEXICAL_VERSION, judge_lexically
from blind_refusal.judging.model_judge import (
    RUBRIC,
    first_request,
    labels_of,
    newest_turns,
    verdict_from,
    verdict_of,
)

LEXICAL = "lexical"
"""Name of the lexical judge, as ``--judge`` takes it."""
LEXICAL_RUBRIC = f"{LEXICAL}@{LEXICAL_VERSION}"
"""What the lexical judge of this version judges by."""

MOST_TOKENS = 4000
"""Output tokens of a model judge, its reasoning included."""
MOST_TOKENS_EMBEDDED = 400

Context = Literal["blind", "study"]
"""What a judge is told of the case: one form for all, or the family and authority besides, as in the original study."""


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

    @property
    def context(self) -> Context:
        """What it is told of the case."""

    @property
    def repeats(self) -> int:
        """How often it judges the same response."""

    def pending(
        self, responses: Sequence[BlindedResponse], ledger: Ledger, *, retry_failed: bool = False
    ) -> list[Request]:
        """Return the requests that it still has to be asked; those that ask once more are not known beforehand."""

    def judge(
        self,
        responses: Sequence[BlindedResponse],
        ledger: Ledger,
        *,
        sending: Sending | None = None,
        retry_failed: bool = False,
        budget: Budget | None = None,
        on_outcome: OnOutcome | None = None,
    ) -> list[Asked]:
        """Do what it takes to have verdicts on the responses; what is known already is not asked again."""

    def verdict(self, response: BlindedResponse, ledger: Ledger, *, repeat: int = 1) -> Verdict | None:
        """Return the verdict on a response, or None if there is none yet."""


@dataclass(frozen=True)
class ModelJudge:
    """A language model that labels by the rubric."""

    configuration: ModelConfiguration
    context: Context = "blind"
    repeats: int = 1
    kind: Literal["model"] = "model"
    rubric: str = RUBRIC.reference

    @property
    def label(self) -> str:
        """Label of the model configuration."""
        return self.configuration.label

    def requests(self, responses: Sequence[BlindedResponse]) -> list[Request]:
        """Return the first requests about the responses, every repetition of all before the next."""
        return [
            first_request(self.configuration, response, repeat=repeat)
            for repeat in range(1, self.repeats + 1)
            for response in responses
        ]

    def pending(
        self, responses: Sequence[BlindedResponse], ledger: Ledger, *, retry_failed: bool = False
    ) -> list[Request]:
        """Return the first requests without a known outcome."""
        return pending(self.requests(responses), ledger, retry_failed=retry_failed)

    def judge(
        self,
        responses: Sequence[BlindedResponse],
        ledger: Ledger,
        *,
        sending: Sending | None = None,
        retry_failed: bool = False,
        budget: Budget | None = None,
        on_outcome: OnOutcome | None = None,
    ) -> list[Asked]:
        """Ask the model about every response that has no verdict in the ledger."""
        parsers = [labels_of(response) for response in responses] * self.repeats
        firsts = list(zip(self.requests(responses), parsers, strict=True))
        return ask_twice(
            firsts, ledger, sending=sending, retry_failed=retry_failed, budget=budget, on_outcome=on_outcome
        )

    def verdict(self, response: BlindedResponse, ledger: Ledger, *, repeat: int = 1) -> Verdict | None:
        """Read the verdict from the ledger."""
        return verdict_of(self.configuration, response, ledger, repeat=repeat)


class _Silent:
    """A judge that asks nobody."""

    context: Context = "blind"
    repeats: int = 1

    def pending(
        self,
        responses: Sequence[BlindedResponse],  # noqa: ARG002
        ledger: Ledger,  # noqa: ARG002
        *,
        retry_failed: bool = False,  # noqa: ARG002
    ) -> list[Request]:
        """Return nothing: there is nobody to ask."""
        return []

    def judge(
        self,
        responses: Sequence[BlindedResponse],  # noqa: ARG002
        ledger: Ledger,  # noqa: ARG002
        *,
        sending: Sending | None = None,  # noqa: ARG002
        retry_failed: bool = False,  # noqa: ARG002
        budget: Budget | None = None,  # noqa: ARG002
        on_outcome: OnOutcome | None = None,  # noqa: ARG002
    ) -> list[Asked]:
        """Do nothing: there is nobody to ask."""
        return []


@dataclass(frozen=True)
class LexicalJudge(_Silent):
    """The deterministic baseline. Its verdicts are computed when they are read and cost nothing."""

    label: str = LEXICAL
    kind: Literal["lexical"] = "lexical"
    rubric: str = LEXICAL_RUBRIC

    def verdict(self, response: BlindedResponse, ledger: Ledger, *, repeat: int = 1) -> Verdict:  # noqa: ARG002
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


@dataclass(frozen=True)
class RecordedJudge(_Silent):
    """A judge by a rubric that this version does not have any more. Its verdicts are read, nothing is asked.

    Those of a model are in the ledger. Those of an older lexical judge are nowhere but in the study's table.
    """

    label: str
    rubric: str
    kind: Literal["model", "lexical"] = "model"
    _answers: dict[str, list[Outcome]] = field(default_factory=dict, repr=False, compare=False)

    def verdict(self, response: BlindedResponse, ledger: Ledger, *, repeat: int = 1) -> Verdict | None:
        """Read the verdict from what the ledger holds of this judge, label and rubric."""
        if not self._answers:
            for outcome in ledger.outcomes("judge"):
                if outcome.model == self.label and outcome.prompt == self.rubric:
                    self._answers.setdefault(outcome.item, []).append(outcome)
        turns = [outcome for outcome in self._answers.get(response.response_id, []) if outcome.epoch == repeat]
        if not turns:
            return None
        return verdict_from(
            settle(newest_turns(turns), labels_of(response)), self.label, self.rubric, response.response_id
        )


def configure_judge(
    name: str,
    *,
    max_tokens: int | None = None,
    connections: int | None = None,
    context: Context = "blind",
    repeats: int = 1,
) -> Judge:
    """Return the judge of a name.

    Args:
        name: ``lexical``, or an Inspect model name.
        max_tokens: output tokens, reasoning included.
        connections: requests under way at once.
        context: what a model judge is told of the case.
        repeats: how often a model judge judges the same response.
    """
    if name == LEXICAL:
        return LexicalJudge()
    embedded = name.startswith("embedded/")
    default = MOST_TOKENS_EMBEDDED if embedded else MOST_TOKENS
    generate = {"temperature": 0.0, "max_tokens": max_tokens or default}
    if embedded:
        generate["cache_prompt"] = True  # the rubric is then read once
    label = name if context == "blind" else f"{name} ({context} context)"
    configuration = ModelConfiguration(name, label, generate=generate, connections=connections)
    return ModelJudge(configuration, context=context, repeats=repeats)


def relabelled(judge: Judge) -> Judge:
    """Return a judge under a label that names its rubric's version, for a study that knows the plain label."""
    if isinstance(judge, LexicalJudge):
        return replace(judge, label=judge.rubric)
    if not isinstance(judge, ModelJudge):
        return judge
    version = judge.rubric.partition(":")[0]
    return replace(judge, configuration=replace(judge.configuration, label=f"{judge.label} {version}"))
