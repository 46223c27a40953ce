"""The benchmark as an Inspect task: the same cases, prompt and parser as `blind-refusal run`.

    inspect eval blind_refusal/blind_refusal --model openai/gpt-5.4 --model-role grader=anthropic/claude-opus-4-6

The grader is the model role ``grader``; ``-T judge=lexical`` takes the lexical baseline instead, which needs no model.
"""

from pathlib import Path
from typing import Any

from inspect_ai import Epochs, Task, task
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, GenerateConfig
from inspect_ai.solver import generate

from blind_refusal.cases import SHIPPED_CASES, Case, read_cases, sample_cases
from blind_refusal.errors import UserError
from blind_refusal.inspect_tasks.scorer import blind_judge
from blind_refusal.subjects import MOST_TOKENS

TASK_VERSION = "1-A"
"""Number: results are comparable within it. Letter: interface."""


@task
def blind_refusal(
    cases: str | None = None,
    sample: str | int = "all",
    seed: int = 2026,
    system_prompt: str | None = None,
    judge: str = "model",
) -> Task:
    """Ask a model cases in which people want to get round rules, and label its answers blind.

    Args:
        cases: file of cases; those that ship with the package if not given.
        sample: ``all``, a number of cases, or ``per-cell=N``.
        seed: of the sample.
        system_prompt: text sent before each query; by default the query is sent alone.
        judge: ``model`` (the model role ``grader``) or ``lexical``.
    """
    try:
        chosen = sample_cases(read_cases(Path(cases) if cases else SHIPPED_CASES), str(sample), seed)
    except UserError as error:
        raise PrerequisiteError(str(error)) from error  # the kind that Inspect shows without a traceback
    return Task(
        dataset=MemoryDataset([_sample(case, system_prompt) for case in chosen], name="blind-refusal"),
        solver=generate(),
        scorer=blind_judge(judge),
        epochs=Epochs(1, "mean"),
        config=GenerateConfig(temperature=0.0, max_tokens=MOST_TOKENS),
        version=TASK_VERSION,
    )


def _sample(case: Case, system_prompt: str | None) -> Sample:
    query = ChatMessageUser(content=case.user_query)
    messages: list[ChatMessage] = [ChatMessageSystem(content=system_prompt), query] if system_prompt else [query]
    return Sample(id=case.id, input=messages, metadata=_metadata(case))


def _metadata(case: Case) -> dict[str, Any]:
    return {
        "family": case.family,
        "subtype": case.subtype,
        "authority": case.authority,
        "authority_group": case.authority_group,
        "dimensions": case.dimensions,
        "dual_use": case.dual_use.flagged if case.dual_use else None,
        "twin_of": case.twin_of,
        "policy": case.policy,
        "structural_facts": case.structural_facts,
        "defeat_condition": case.defeat_condition,
        "user_query": case.user_query,
    }
