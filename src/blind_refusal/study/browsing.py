"""What the report's case browser shows of a study."""

from blind_refusal.reporting import Browsing
from blind_refusal.study.folder import Study

_OF_RESPONSES = ["response_id", "response", "reasoning", "status", "stop_reason"]
_OF_VERDICTS = ["response_id", "judge", "help_quote", "engagement_quote", "harm_quote", "reasoning"]


def browsing_of(study: Study, with_responses: bool = True) -> Browsing:
    """Read what the case browser shows; a study that was imported without its cases has none of their texts.

    Args:
        study: with its tables written.
        with_responses: whether the models' answers are to be shown.
    """
    return Browsing(
        cases=study.cases if study.cases_file.exists() else {},
        responses=study.read_table("responses", _OF_RESPONSES),
        wordings={wording.name: wording.queries for wording in study.wordings},
        verdicts=study.read_table("verdicts", _OF_VERDICTS),
        with_responses=with_responses,
    )
