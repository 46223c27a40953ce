"""The folder that holds one study, and the stages that fill it."""

from blind_refusal.study.evaluations import case_table, evaluation_table
from blind_refusal.study.folder import Plan, Study
from blind_refusal.study.manifest import Manifest, read_manifest, write_manifest
from blind_refusal.study.planning import DEFAULT_MODEL, DEFAULT_SAMPLE, DEFAULT_SEED, Wishes, judges_of, make_plan
from blind_refusal.study.run import Bill, Confirm, begin, describe, judge_study, report_study, respond_study, run_study
from blind_refusal.study.stages import Asking, judge, respond

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_SAMPLE",
    "DEFAULT_SEED",
    "Asking",
    "Bill",
    "Confirm",
    "Manifest",
    "Plan",
    "Study",
    "Wishes",
    "begin",
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
