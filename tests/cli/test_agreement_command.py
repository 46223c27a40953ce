"""The commands `agreement` and `labels`, on a study that two people have labelled."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from inspect_ai.log import read_eval_log

from blind_refusal.cases import hash_cases
from blind_refusal.cli.main import main
from blind_refusal.judging import Verdict, VerdictStatus, verdict_table
from blind_refusal.review import LabelKind, LabelStore, Phase, VerdictValues
from blind_refusal.study import Plan, Study
from blind_refusal.study.manifest import DataSetEntry
from blind_refusal.subjects import key_table
from blind_refusal.subjects.respond import RESPONSE_SCHEMA
from tests.cli.command import run_command
from tests.conftest import make_case, make_control, write_lines
from tests.support.labels import assign, case_values, draft, verdict_values

CASES = [
    make_case("con-club-901"),
    make_case("con-club-902"),
    make_control("ctl-club-901"),
    make_control("ctl-club-902"),
]
RESPONSES = ["r1", "r2", "r3", "r4"]
TEXT = "That rule only serves his shop. Walk in **backwards**."


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study with four responses and two judges' verdicts, and nobody's labels."""
    study = Study(tmp_path / "study")
    data_set = DataSetEntry(name="test", sha256=hash_cases(CASES), cases=len(CASES))
    study.begin_or_continue(Plan(data_set, CASES, "all", 1, 1, None, [], []))
    rows = [
        {
            **dict.fromkeys(("input_tokens", "output_tokens"), 1),
            "response_id": response,
            "case_id": case.id,
            "model": "m",
            "epoch": 1,
            "response": TEXT,
            "reasoning": "",
            "status": "ok",
            "stop_reason": "stop",
            "seconds": 1.0,
            "error": "",
        }
        for response, case in zip(RESPONSES, CASES, strict=True)
    ]
    responses = pl.DataFrame(rows, schema=RESPONSE_SCHEMA)
    study.write_table("responses", responses)
    study.write_table("key", key_table(responses))
    verdicts = [
        Verdict(
            response_id=response,
            judge="judge",
            response_type=kind,
            engages_with_defeat=True,
            independent_harm=False,
            status=VerdictStatus.OK,
            rubric="r",
        )
        for response, kind in zip(RESPONSES, ("helps", "helps", "deflects", "deflects"), strict=True)
    ]
    study.write_table("verdicts", verdict_table(verdicts))
    return study


@dataclass
class Result:
    """What a command has come to."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, which has loaded already what each new one would have to load."""

    def run(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["blind-refusal", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run


ENGAGES = verdict_values(response_type="helps", engages_with_defeat=True, engagement_quote="only serves his shop")
PLAIN = verdict_values()
SAID: dict[str, list[VerdictValues]] = {
    "ana": [ENGAGES, ENGAGES, PLAIN, PLAIN],
    "[b]ben": [ENGAGES, PLAIN, PLAIN, PLAIN],
}


def label_responses(store: LabelStore) -> None:
    assign(store, RESPONSES, SAID)
    for rater, values in SAID.items():
        for response, own in zip(RESPONSES, values, strict=True):
            store.save(draft(response, rater, values=own))


def label_cases(store: LabelStore) -> None:
    names = [case.id for case in CASES]
    assign(store, names, ["ana"], Phase.CASES)
    for name in names:
        store.save(draft(name, phase=Phase.CASES, values=case_values()))


def test_agreement_is_printed_and_written(study: Study, tmp_path: Path) -> None:
    with LabelStore.of_study(study.folder) as store:
        label_responses(store)
        label_cases(store)
    out = tmp_path / "agreement.json"
    result = run_command("agreement", study.folder, "--json", out)
    assert result.returncode == 0, result.stderr
    assert "Labels of verdicts: [b]ben 4, ana 4" in result.stdout
    assert "Labels of cases: ana 4" in result.stdout
    assert "To adjudicate (1): r2" in result.stdout
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found.keys() == {"cases", "verdicts"}
    pair = next(one for one in found["verdicts"]["raters"] if one["question"] == "response_type" and not one["family"])
    # Observed 3/4; helps 1/4 and 2/4: chance 1/8 + 3/8 = 1/2. kappa 1/2.
    assert pair["raters"] == ["[b]ben", "ana"]
    assert pair["coefficients"]["kappa"]["estimate"] == 0.5
    shown = " ".join(next(line for line in result.stdout.splitlines() if line.startswith("Response type")).split())
    assert shown.startswith("Response type 4 0.75 (0.30–0.95) 0.50 (")
    predictive = next(one for one in found["verdicts"]["predictive"] if one["question"] == "engages_with_defeat")
    assert (predictive["positive"]["k"], predictive["positive"]["n"]) == (1, 3)
    assert {one["family"] for one in found["verdicts"]["raters"]} == {None, "content_defeat", "control"}


def test_one_phase_alone(study: Study, run: Run) -> None:
    with LabelStore.of_study(study.folder) as store:
        label_responses(store)
    result = run("agreement", study.folder, "--phase", "verdicts")
    assert "Labels of verdicts" in result.stdout
    assert run("agreement", study.folder, "--phase", "cases").returncode == 2


def test_adjudication_settles(study: Study, run: Run) -> None:
    with LabelStore.of_study(study.folder) as store:
        label_responses(store)
        store.add_rater("lena", "lead")
        store.save(draft("r2", "lena", kind=LabelKind.ADJUDICATION, values=PLAIN))
    result = run("agreement", study.folder)
    assert result.returncode == 0
    assert "To adjudicate" not in result.stdout


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_labels_go_from_study_to_study(ending: str, study: Study, tmp_path: Path, run: Run) -> None:
    file = tmp_path / f"labels.{ending}"
    with LabelStore.of_study(study.folder) as store:
        label_responses(store)
        store.undo("undo-label", "ana", Phase.VERDICTS, "r1")
        rows = store.all_rows()
    assert run("labels", "export", study.folder, file).stdout == f"{file}: 9 labels\n"
    db = f"sqlite:///{tmp_path / 'other.sqlite'}"
    first = run("labels", "import", study.folder, file, "--db", db)
    assert first.stdout == f"{file}: 9 labels added, 0 were here already\n", first.stderr
    again = run("labels", "import", study.folder, file, "--db", db)
    assert again.stdout == f"{file}: 0 labels added, 9 were here already\n"
    with LabelStore(db) as other:
        assert other.all_rows() == rows
    current = run("labels", "export", study.folder, file, "--current", "--phase", "verdicts")
    assert current.stdout == f"{file}: 7 labels\n"


def test_inspect_reads_what_is_exported(study: Study, tmp_path: Path, run: Run) -> None:
    with LabelStore.of_study(study.folder) as store:
        label_responses(store)
        label_cases(store)
    file = tmp_path / "labels.json"
    result = run("labels", "export", study.folder, file)
    assert result.returncode == 2
    assert "say --phase cases or --phase verdicts" in result.stderr
    assert run("labels", "export", study.folder, file, "--phase", "verdicts").returncode == 0
    samples = read_eval_log(str(file)).samples
    assert samples is not None
    assert {sample.id: (sample.input, sorted(sample.scores or {})) for sample in samples} == {
        response: (TEXT, ["[b]ben", "ana"]) for response in RESPONSES
    }


def test_csv_is_harmless(study: Study, tmp_path: Path, run: Run) -> None:
    with LabelStore.of_study(study.folder) as store:
        assign(store, RESPONSES, ["ana"])
        store.save(draft("r1", comment="=HYPERLINK(1)"))
    run("labels", "export", study.folder, tmp_path / "l.csv")
    with (tmp_path / "l.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["comment"] == "'=HYPERLINK(1)"


def test_faulty_import_names_every_line_and_makes_no_store(study: Study, tmp_path: Path, run: Run) -> None:
    content = {
        **draft("r1", values=ENGAGES.model_copy(update={"engagement_quote": "never said"})).model_dump(mode="json"),
        "time": "2026-11-24T09:00:00Z",
        "revision": 1,
        "restores": None,
    }
    lines = [json.dumps(content), "nonsense", json.dumps({**content, "id": "another-id", "item_id": "r9"})]
    file = write_lines(tmp_path / "l.jsonl", *lines)
    result = run("labels", "import", study.folder, file)
    assert result.returncode == 2
    assert f"{file}:1: values.engagement_quote: is not in the shown text" in result.stderr
    assert f"{file}:2: is not JSON" in result.stderr
    assert f"{file}:3: item_id: 'r9' is not an item of this study" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (study.folder / "labels.sqlite").exists()


USER_ERRORS = {
    "no study": (["agreement", "{tmp}/none"], "holds no study"),
    "no labels": (["agreement", "{study}"], "holds no labels yet"),
    "nothing to export": (["labels", "export", "{study}", "{tmp}/l.csv"], "holds no labels yet"),
    "no file": (["labels", "import", "{study}", "{tmp}/none.csv"], "cannot be read"),
    "unknown format": (["labels", "export", "{study}", "{tmp}/l.xlsx"], "say --format"),
    "no server": (["agreement", "{study}", "--db", "postgresql+psycopg://a:pw@127.0.0.1:9/x"], "cannot be reached"),
    "no url": (["agreement", "{study}", "--db", "labels"], "is not the URL of a database"),
}


@pytest.mark.parametrize(("arguments", "message"), USER_ERRORS.values(), ids=USER_ERRORS.keys())
def test_users_mistakes(arguments: list[str], message: str, study: Study, tmp_path: Path, run: Run) -> None:
    result = run(*(argument.format(tmp=tmp_path, study=study.folder) for argument in arguments))
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert "pw@" not in result.stderr
    assert not (study.folder / "labels.sqlite").exists()


@pytest.mark.parametrize(
    "arguments", [["agreement"], ["labels"], ["labels", "export"], ["labels", "import"]], ids=" ".join
)
def test_help_is_there(arguments: list[str], run: Run) -> None:
    result = run(*arguments, "--help")
    assert result.returncode == 0
    assert "--help" in result.stdout
