"""Labels as a log that Inspect reads: a sample per item, a score per person."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from blind_refusal.errors import Fault, UserError
from blind_refusal.review.label_files import Entry
from blind_refusal.review.labels import QUESTIONS, Label, LabelKind, Phase, dump_values

if TYPE_CHECKING:
    from inspect_ai.scorer import Score

TASK = "blind_refusal_labels"
"""Name of the task of such a log; the phase follows."""

SUFFIXES = (".json", ".eval")
"""What Inspect's logs end in."""

_LABEL = "blind_refusal_label"


def write_inspect_scores(file: Path, labels: Sequence[Label], phase: Phase, texts: Mapping[str, str]) -> None:
    """Write the labels of one phase as an Inspect log.

    The value of a score holds the answers by question (null is "cannot tell"), its explanation the comment, and its
    metadata the whole label, from which it can be read back.

    Args:
        file: ends in ``.json`` or ``.eval``.
        labels: those that stand; one per item, person and kind.
        phase: theirs.
        texts: the input of the sample of each item; an item without one has its id as input.

    Raises:
        UserError: if the file cannot be written, or has another ending.
    """
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log

    if file.suffix not in SUFFIXES:
        raise UserError(f"{file}: a log of Inspect must end in {' or '.join(SUFFIXES)}")
    by_item: dict[str, list[Label]] = {}
    for label in labels:
        by_item.setdefault(label.item_id, []).append(label)
    samples = [
        EvalSample(
            id=item,
            epoch=1,
            input=texts.get(item, item),
            target="",
            scores={_scorer(label): _score(label) for label in own},
            metadata={"phase": str(phase)},
        )
        for item, own in by_item.items()
    ]
    task = f"{TASK}_{phase}"
    log = EvalLog(
        status="success",
        eval=EvalSpec(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            task=task,
            model="none/none",
            dataset=EvalDataset(name=task, samples=len(samples), sample_ids=list(by_item)),
            config=EvalConfig(epochs=1),
        ),
        samples=samples,
    )
    temporary = file.with_name(f".{secrets.token_hex(8)}{file.suffix}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_eval_log(log, str(temporary))
        temporary.replace(file)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)


def parse_inspect_scores(file: Path) -> tuple[list[Entry], list[Fault]]:
    """Read the labels out of a log; scores of other origin are passed over."""
    from inspect_ai.log import read_eval_log

    try:
        log = read_eval_log(str(file.resolve()))
    except (ValueError, OSError, KeyError, BadZipFile) as error:
        return [], [Fault(file, 0, "", f"is not a log of Inspect: {str(error)[:200]}")]
    entries = []
    for sample in log.samples or []:
        for name, score in (sample.scores or {}).items():
            content = (score.metadata or {}).get(_LABEL)
            if isinstance(content, dict):
                entries.append(Entry(0, f"samples.{sample.id}.scores.{name}", content))
    return entries, []


def _scorer(label: Label) -> str:
    return label.rater if label.kind is LabelKind.RATER else f"{label.rater} ({label.kind})"


def _score(label: Label) -> "Score":
    from inspect_ai.scorer import Score

    values = dump_values(label.values) or {}
    return Score(
        value={question.name: values[question.name] for question in QUESTIONS[label.phase]},
        explanation=label.comment or None,
        metadata={_LABEL: label.model_dump(mode="json")},
    )
