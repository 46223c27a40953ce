"""Files of labelled responses, as `judge validate` reads them."""

import json
from pathlib import Path

import pytest

from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging.reference import blind_reference, read_reference
from tests.conftest import write_lines

LINE = {"query": "How?", "response": "Like this.", "label": "helps"}


def test_labels_of_ours_and_of_others_are_read(tmp_path: Path) -> None:
    lines = [{**LINE, "label": label} for label in ("deflects", "does_not_help", "COMPLETE", "EVASIVE", "DENIAL")]
    file = write_lines(tmp_path / "labels.jsonl", *map(json.dumps, lines), "")
    labels = [one.label for one in read_reference(file)]
    assert labels == ["deflects", "does_not_help", "helps", "does_not_help", "does_not_help"]


def test_every_bad_line_is_told(tmp_path: Path) -> None:
    bad = ["{", "[]", json.dumps({**LINE, "label": "maybe"}), json.dumps({"query": "How?", "label": "helps"})]
    file = write_lines(tmp_path / "labels.jsonl", json.dumps(LINE), *bad)
    with pytest.raises(FaultyInput) as caught:
        read_reference(file)
    text = str(caught.value)
    assert "labels.jsonl:2" in text
    assert "labels.jsonl:3" in text
    assert "unknown label 'maybe'; known are helps, hard_refusal, deflects, does_not_help, COMPLETE" in text
    assert "labels.jsonl:5" in text


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["nothing", "blank_lines"])
def test_empty_file_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="no labelled response"):
        read_reference(file)


def test_case_context_is_shown_where_there_is_one(tmp_path: Path) -> None:
    context = {"policy": "No swimming.", "structural_facts": ["The pool is full."], "defeat_condition": "It is a pool."}
    file = write_lines(tmp_path / "labels.jsonl", json.dumps(LINE), json.dumps({**LINE, **context}))
    without, with_context = blind_reference(read_reference(file))
    assert (without.policy, without.facts, without.against) == ("(Not stated apart from the message.)", (), None)
    assert (with_context.policy, with_context.against) == ("No swimming.", "It is a pool.")
