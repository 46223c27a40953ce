"""From the records of a published study to cases, responses and verdicts; nothing unknown is guessed."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from blind_refusal.analysis import CONTROL, FAMILIES
from blind_refusal.cases import Case
from blind_refusal.cases.model import DualUse, Provenance
from blind_refusal.errors import Fault
from blind_refusal.judging import ResponseType, Verdict, VerdictStatus
from blind_refusal.study.published_files import Records, Source
from blind_refusal.taxonomy import load_taxonomy

RUBRIC: Final = "published"
_LABELS: Final = ("response_type", "engages_with_defeat", "independent_harm")
_PUBLISHED_NAMES: Final = {
    "family": "defeat_type",
    "subtype": "defeat_subtype",
    "authority": "authority_type",
    "policy": "unjust_policy",
    "dimensions": "dimensional_coding",
}
_STATUSES: Final = ("ok", "blocked", "empty", "truncated", "error")


class Answer(NamedTuple):
    """Which response of a study."""

    case_id: str
    model: str
    epoch: int


@dataclass(frozen=True)
class PublishedCases:
    """Cases of a published study."""

    by_id: dict[str, Case]
    """What analysis needs of each; without the query, where the study does not publish it."""
    complete: bool
    """Whether they are whole cases, which can be asked and judged again."""
    refused: frozenset[str]
    """Ids of cases with faults; answers to them are no faults of their own."""


def read_cases(records: Records) -> PublishedCases:
    """Read cases; faults are added to the records'."""
    complete = any("user_query" in source.content for source in records.sources)
    found: dict[str, Case] = {}
    refused: set[str] = set()
    for source in records.sources:
        fields, faults = _case_fields(source)
        if not faults and complete:
            faults = _record_faults(source, fields)
        if not faults and fields["id"] in found:
            faults = [source.fault("id", f"{fields['id']!r} stands there twice; ids must be unique")]
        records.faults += faults
        if faults:
            refused.add(str(source.content.get("id")).lower())
        else:
            case = Case.model_validate(fields) if complete else Case.model_construct(**fields)
            found[case.id] = case.model_copy(update={"dual_use": _dual_use(source.content.get("dual_use"))})
    return PublishedCases(found, complete, frozenset(refused))


def _case_fields(source: Source) -> tuple[dict[str, Any], list[Fault]]:
    content = source.content
    faults = [
        source.fault(name, "is missing; text is wanted")
        for name in ("id", "defeat_type", "authority_type")
        if not isinstance(content.get(name), str | int) or not str(content[name]).strip()
    ]
    if faults:
        return {}, faults
    family, authority = str(content["defeat_type"]), str(content["authority_type"])
    if family not in FAMILIES:
        faults.append(source.fault("defeat_type", f"{family!r} is not known; known: {', '.join(FAMILIES)}"))
    profile = load_taxonomy().authority_by_id.get(authority)
    group = content.get("authority_group") or (profile.group if profile else None)
    if group is None:
        faults.append(source.fault("authority_type", f"{authority!r} is not known, and no authority_group is given"))
    dimensions = content.get("dimensional_coding") or {}
    if not isinstance(dimensions, dict):
        faults.append(source.fault("dimensional_coding", "is no object of dimensions and their levels"))
        dimensions = {}
    return {
        "id": str(content["id"]).lower(),
        "family": family,
        "subtype": content.get("defeat_subtype") or family,
        "authority": authority,
        "authority_group": group,
        "policy": content.get("unjust_policy"),
        "defeat_condition": None if family == CONTROL else content.get("defeat_condition"),
        "structural_facts": content.get("structural_facts"),
        "user_query": content.get("user_query"),
        "dimensions": {name: str(level) for name, level in dimensions.items() if level is not None},
        "dual_use": None,
        "twin_of": None,
        "provenance": Provenance(origin="published", created=date(2026, 4, 1)),
    }, faults


def _dual_use(value: object) -> DualUse | None:
    """Read the flag, given as such or in an object; a flag without a category says no more than that it is set."""
    flagged = value.get("flagged") if isinstance(value, dict) else value
    if not isinstance(flagged, bool):
        return None
    try:
        return DualUse.model_validate(value)
    except ValidationError:
        return DualUse.model_construct(flagged=flagged, category=None)


def _record_faults(source: Source, fields: dict[str, Any]) -> list[Fault]:
    try:
        Case.model_validate(fields)
    except ValidationError as error:
        return [
            source.fault(_published_name(detail["loc"]), detail["msg"].removeprefix("Value error, "))
            for detail in error.errors(include_url=False)
        ]
    return []


def _published_name(place: tuple[int | str, ...]) -> str:
    first, *rest = (str(part) for part in place or ("",))
    return ".".join([_PUBLISHED_NAMES.get(first, first), *rest])


def read_responses(records: Records, cases: PublishedCases) -> dict[Answer, dict[str, Any]]:
    """Read responses as fields of the table of responses; faults are added to the records'."""
    found: dict[Answer, dict[str, Any]] = {}
    for source in records.sources:
        answer = _answer(source, records)
        if answer is None:
            continue
        if answer.case_id not in cases.by_id and answer.case_id not in cases.refused:
            records.faults.append(source.fault("case_id", f"no case {answer.case_id!r} among the published cases"))
        elif answer in found:
            records.faults.append(source.fault("", f"{_named(answer)}: a response stands there already"))
        else:
            found[answer] = _response(source, records)
    return found


def _answer(source: Source, records: Records) -> Answer | None:
    """Read whose response to what a record is about; the model may be told by the file's name."""
    content = source.content
    case_id = content.get("case_id", content.get("id"))
    epoch = content.get("epoch", 1)
    if not isinstance(case_id, str | int) or not str(case_id).strip():
        records.faults.append(source.fault("case_id", "is missing; the case's id is wanted (as case_id or id)"))
        return None
    if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 1:
        records.faults.append(source.fault("epoch", f"{epoch!r} is no whole number from 1"))
        return None
    model = content.get("model", source.file.stem)
    if not isinstance(model, str) or not model.strip():
        records.faults.append(source.fault("model", "is empty; the model's name is wanted"))
        return None
    return Answer(str(case_id).lower(), model.strip(), epoch)


def _named(answer: Answer) -> str:
    turn = f", epoch {answer.epoch}" if answer.epoch > 1 else ""
    return f"{answer.model} on {answer.case_id}{turn}"


def _response(source: Source, records: Records) -> dict[str, Any]:
    content = source.content
    text, error = content.get("response"), content.get("error") or ""
    if text is not None and not isinstance(text, str):
        records.faults.append(source.fault("response", f"is {type(text).__name__}, not text"))
        text = None
    written = bool(text and text.strip())
    status = content.get("status", "error" if error and not written else "ok" if written else "empty")
    if status not in _STATUSES:
        records.faults.append(source.fault("status", f"{status!r} is not known; known: {', '.join(_STATUSES)}"))
    return {
        "response": text or "",
        "reasoning": str(content.get("reasoning") or ""),
        "status": status,
        "stop_reason": str(content.get("stop_reason") or content.get("finish_reason") or ""),
        "input_tokens": _count(content.get("input_tokens")),
        "output_tokens": _count(content.get("output_tokens")),
        "seconds": None,
        "error": str(error),
    }


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_verdicts(
    records: Records, response_ids: dict[Answer, str], default_judge: str
) -> dict[tuple[str, str], Verdict]:
    """Read verdicts by response and judge; faults are added to the records'.

    Args:
        records: of the evaluations.
        response_ids: of the responses that were read.
        default_judge: judge of the records that name none.
    """
    found: dict[tuple[str, str], Verdict] = {}
    for source in records.sources:
        answer = _answer(source, records)
        if answer is None:
            continue
        judge = str(source.content.get("judge") or source.content.get("judge_model") or default_judge)
        response = response_ids.get(answer)
        if response is None:
            records.faults.append(source.fault("case_id", f"{_named(answer)}: no such response was published"))
        elif (response, judge) in found:
            records.faults.append(source.fault("", f"{_named(answer)}: {judge} has judged it already"))
        elif (verdict := _verdict(source, records, response, judge)) is not None:
            found[response, judge] = verdict
    return found


def _verdict(source: Source, records: Records, response: str, judge: str) -> Verdict | None:
    content = source.content
    values = [content.get(name) for name in _LABELS]
    if values == [None, None, None]:
        failed = VerdictStatus.ERROR if content.get("error") else VerdictStatus.UNPARSED
        error = str(content.get("error") or "no labels were published")
        return Verdict(response_id=response, judge=judge, status=failed, rubric=RUBRIC, error=error)
    faults = []
    if values[0] not in list(ResponseType):
        known = ", ".join(ResponseType)
        faults.append(source.fault("response_type", f"{values[0]!r} is not known; known: {known}"))
    faults += [
        source.fault(name, f"{value!r} is neither true nor false")
        for name, value in zip(_LABELS[1:], values[1:], strict=True)
        if not isinstance(value, bool)
    ]
    records.faults += faults
    if faults:
        return None
    return Verdict(
        response_id=response,
        judge=judge,
        response_type=ResponseType(str(values[0])),
        engages_with_defeat=values[1],
        independent_harm=values[2],
        engagement_quote=str(content.get("engagement_quote") or ""),
        harm_quote=str(content.get("harm_quote") or ""),
        reasoning=str(content.get("reasoning") or ""),
        status=VerdictStatus.OK,
        rubric=RUBRIC,
    )
