"""Beginning and continuing a study."""

from pathlib import Path

import pytest

from blind_refusal.cases import hash_cases, write_cases
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import configure_judge
from blind_refusal.study import Plan, PlannedJudge, Study, Wishes, judges_of, make_plan
from blind_refusal.study.manifest import DataSetEntry
from blind_refusal.subjects import configure_subject
from tests.conftest import make_case, make_control, write_lines

CASES = [make_case("con-club-901"), make_control("ctl-club-901")]


def _plan(**changes: object) -> Plan:
    fields: dict[str, object] = {
        "data_set": DataSetEntry(name="test", sha256=hash_cases(CASES), cases=2),
        "cases": CASES,
        "sample": "all",
        "seed": 1,
        "epochs": 1,
        "system_prompt": None,
        "models": [configure_subject("openai-api/local/a")],
        "judges": [PlannedJudge(configure_judge("lexical"))],
    }
    return Plan(**{**fields, **changes})  # type: ignore[arg-type]


def test_what_was_begun_is_read_back(tmp_path: Path) -> None:
    Study(tmp_path / "s").begin_or_continue(_plan())
    study = Study(tmp_path / "s")
    assert list(study.cases.values()) == CASES
    assert study.manifest.models[0].configuration() == configure_subject("openai-api/local/a")
    assert [planned.judge.label for planned in judges_of(study)] == ["lexical"]
    assert study.manifest.versions.keys() == {"blind-refusal", "inspect-ai", "python"}


def test_models_and_judges_are_added(tmp_path: Path) -> None:
    Study(tmp_path).begin_or_continue(_plan())
    study_id = Study(tmp_path).manifest.id
    more = _plan(
        models=[configure_subject("openai-api/local/b")], judges=[PlannedJudge(configure_judge("openai-api/local/j"))]
    )
    Study(tmp_path).begin_or_continue(more)
    manifest = Study(tmp_path).manifest
    assert manifest.id == study_id
    assert [entry.label for entry in manifest.models] == ["openai-api/local/a", "openai-api/local/b"]
    assert [(entry.label, entry.kind) for entry in manifest.judges] == [
        ("lexical", "lexical"),
        ("openai-api/local/j", "model"),
    ]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        pytest.param({"sample": "per-cell=1"}, "sample 'all', not 'per-cell=1'", id="sample"),
        pytest.param({"seed": 2}, "seed 1, not 2", id="seed"),
        pytest.param({"epochs": 3}, "epochs 1, not 3", id="epochs"),
        pytest.param({"system_prompt": "Be kind."}, "system prompt None, not 'Be kind.'", id="system_prompt"),
        pytest.param({"cases": CASES[:1]}, "was begun with cases", id="cases"),
    ],
)
def test_another_study_in_the_same_folder_is_refused(changes: dict[str, object], what: str, tmp_path: Path) -> None:
    Study(tmp_path).begin_or_continue(_plan())
    with pytest.raises(UserError, match="was begun with") as caught:
        Study(tmp_path).begin_or_continue(_plan(**changes))
    assert what in str(caught.value)


def test_same_model_with_other_settings_is_refused(tmp_path: Path) -> None:
    Study(tmp_path).begin_or_continue(_plan())
    with pytest.raises(UserError, match="is in the study with other settings"):
        Study(tmp_path).begin_or_continue(_plan(models=[configure_subject("openai-api/local/a", max_tokens=5)]))


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(UserError, match="holds no study"):
        Study(tmp_path).begin_or_continue(_plan())
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_beginning_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    write_cases(tmp_path / "cases.jsonl", CASES[:1])
    Study(tmp_path).begin_or_continue(_plan())
    assert len(Study(tmp_path).cases) == 2


def test_frozen_cases_that_were_changed_are_refused(tmp_path: Path) -> None:
    Study(tmp_path).begin_or_continue(_plan())
    write_cases(tmp_path / "cases.jsonl", CASES[:1])
    with pytest.raises(UserError, match="was changed after the study had begun"):
        _ = Study(tmp_path).cases


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("seed: [", "is not YAML", id="no_yaml"),
        pytest.param("seed: 1\n", "data_set: Field required", id="fields_missing"),
        pytest.param("colour: red\n", "colour: Extra inputs", id="field_unknown"),
    ],
)
def test_broken_manifest_is_named(content: str, reason: str, tmp_path: Path) -> None:
    write_lines(tmp_path / "study.yaml", content)
    with pytest.raises(UserError) as caught:
        _ = Study(tmp_path).manifest
    assert reason in str(caught.value)
    assert str(tmp_path / "study.yaml") in str(caught.value)


def test_no_study_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no study"):
        _ = Study(tmp_path).manifest


def test_defaults_of_a_new_study(tmp_path: Path) -> None:
    plan = make_plan(Study(tmp_path / "new"), Wishes())
    assert [model.name for model in plan.models] == ["embedded/smollm2"]
    assert plan.models[0].generate == {"temperature": 0.0, "max_tokens": 160}
    assert [planned.judge.label for planned in plan.judges] == ["lexical"]
    assert len(plan.cases) == 84
    assert configure_subject("openai/gpt-5.4").generate == {"temperature": 0.0, "max_tokens": 8000}


def test_study_that_was_begun_settles_what_is_left_open(tmp_path: Path) -> None:
    Study(tmp_path).begin_or_continue(_plan(system_prompt="Be kind."))
    plan = make_plan(Study(tmp_path), Wishes(models=["openai-api/local/b"]))
    assert (plan.sample, plan.seed, plan.system_prompt) == ("all", 1, "Be kind.")
    assert [case.id for case in plan.cases] == ["con-club-901", "ctl-club-901"]
    assert plan.judges == []


def test_bad_cases_stop_a_study_before_it_is_begun(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "cases.jsonl", "{}", "[]")
    with pytest.raises(FaultyInput) as caught:
        make_plan(Study(tmp_path / "s"), Wishes(cases=file))
    assert {fault.line for fault in caught.value.faults} == {1, 2}


@pytest.mark.parametrize("name", ["smollm2", "openai/", "/gpt"])
def test_model_name_of_another_form_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="provider/model is wanted"):
        make_plan(Study(tmp_path / "s"), Wishes(models=[name]))
