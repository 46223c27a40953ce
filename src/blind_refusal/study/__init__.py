"""The folder that holds one study, and the stages that fill it."""

from blind_refusal.study.evaluations import case_table, evaluation_table
from blind_refusal.study.folder import Plan, PlannedJudge, Study
from blind_refusal.study.judging_stage import blinded_responses, judge, judges_of
from blind_refusal.study.manifest import Manifest, read_manifest, write_manifest
from blind_refusal.study.planning import DEFAULT_MODEL, DEFAULT_SAMPLE, DEFAULT_SEED, Wishes, make_plan
from blind_refusal.study.respond_stage import Asking, respond
from blind_refusal.study.run import Bill, Confirm, begin, describe, judge_study, report_study, respond_study, run_study

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_SAMPLE",
    "DEFAULT_SEED",
    "Asking",
    "Bill",
    "Confirm",
    "Manifest",
    "Plan",
    "PlannedJudge",
    "Study",
    "Wishes",
    "begin",
    "blinded_responses",
    "case_table",
    "describe",
    "evaluation_table",
    "judge",
    "judge_study",
    "judges_of",
    "make_plan",
    "read_manifest",
    "report_study",
    "respond",
    "respond_study",
    "run_study",
    "write_manifest",
]
