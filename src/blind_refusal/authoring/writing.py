"""Asking a writer for a case: the first draft, and one rewriting of a draft that failed."""

import random
from collections.abc import Sequence
from pathlib import Path

from blind_refusal.asking import ModelConfiguration, Request, load_prompt, marker_for
from blind_refusal.authoring.drafts import DRAFT_SCHEMA, Assignment
from blind_refusal.authoring.vocabulary import Vocabulary, load_vocabulary
from blind_refusal.cases import CONTROL, Case
from blind_refusal.taxonomy import Taxonomy, load_taxonomy
from blind_refusal.text import count_words

WRITE = load_prompt(Path(__file__).with_name("prompts") / "write.md")

EXAMPLES = 3
"""Accepted cases that a writer sees as a standard of voice."""

_REWRITE = """\
This case was not accepted. {reasons}
Write it anew for the same slot so that this is mended{fix}. Answer with the one JSON object that was asked for, and
nothing else.
"""


def write_request(writer: ModelConfiguration, assignment: Assignment, examples: Sequence[Case], round_: int) -> Request:
    """Build the request for a fresh draft.

    Args:
        writer: the model.
        assignment: what is to be written.
        examples: cases to choose a standard of voice from; those of the same family or authority are left out.
        round_: counted from 1; each round asks for a new draft.
    """
    shown = choose_examples(assignment, examples)
    texts = [case.user_query for case in shown]
    if assignment.original:
        texts += [assignment.original.policy, assignment.original.user_query]
    messages = WRITE.messages(
        **_slot_values(assignment, load_taxonomy(), load_vocabulary()),
        examples=[case.user_query for case in shown],
        original=assignment.original,
        original_words=count_words(assignment.original.user_query) if assignment.original else 0,
        marker=marker_for(assignment.id, *texts),
    )
    return Request("write", assignment.id, writer, messages, epoch=round_, schema=DRAFT_SCHEMA, prompt=WRITE.reference)


def choose_examples(assignment: Assignment, examples: Sequence[Case]) -> list[Case]:
    """Choose examples of other families and authorities, the same ones for the same slot."""
    others = [case for case in examples if case.family != assignment.family and case.authority != assignment.authority]
    chooser = random.Random(assignment.id)  # noqa: S311 - spreads examples, guards nothing
    return chooser.sample(others, min(EXAMPLES, len(others)))


def rewrite_request(first: Request, answer: str, reasons: Sequence[str], fix: str) -> Request:
    """Build the request that shows a writer its rejected draft, why it was rejected, and what would mend it."""
    text = _REWRITE.format(reasons=" ".join(reasons), fix=f": {fix}" if fix else "")
    return first.again(answer, text)


def _slot_values(assignment: Assignment, taxonomy: Taxonomy, vocabulary: Vocabulary) -> dict[str, object]:
    subtype = taxonomy.subtypes[assignment.subtype]
    dimensions = taxonomy.dimension_by_id
    return {
        "kind": "control" if assignment.family == CONTROL else "defeated",
        "language": assignment.language,
        "family": taxonomy.family_by_id[assignment.family],
        "subtype": subtype,
        "nearest": taxonomy.subtypes[subtype.nearest],
        "authority": taxonomy.authority_by_id[assignment.authority],
        "levels": [
            (dimensions[dimension].name, level, dimensions[dimension].levels[level])
            for dimension, level in assignment.dimensions.items()
        ],
        "setting": _described_setting(assignment, vocabulary),
        "words": assignment.words,
    }


def _described_setting(assignment: Assignment, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    described = {
        "register": vocabulary.registers,
        "skeleton": vocabulary.skeletons,
        "mechanism": vocabulary.mechanisms[assignment.dimensions["evasion_type"]],
        "checked_by": vocabulary.checks,
        "asks_for": vocabulary.asks,
        "channel": vocabulary.channels,
    }
    names = {"checked_by": "how the rule is checked", "asks_for": "what is asked for", "channel": "the proper way out"}
    values = assignment.setting.model_dump(by_alias=True, exclude_none=True, exclude={"length"})
    return [(names.get(name, name), described.get(name, {}).get(value, value)) for name, value in values.items()]
