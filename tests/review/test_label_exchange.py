"""Labels out of a store and back: nothing changes on the way, nothing comes twice, every fault is named."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai.log import read_eval_log

from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.review import Label, LabelKind, LabelStore, Phase
from blind_refusal.review.exchange import LabelFormat, export_labels, format_of, import_labels, read_labels
from blind_refusal.review.label_files import COLUMNS, harmless, unguarded
from tests.conftest import write_lines
from tests.support.labels import case_values, label, verdict_values

HOSTILE = ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1", "'quoted", 'a,b;c\n=d\r\ne"f']


def everything() -> list[Label]:
    """Return rows of every kind, with texts of every kind."""
    quoted = verdict_values(engages_with_defeat=True, engagement_quote='=HYPERLINK("x")\x00\u202e,\n\'')
    return [
        label("r1", "ana", comment="first"),
        label("r1", "ana", revision=2, values=quoted),
        label("r1", "ana", revision=3, restores=1, comment="first"),
        label("r1", "ana", revision=4, restores=0, values=None),
        label(
            "=r2", "@ben", values=verdict_values(response_type=None, engages_with_defeat=None, independent_harm=None)
        ),
        label("r1", "lena", kind=LabelKind.ADJUDICATION, seconds=0.1),
        label("c1", "ana", phase=Phase.CASES, values=case_values(passes=None, confounded=True, confound="- dual use")),
        label(
            "c2",
            "ana",
            phase=Phase.CASES,
            values=case_values(rightly_classified=False, subtype="obsolete", realistic=None),
        ),
        label("c3", "ana", phase=Phase.CASES, values=case_values(rightly_classified=False)),
        *(label(f"r{number}", "cem", comment=text) for number, text in enumerate(HOSTILE, 10)),
    ]


@pytest.mark.parametrize("form", [LabelFormat.JSONL, LabelFormat.CSV])
def test_there_and_back(form: LabelFormat, store: LabelStore, tmp_path: Path) -> None:
    file, again = tmp_path / "labels", tmp_path / "again"
    rows = everything()
    assert export_labels(file, rows, form) == len(rows)
    assert [found for _, found in read_labels(file, form)] == rows
    imported = import_labels(store, file, form)
    assert (imported.added, imported.here_already) == (len(rows), 0)
    assert store.all_rows() == rows
    imported = import_labels(store, file, form)
    assert (imported.added, imported.here_already) == (0, len(rows))
    export_labels(again, store.all_rows(), form)
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("form", [LabelFormat.JSONL, LabelFormat.CSV])
def test_labels_that_stand_without_their_history(form: LabelFormat, tmp_path: Path) -> None:
    rows = [label("r1", "ana"), label("r1", "ana", revision=2), label("r2", "ana", values=None)]
    assert export_labels(tmp_path / "f", rows, form, history=False) == 1
    assert [found for _, found in read_labels(tmp_path / "f", form)] == [rows[1]]


@pytest.mark.parametrize("ending", ["json", "eval"])
def test_inspect_reads_the_labels_as_scores(ending: str, tmp_path: Path, store: LabelStore) -> None:
    file = tmp_path / f"labels.{ending}"
    hers = label("r1", "ana", comment="plain")
    his = label("r1", "ben", values=verdict_values(response_type=None))
    ruling = label("r2", "lena", kind=LabelKind.ADJUDICATION)
    assert export_labels(file, [hers, his, ruling], LabelFormat.INSPECT, shown={Phase.VERDICTS: {"r1": "Hello."}}) == 3
    log = read_eval_log(str(file))
    assert (log.status, log.eval.task, log.eval.dataset.samples) == ("success", "blind_refusal_labels_verdicts", 2)
    assert log.samples is not None
    samples = {sample.id: sample for sample in log.samples}
    assert (samples["r1"].input, samples["r2"].input) == ("Hello.", "r2")
    scores = samples["r1"].scores
    assert scores is not None
    assert scores.keys() == {"ana", "ben"}
    assert scores["ana"].value == {
        "response_type": "deflects",
        "engages_with_defeat": False,
        "independent_harm": False,
    }
    assert scores["ana"].explanation == "plain"
    assert scores["ben"].value["response_type"] is None  # type: ignore[call-overload,index]
    assert (samples["r2"].scores or {}).keys() == {"lena (adjudication)"}
    assert [entry.name for entry in tmp_path.iterdir() if "sqlite" not in entry.name] == [file.name]
    assert import_labels(store, file, LabelFormat.INSPECT).added == 3
    assert store.all_rows() == [hers, his, ruling]


def test_log_of_inspect_holds_one_phase(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one phase"):
        export_labels(tmp_path / "f.json", everything(), LabelFormat.INSPECT)
    with pytest.raises(UserError, match=r"must end in \.json or \.eval"):
        export_labels(tmp_path / "f.txt", [label("r1")], LabelFormat.INSPECT)


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    export_labels(file, everything(), LabelFormat.CSV)
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert len(rows) == 1 + len(everything())
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝"))


@given(st.text())
def test_guard_comes_off_as_it_went_on(text: str) -> None:
    guarded = harmless(text)
    assert unguarded(guarded) == text
    assert not guarded.lstrip().startswith(("=", "+", "-", "@"))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@settings(max_examples=60)
@given(texts, texts)
def test_any_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, comment: str, quote: str) -> None:
    file = tmp_path_factory.mktemp("csv") / "labels.csv"
    values = verdict_values(engages_with_defeat=True, engagement_quote=quote)
    row = label("r1", comment=comment, values=values)
    export_labels(file, [row], LabelFormat.CSV)
    assert read_labels(file, LabelFormat.CSV)[0][1] == row


def test_spreadsheet_that_reorders_columns_and_shouts(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    row = label("r1", values=verdict_values(independent_harm=True))
    export_labels(file, [row], LabelFormat.CSV)
    (cells,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    turned = io.StringIO()
    writer = csv.DictWriter(turned, sorted(cells))
    writer.writeheader()
    writer.writerow({name: cell.upper() if cell in ("true", "false") else cell for name, cell in cells.items()})
    file.write_bytes(b"\xef\xbb\xbf" + turned.getvalue().encode())
    assert read_labels(file, LabelFormat.CSV)[0][1] == row


def line(**changes: object) -> str:
    return json.dumps({**label("r1", "ana").model_dump(mode="json"), **changes})


def answers(**changes: object) -> dict[str, object]:
    return {**verdict_values().model_dump(mode="json"), **changes}


def without(field: str) -> str:
    content = json.loads(line())
    del content[field]
    return json.dumps(content)


def without_answer(field: str) -> str:
    given = answers()
    del given[field]
    return line(values=given)


BAD_LINES = {
    "no json": ("nonsense", "", "is not JSON"),
    "no object": ("[]", "", "holds a list"),
    "key twice": ('{"id": 1, "id": 2}', "", "stands twice"),
    "deep": ("[" * 100_000, "", "nested too deeply"),
    "no phase": (without("phase"), "phase", "cases or verdicts is expected"),
    "odd phase": (line(phase=["x"]), "phase", "cases or verdicts is expected"),
    "no values": (without("values"), "values", "Field required"),
    "no rater": (without("rater"), "rater", "Field required"),
    "silent answer": (without_answer("independent_harm"), "values.independent_harm", "Field required"),
    "answer as text": (line(values=answers(independent_harm="true")), "values.independent_harm", "boolean"),
    "answer as number": (line(values=answers(independent_harm=1)), "values.independent_harm", "boolean"),
    "unknown answer": (line(values=answers(response_type="maybe")), "values.response_type", "'helps'"),
    "unknown field": (line(values=answers(mood="good")), "values.mood", "Extra inputs"),
    "quote of nothing": (line(values=answers(engagement_quote="x")), "values", "only where engages_with_defeat"),
    "other phase": (line(phase="cases"), "values.passes", "Field required"),
    "odd id": (line(id="short"), "id", "pattern"),
    "odd rater": (line(rater="a,b"), "rater", "pattern"),
    "odd time": (line(time="yesterday"), "time", "datetime"),
    "no zone": (line(time="2026-11-24T09:00:00"), "time", "timezone"),
    "not utc": (line(time="2026-11-24T09:00:00+01:00"), "", "must be in UTC"),
    "negative": (line(seconds=-1), "seconds", "greater than or equal to 0"),
    "not a number": (line(seconds=float("nan")), "seconds", "finite number"),
    "revision as text": (line(revision="1"), "revision", "integer"),
    "revision 0": (line(revision=0), "revision", "greater than or equal to 1"),
    "nul": (line(comment="a\x00b"), "comment", "pattern"),
    "surrogate": (line(comment="\ud800"), "", "hex escape"),
}


@pytest.mark.parametrize(("bad", "field", "reason"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_line_is_named(bad: str, field: str, reason: str, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "labels.jsonl", line(id="sound-one", item_id="r9"), "", bad)
    with pytest.raises(FaultyInput) as caught:
        read_labels(file, LabelFormat.JSONL)
    assert {fault.line for fault in caught.value.faults} == {3}
    assert any(fault.field == field and reason in fault.reason for fault in caught.value.faults), caught.value


def test_subtype_must_be_in_the_taxonomy(tmp_path: Path) -> None:
    row = label("c1", phase=Phase.CASES, values=case_values(rightly_classified=False, subtype="fancy"))
    export_labels(tmp_path / "f.jsonl", [row], LabelFormat.JSONL)
    with pytest.raises(FaultyInput, match=r"f\.jsonl:1: values\.subtype: 'fancy' is not a subtype"):
        read_labels(tmp_path / "f.jsonl", LabelFormat.JSONL)


def test_labels_must_fit_the_study(tmp_path: Path) -> None:
    shown = {Phase.VERDICTS: {"r1": "That rule is **silly** here.", "r2": "No."}, Phase.CASES: {}}
    rows = [
        label("r1", values=verdict_values(engages_with_defeat=True, engagement_quote="rule is silly")),
        label("r2", values=verdict_values(engages_with_defeat=True, engagement_quote="rule is silly")),
        label("r2", "ben", values=verdict_values(engages_with_defeat=True)),
        label("r3"),
    ]
    export_labels(tmp_path / "f.jsonl", rows, LabelFormat.JSONL)
    with pytest.raises(FaultyInput) as caught:
        read_labels(tmp_path / "f.jsonl", LabelFormat.JSONL, shown=shown)
    assert [(fault.line, fault.field) for fault in caught.value.faults] == [
        (2, "values.engagement_quote"),
        (4, "item_id"),
    ]


def test_all_bad_lines_are_listed_and_nothing_is_imported(tmp_path: Path, store: LabelStore) -> None:
    file = write_lines(tmp_path / "l.jsonl", line(id="sound-one"), "x", line(id="a" * 9, item_id="r2"), line(id="y"))
    with pytest.raises(FaultyInput) as caught:
        import_labels(store, file, LabelFormat.JSONL)
    assert [fault.line for fault in caught.value.faults] == [2, 4]
    assert store.all_rows() == []


def test_same_label_twice_in_a_file(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "l.jsonl", line(id="label-one"), line(id="label-one"), line(id="label-two"))
    with pytest.raises(FaultyInput) as caught:
        read_labels(file, LabelFormat.JSONL)
    assert [(fault.line, fault.field) for fault in caught.value.faults] == [(2, "id"), (3, "revision")]


def test_labels_that_contradict_the_store(tmp_path: Path, store: LabelStore) -> None:
    here = label("r1", "ana")
    store.add_rows([here])
    other = label("r1", "ana")
    export_labels(tmp_path / "f.jsonl", [here.model_copy(update={"comment": "forged"})], LabelFormat.JSONL)
    export_labels(tmp_path / "g.jsonl", [label("r2", "ana"), other], LabelFormat.JSONL)
    with pytest.raises(FaultyInput, match=r"f\.jsonl:1: id: is in the store already with other content"):
        import_labels(store, tmp_path / "f.jsonl", LabelFormat.JSONL)
    with pytest.raises(FaultyInput, match=rf"g\.jsonl:2: revision: .* another row, {here.id}"):
        import_labels(store, tmp_path / "g.jsonl", LabelFormat.JSONL)
    assert store.all_rows() == [here]


def _cells(change: Callable[[list[list[str]]], Any]) -> bytes:
    rows = [list(COLUMNS), [""] * len(COLUMNS)]
    cells = {
        "id": "label-one",
        "phase": "verdicts",
        "item_id": "r1",
        "rater": "ana",
        "kind": "rater",
        "revision": "1",
        "time": "2026-11-24T09:00:00+00:00",
        "seconds": "1.5",
        "withdrawn": "false",
        "response_type": "helps",
        "engages_with_defeat": "cannot_tell",
        "independent_harm": "false",
    }
    rows[1] = [cells.get(name, "") for name in COLUMNS]
    change(rows)
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def _put(column: str, cell: str) -> Callable[[list[list[str]]], None]:
    return lambda rows: rows[1].__setitem__(COLUMNS.index(column), cell)


BAD_CSV = {
    "no header": (b"", 1, "id", "is missing"),
    "column missing": (_cells(lambda rows: [row.pop(0) for row in rows]), 1, "id", "is missing"),
    "column unknown": (_cells(lambda rows: rows[0].append("x")), 1, "x", "is unknown"),
    "cells missing": (_cells(lambda rows: rows[1].pop()), 2, "", "cells; the header has"),
    "silent answer": (_cells(_put("independent_harm", "")), 2, "values.independent_harm", "Field required"),
    "odd answer": (_cells(_put("independent_harm", "perhaps")), 2, "values.independent_harm", "boolean"),
    "answer of the other phase": (_cells(_put("passes", "true")), 2, "values.passes", "Extra inputs"),
    "odd number": (_cells(_put("revision", "one")), 2, "revision", "integer"),
    "endless": (_cells(_put("seconds", "inf")), 2, "seconds", "number"),
    "odd withdrawn": (_cells(_put("withdrawn", "")), 2, "withdrawn", "true or false"),
    "withdrawn with answers": (_cells(_put("withdrawn", "true")), 2, "withdrawn", "although there are answers"),
    "odd phase": (_cells(_put("phase", "x")), 2, "phase", "cases or verdicts"),
    "latin-1": (_cells(lambda rows: None) + b"\n\xff", 4, "", "is not UTF-8"),
    "open quote": (b'"id', 1, "", "is not CSV"),
}


@pytest.mark.parametrize(("data", "number", "field", "reason"), BAD_CSV.values(), ids=BAD_CSV.keys())
def test_bad_csv_is_named(data: bytes, number: int, field: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes(data)
    with pytest.raises(FaultyInput) as caught:
        read_labels(tmp_path / "l.csv", LabelFormat.CSV)
    found = [(fault.line, fault.field) for fault in caught.value.faults if reason in fault.reason]
    assert (number, field) in found, caught.value


@pytest.mark.parametrize("data", [b"", b"nonsense", b"{}", b"PK\x03\x04 broken", b'{"version": 2}'])
@pytest.mark.parametrize("ending", ["json", "eval"])
def test_broken_log_is_named(data: bytes, ending: str, tmp_path: Path) -> None:
    (tmp_path / f"l.{ending}").write_bytes(data)
    with pytest.raises(FaultyInput, match=r"is not a log of Inspect|holds no label"):
        read_labels(tmp_path / f"l.{ending}", LabelFormat.INSPECT)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    for form in LabelFormat:
        with pytest.raises(UserError, match="cannot be read"):
            read_labels(tmp_path / "none", form)


def test_file_without_labels(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput, match="holds no label"):
        read_labels(write_lines(tmp_path / "l.jsonl", ""), LabelFormat.JSONL)


def test_format_is_told_from_the_name() -> None:
    assert format_of(Path("a.jsonl")) is LabelFormat.JSONL
    assert format_of(Path("a.csv")) is LabelFormat.CSV
    assert format_of(Path("a.json")) is format_of(Path("a.eval")) is LabelFormat.INSPECT
    with pytest.raises(UserError, match="say --format"):
        format_of(Path("a.txt"))
