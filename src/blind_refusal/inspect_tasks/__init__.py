"""The benchmark for people who live in Inspect: a registered task and its scorer."""

from blind_refusal.inspect_tasks.scorer import GRADER, blind_judge, headline
from blind_refusal.inspect_tasks.task import TASK_VERSION, blind_refusal

__all__ = ["GRADER", "TASK_VERSION", "blind_judge", "blind_refusal", "headline"]
