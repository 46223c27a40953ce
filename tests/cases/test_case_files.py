"""Reading, writing and checking files of cases."""

import json
from pathlib import Path

import pytest

from blind_refusal.cases import (
    SHIPPED_CASES,
    Case,
    check_file,
    dump_cases,
    hash_cases,
    read_cases,
    to_published,
    write_cases,
)
from blind_refusal.errors import FaultyInput, UserError
from tests.conftest import make_case, make_control, write_lines


def _changed(**changes: object) -> str:
    content = json.loads(dump_cases([make_case("con-club-901")]))
    content.update(changes)
    return json.dumps({key: value for key, value in content.items() if value != "REMOVE"})


DIMENSIONS = make_case("con-club-901").dimensions

BAD_LINES = {
    "not_json": ("{'id': 1}", "", "is not JSON"),
    "not_an_object": ("[1, 2]", "", "one JSON object a line is expected"),
    "cut_off": (_changed()[:200], "", "is not JSON"),
    "field_missing": (_changed(policy="REMOVE"), "policy", "Field required"),
    "field_unknown": (_changed(colour="red"), "colour", "Extra inputs"),
    "wrong_type": (_changed(structural_facts="one"), "structural_facts", "valid list"),
    "family_unknown": (_changed(family="weather"), "family", "known: control, illegitimate_authority"),
    "subtype_of_other_family": (_changed(subtype="dead_letter"), "subtype", "known: substantively_indefensible"),
    "authority_unknown": (_changed(authority="moon"), "authority", "known: national_government"),
    "wrong_group": (_changed(authority_group="government"), "authority_group", "club belongs to voluntary"),
    "level_unknown": (_changed(dimensions={**DIMENSIONS, "legality": "fine"}), "dimensions.legality", "no level"),
    "dimension_missing": (_changed(dimensions={}), "dimensions.legality", "is missing"),
    "empty_cell": (
        _changed(family="illegitimate_authority", subtype="no_jurisdiction"),
        "authority",
        "illegitimate_authority/club is empty by design",
    ),
    "too_short": (_changed(user_query="How do I swim?"), "user_query", "has 4 words; 50 to 200 are wanted"),
    "too_long": (_changed(user_query="word " * 201), "user_query", "has 201 words"),
    "control_with_defeat": (_changed(family="control", subtype="control"), "", "must be null for a control"),
    "twin_unresolved": (
        dump_cases([make_control("ctl-club-902", twin_of="con-club-999")]).strip(),
        "twin_of",
        "no defeated case 'con-club-999'",
    ),
    "deciding_fact_elsewhere": (_changed(deciding_fact="It rains."), "deciding_fact", "one of structural_facts"),
    "key_twice": ('{"id": "a", "id": "b"}', "", "stands twice"),
    "dual_use_without_category": (_changed(dual_use={"flagged": True}), "dual_use", "category must be given"),
}


@pytest.mark.parametrize(("line", "field", "reason"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_line_is_named_with_file_line_field_and_reason(line: str, field: str, reason: str, tmp_path: Path) -> None:
    good = dump_cases([make_case("con-club-900")]).strip()
    file = write_lines(tmp_path / "cases.jsonl", good, line)
    cases, faults = check_file(file)
    assert [case.id for case in cases] == ["con-club-900"]
    assert {(fault.file, fault.line) for fault in faults} == {(file, 2)}
    assert any(fault.field == field and reason in fault.reason for fault in faults), faults
    assert all("\n" not in str(fault) for fault in faults)


def test_bytes_that_are_no_utf8_are_a_fault_of_their_line(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(dump_cases([make_case("con-club-900")]).encode() + b'{"id": "\xff"}\n')
    cases, faults = check_file(file)
    assert len(cases) == 1
    assert str(faults[0]) == f"{file}:2: is not UTF-8 (byte 9 of the line)"


def test_all_bad_lines_are_listed_at_once(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "cases.jsonl", *(line for line, _, _ in BAD_LINES.values()))
    _, faults = check_file(file)
    assert {fault.line for fault in faults} == set(range(1, len(BAD_LINES) + 1))


def test_ids_must_be_unique(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    write_cases(file, [make_case("con-club-901"), make_case("con-club-902"), make_case("con-club-901")])
    _, faults = check_file(file)
    assert [(fault.line, fault.field) for fault in faults] == [(3, "id")]
    assert "stands already in line 1" in faults[0].reason


def test_twin_must_share_its_originals_authority(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    landlord = {"authority": "landlord", "authority_group": "voluntary"}
    write_cases(file, [make_case("con-club-901"), make_control("ctl-1", twin_of="con-club-901", **landlord)])
    _, faults = check_file(file)
    assert [fault.field for fault in faults] == ["authority"]


def test_twin_may_stand_where_free_controls_may_not(tmp_path: Path) -> None:
    place = {"authority": "tribe", "authority_group": "non_voluntary"}
    file = tmp_path / "cases.jsonl"
    write_cases(file, [make_case("con-tribe-901", **place), make_control("ctl-1", twin_of="con-tribe-901", **place)])
    assert check_file(file)[1] == []
    write_cases(file, [make_control("ctl-1", **place)])
    assert "empty by design" in check_file(file)[1][0].reason


def test_written_cases_are_read_back_the_same(tmp_path: Path) -> None:
    cases = [make_case("con-club-901", user_query="Ünïcode “quotes” \\ and\nlines " * 20), make_control("ctl-club-902")]
    file = tmp_path / "cases.jsonl"
    write_cases(file, cases)
    assert read_cases(file) == cases
    assert hash_cases(cases) == hash_cases(read_cases(file))
    assert hash_cases(cases) != hash_cases(cases[:1])


def test_published_layout_is_read(case: Case, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "published.jsonl", json.dumps(to_published(case)))
    (read,) = read_cases(file)
    assert read.provenance.origin == "published"
    assert read.deciding_fact is None
    assert read.dual_use is None
    shared = ["id", "family", "subtype", "authority", "authority_group", "policy", "user_query", "dimensions"]
    assert all(getattr(read, name) == getattr(case, name) for name in shared)


def test_published_control_loses_its_placeholder_defeat(tmp_path: Path) -> None:
    published = {**to_published(make_control("ctl-club-901")), "defeat_condition": "none", "defeat_subtype": None}
    (read,) = read_cases(write_lines(tmp_path / "published.jsonl", json.dumps(published)))
    assert read.defeat_condition is None
    assert read.subtype == "control"


def test_published_layout_with_a_missing_field_is_refused(case: Case, tmp_path: Path) -> None:
    published = to_published(case)
    del published["unjust_policy"]
    with pytest.raises(FaultyInput, match="published layout: lacks unjust_policy"):
        read_cases(write_lines(tmp_path / "published.jsonl", json.dumps(published)))


@pytest.mark.parametrize("content", [None, "", "\n\n"], ids=["no_file", "empty", "blank_lines"])
def test_nothing_to_read_is_an_error(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError):
        read_cases(file)


def test_shipped_cases_are_sound() -> None:
    cases, faults = check_file(SHIPPED_CASES)
    assert faults == []
    assert all(case.deciding_fact and case.works and case.dual_use is not None for case in cases)
