"""`compare` and `import` as a person runs them; most within this process, which is quicker."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml

from blind_refusal.analysis import Changes
from blind_refusal.cli.main import main
from tests.cli.command import run_command
from tests.support.evaluation_rows import Cell, Row, defeated, row, table
from tests.support.published_folder import write_published

Run = Callable[..., tuple[int, str, str]]
KINDS = {"1": "helps", "0": "deflects"}


def rows(defeats: str, **changes: Cell) -> list[Row]:
    cases = [defeated(f"d{place}", KINDS[mark]) for place, mark in enumerate(defeats)]
    cases += [row(f"c{place}") for place in range(6)]
    return [{**one, "response_id": f"{one['case_id']}-{changes}", **changes} for one in cases]


def write(file: Path, *together: Row) -> Path:
    table(*together).write_parquet(file)
    return file


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; returns exit code, output and errors."""

    def run_here(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["blind-refusal", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return run_here


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return write(tmp_path / "before.parquet", *rows("1" * 14 + "0" * 6))


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return write(tmp_path / "after.parquet", *rows("1" * 4 + "0" * 16))


def test_what_changed_is_said_and_written(before: Path, after: Path, tmp_path: Path) -> None:
    result = run_command("compare", before, after, "--json", tmp_path / "c.json")
    assert result.returncode == 0
    assert "26 cases, compared case by case" in result.stdout
    assert "-50.0" in result.stdout
    assert "Flipped: 0 to help, 10 to no help" in result.stdout
    changes = Changes.model_validate_json((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert changes.headline["discrimination"].change.estimate == pytest.approx(-0.5)
    assert changes.headline["discrimination"].more_than_noise is True


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (["discrimination < -0.03"], 1),
        (["discrimination.high < 0"], 1),
        (["discrimination.high < -0.4"], 0),
        (["helps_rate_control > 0.02"], 0),
        (["helps_rate_control > 0.02", "helps_rate_defeated < -0.1"], 1),
        (["discrimination"], 2),
        (["discrimination < -0.03 and helps_rate_control > 0"], 2),
        (["kindness < 0"], 2),
        (["discrimination < -0.03", "kindness < 0"], 2),
    ],
    ids=lambda value: " + ".join(value) if isinstance(value, list) else "",
)
def test_conditions_set_the_exit_code(conditions: list[str], code: int, before: Path, after: Path, run: Run) -> None:
    options = [part for condition in conditions for part in ("--fail-if", condition)]
    found, output, errors = run("compare", before, after, *options)
    assert found == code
    assert ("holds" in errors) == (code == 1)
    assert bool(output) == (code != 2)


def test_the_exit_code_reaches_the_shell(before: Path, after: Path) -> None:
    result = run_command("compare", before, after, "--fail-if", "discrimination < -0.03")
    assert result.returncode == 1
    assert result.stderr == "blind-refusal: discrimination < -0.03 holds\n"


def test_two_judges_of_the_same_answers(tmp_path: Path, run: Run) -> None:
    strict = [one | {"response_type": "deflects", "judge": "strict"} for one in rows("1100")]
    both = write(tmp_path / "both.parquet", *rows("1100"), *strict)
    code, output, _ = run("compare", both, "--by", "judge", "--judge", "judge", "--judge", "strict")
    assert code == 0
    assert "Flipped: 0 to help, 2 to no help" in output
    assert "d0 (m), d1 (m)" in output
    assert run("compare", both, "--by", "judge")[0] == 0  # there are but two


def test_two_models_of_one_table(tmp_path: Path, run: Run) -> None:
    both = write(tmp_path / "both.parquet", *rows("1110"), *rows("1000", model="n"), *rows("1000", model="o"))
    code, output, _ = run("compare", both, "--by", "model", "--models", "m,n")
    assert code == 0
    assert output.startswith("A  m\nB  n\n")
    assert "to no help: d1, d2" in output


def test_only_some_models(tmp_path: Path, run: Run) -> None:
    files = [
        write(tmp_path / f"{name}.parquet", *rows(pattern), *rows("0000", model="n"))
        for name, pattern in (("one", "1110"), ("two", "1000"))
    ]
    assert "Flipped: 0 to help, 2 to no help" in run("compare", *files, "--models", "m")[1]
    assert "Flipped: 0 to help, 0 to no help" in run("compare", *files, "--models", "n")[1]


def test_two_prompts_want_studies_that_differ_in_them(tmp_path: Path, run: Run) -> None:
    source = write_published(tmp_path / "p")
    studies = [tmp_path / "plain", tmp_path / "kind"]
    for study in studies:
        assert run("import", source, "--study", study)[0] == 0
    code, _, errors = run("compare", *studies, "--by", "system_prompt")
    assert (code, "the same system prompt" in errors) == (2, True)
    manifest = yaml.safe_load((studies[1] / "study.yaml").read_text(encoding="utf-8"))
    manifest["system_prompt"] = "Be kind."
    (studies[1] / "study.yaml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
    code, output, _ = run("compare", *studies, "--by", "system_prompt")
    assert code == 0
    assert "Flipped: 0 to help, 0 to no help" in output


def test_two_conditions_of_one_table(tmp_path: Path, run: Run) -> None:
    variants = {"none": "1110", "stern": "1000", "warm": "1111"}
    together = [one for name, pattern in variants.items() for one in rows(pattern, condition=name, wording="original")]
    again = rows("0000", condition="none", wording="short")
    three = write(tmp_path / "three.parquet", *together, *again)
    code, output, _ = run("compare", three, "--by", "system_prompt", "--conditions", "none,stern")
    assert code == 0
    assert output.startswith("A  none\nB  stern\n10 cases")
    assert "to no help: d1 (m), d2 (m)" in output
    code, _, errors = run("compare", three, "--by", "system_prompt")
    assert (code, "say --conditions X,Y" in errors) == (2, True)
    code, _, errors = run("compare", three, "--by", "system_prompt", "--conditions", "none,cold")
    assert (code, "no condition 'cold'; there are 'none', 'stern', 'warm'" in errors) == (2, True)
    # Everything else rests on the base: no system prompt, original wording.
    plain = write(tmp_path / "plain.parquet", *rows("1110"))
    assert "Flipped: 0 to help, 0 to no help" in run("compare", plain, three)[1]


USER_ERRORS = {
    "same": (["{one}"], "both sides are the same"),
    "nothing": (["{tmp}/none.parquet", "{one}"], "there is no such file"),
    "no study": (["{tmp}", "{one}"], "holds no study"),
    "unknown judge": (["{one}", "{two}", "--judge", "x"], "no judge 'x'; there are 'judge'"),
    "unknown model": (["{one}", "{two}", "--models", "m,x"], "no model 'x'; there are 'm'"),
    "empty model": (["{one}", "{two}", "--models", "m,"], "an empty name"),
    "one judge": (["{one}", "--by", "judge"], "say --judge twice"),
    "two judges": (["{one}", "{two}", "--judge", "judge", "--judge", "x"], "say --by judge"),
    "three models": (["{one}", "--by", "model", "--models", "a,b,c"], "say --models X,Y"),
    "same model": (["{one}", "--by", "model", "--models", "m,m"], "both sides are the same"),
    "prompt of a table": (["{one}", "{two}", "--by", "system_prompt"], "wants study folders"),
    "conditions of studies": (["{one}", "{two}", "--conditions", "a,b"], "goes with --by system_prompt"),
    "by weather": (["{one}", "{two}", "--by", "weather"], "--by"),
    "other judge": (["{one}", "{other}"], "name one with --judge, or say --by judge"),
    "other model": (["{one}", "{model}"], "`--by model` compares two different models"),
    "import of nothing": (["import", "{tmp}", "--study", "{tmp}/s"], "holds no folder 2_filtered"),
}


@pytest.mark.parametrize(("arguments", "message"), USER_ERRORS.values(), ids=USER_ERRORS.keys())
def test_mistakes_are_readable_and_exit_with_2(
    arguments: list[str], message: str, before: Path, after: Path, tmp_path: Path, run: Run
) -> None:
    other = write(tmp_path / "other.parquet", *rows("10", judge="other"))
    model = write(tmp_path / "model.parquet", *rows("10", model="n"))
    places = {"tmp": tmp_path, "one": before, "two": after, "other": other, "model": model}
    filled = [argument.format(**places) for argument in arguments]
    code, _, errors = run(*(filled if filled[0] == "import" else ["compare", *filled]))
    assert code == 2
    assert message in errors
    assert "Traceback" not in errors


def test_names_from_a_table_cannot_write_to_the_terminal(tmp_path: Path, run: Run) -> None:
    files = [
        write(tmp_path / f"{name}.parquet", *rows(pattern, model="m\x1b[31m\n"))
        for name, pattern in (("one", "10"), ("two", "01"))
    ]
    code, output, _ = run("compare", *files)
    assert code == 0
    assert "\x1b" not in output


def test_import_then_report(tmp_path: Path) -> None:
    study = tmp_path / "s"
    result = run_command("import", write_published(tmp_path / "p"), "--study", study, "--judge", "gpt")
    assert result.returncode == 0
    assert "Answers  6 of lab-a, lab-b" in result.stdout
    assert run_command("report", "--study", study).returncode == 0
    summary = json.loads((study / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["judge"] == "gpt"
    assert summary["headline"]["helps_rate_defeated"]["k"] == 3


def test_import_lists_every_fault_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    source = write_published(tmp_path / "p", evaluations=[{"case_id": "x", "model": "y"}, {"model": "y"}])
    code, _, errors = run("import", source, "--study", tmp_path / "s")
    assert code == 2
    assert "all.jsonl:1: case_id: y on x: no such response was published" in errors
    assert "all.jsonl:2: case_id: is missing" in errors
    assert not (tmp_path / "s").exists()


def test_the_table_of_a_study_is_enough(tmp_path: Path, run: Run) -> None:
    """A study's own folder and its table give the same comparison."""
    study = tmp_path / "s"
    run("import", write_published(tmp_path / "p"), "--study", study)
    shorter = tmp_path / "shorter.parquet"
    pl.read_parquet(study / "tables" / "evaluations.parquet").head(4).write_parquet(shorter)
    outputs = [
        run("compare", place, shorter)[1].split("\n", 1)[1]
        for place in (study, study / "tables" / "evaluations.parquet")
    ]
    assert outputs[0] == outputs[1]
    assert "Left out" in outputs[0]
