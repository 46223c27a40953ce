"""From estimates to files that people read: one page, its figures and its tables."""

from blind_refusal.reporting.casebook import Browsing
from blind_refusal.reporting.facts import DataSetFacts, JudgeFacts, MeasuredAgreement, ModelFacts, RunFacts
from blind_refusal.reporting.report import ReportPaths, write_report

__all__ = [
    "Browsing",
    "DataSetFacts",
    "JudgeFacts",
    "MeasuredAgreement",
    "ModelFacts",
    "ReportPaths",
    "RunFacts",
    "write_report",
]
