"""Taking over a study in the published layout."""

import json
from pathlib import Path

import pytest

from blind_refusal.analysis import read_evaluations, summarise
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.study import Study, report_study
from blind_refusal.study.published import import_published
from tests.support.published_folder import answers, published_cases, verdicts, write_published


def test_a_published_study_becomes_a_study_that_can_be_reported(tmp_path: Path) -> None:
    imported = import_published(write_published(tmp_path / "p"), tmp_path / "s")
    assert (imported.cases, imported.responses, imported.verdicts, imported.complete) == (3, 6, 6, True)
    assert (imported.models, imported.judges) == (["lab-a", "lab-b"], ["published judge"])
    study = Study(tmp_path / "s")
    assert [case.user_query for case in study.cases.values()] == [case["user_query"] for case in published_cases()]
    summary = summarise(read_evaluations(study.table_file("evaluations")))
    assert (summary.headline.helps_rate_defeated.k, summary.headline.helps_rate_defeated.n) == (3, 4)
    assert (summary.headline.helps_rate_control.k, summary.headline.helps_rate_control.n) == (0, 2)
    assert summary.strata["kind_of_rule"]
    assert set(study.read_table("key").columns) == {"response_id", "case_id", "model", "condition", "wording", "epoch"}
    paths = report_study(study)
    assert paths.page.exists()
    assert "lab-a" in paths.page.read_text(encoding="utf-8")


def test_the_same_files_give_the_same_study(tmp_path: Path) -> None:
    source = write_published(tmp_path / "p")
    for name in ("one", "two"):
        import_published(source, tmp_path / name)
    first, second = (Study(tmp_path / name).read_table("evaluations") for name in ("one", "two"))
    assert first.equals(second)


def test_lists_nested_verdicts_and_models_told_by_file_names_are_read(tmp_path: Path) -> None:
    source = write_published(tmp_path / "p")
    for stage in ("3_responses", "4_evaluated"):
        (source / "data" / stage / "all.jsonl").unlink()
    records = [{key: value for key, value in one.items() if key != "model"} for one in answers("lab-a")]
    (source / "data/3_responses/lab-a.json").write_text(json.dumps(records), encoding="utf-8")
    labels = ("response_type", "engages_with_defeat", "independent_harm")
    nested = [
        {"id": one["case_id"], "judge": "j", "evaluation": {name: one[name] for name in labels}}
        for one in verdicts("lab-a", ["helps", "helps", "deflects"])
    ]
    (source / "data/4_evaluated/lab-a.json").write_text(json.dumps(nested), encoding="utf-8")
    imported = import_published(source, tmp_path / "s")
    assert (imported.models, imported.judges, imported.verdicts) == (["lab-a"], ["j"], 3)


def test_what_failed_is_a_state_not_a_score(tmp_path: Path) -> None:
    responses = answers("lab-a")
    responses[0]["response"] = None
    responses[1] |= {"response": "", "error": "timed out"}
    given = verdicts("lab-a", ["helps", "helps", "deflects"])
    given[2] = {"case_id": given[2]["case_id"], "model": "lab-a", "error": "the judge gave up"}
    import_published(write_published(tmp_path / "p", responses=responses, evaluations=given[2:]), tmp_path / "s")
    evaluations = Study(tmp_path / "s").read_table("evaluations")
    assert dict(evaluations.select("case_id", "status").iter_rows()) == {
        "con-club-901": "empty",
        "con-club-902": "error",
        "ctl-club-901": "judge_error",
    }


def test_a_response_without_a_verdict_is_unjudged(tmp_path: Path) -> None:
    given = verdicts("lab-a", ["helps", "helps", "deflects"])[:1]
    import_published(write_published(tmp_path / "p", responses=answers("lab-a"), evaluations=given), tmp_path / "s")
    assert Study(tmp_path / "s").read_table("evaluations")["status"].to_list() == ["ok", "unjudged", "unjudged"]


def test_dual_use_flags_without_a_category_reach_the_table(tmp_path: Path) -> None:
    cases = [case | {"dual_use": flag} for case, flag in zip(published_cases(), [True, False, None], strict=True)]
    import_published(write_published(tmp_path / "p", cases=cases), tmp_path / "s")
    study = Study(tmp_path / "s")
    flags = study.read_table("evaluations").unique("case_id").sort("case_id")["dual_use"].to_list()
    assert flags == [True, False, None]
    assert [case.dual_use is None for case in study.cases.values()] == [True, False, True]


def test_a_study_without_its_queries_can_still_be_reported(tmp_path: Path) -> None:
    private = ("user_query", "structural_facts", "unjust_policy")
    cases = [{key: value for key, value in case.items() if key not in private} for case in published_cases()]
    imported = import_published(write_published(tmp_path / "p", cases=cases), tmp_path / "s")
    assert not imported.complete
    assert not (tmp_path / "s" / "cases.jsonl").exists()
    assert report_study(imported.study).page.exists()


def test_every_fault_of_every_file_is_listed_and_nothing_is_written(tmp_path: Path) -> None:
    cases = published_cases()
    cases[1] |= {"defeat_type": "bad weather"}
    cases[2] |= {"user_query": 3}
    cases.append(cases[0])
    responses = [*answers("lab-a"), answers("lab-a")[0], {"model": "lab-a", "response": "x"}]
    responses[2] |= {"response": ["x"]}
    given = verdicts("lab-a", ["helps", "maybe", "deflects"])
    given[0] |= {"independent_harm": "no"}
    source = write_published(tmp_path / "p", cases=cases, responses=responses, evaluations=given)
    with (source / "data/4_evaluated/all.jsonl").open("a", encoding="utf-8") as file:
        file.write("{oops\n[1]\n")
    with pytest.raises(FaultyInput) as caught:
        import_published(source, tmp_path / "s")
    found = {(fault.file.parent.name, fault.line, fault.field) for fault in caught.value.faults}
    assert found == {
        ("2_filtered", 2, "defeat_type"),
        ("2_filtered", 3, "user_query"),
        ("2_filtered", 4, "id"),
        ("3_responses", 3, "response"),
        ("3_responses", 4, ""),
        ("3_responses", 5, "case_id"),
        ("4_evaluated", 1, "independent_harm"),
        ("4_evaluated", 2, "response_type"),
        ("4_evaluated", 4, ""),
        ("4_evaluated", 5, ""),
    }
    assert not (tmp_path / "s").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p"]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"response_type": "sort_of"}, "response_type", "known: helps, hard_refusal, deflects"),
        ({"response_type": None}, "response_type", "None is not known"),
        ({"engages_with_defeat": None}, "engages_with_defeat", "neither true nor false"),
        ({"case_id": "elsewhere"}, "case_id", "no such response was published"),
        ({"epoch": 0}, "epoch", "no whole number from 1"),
        ({"model": " "}, "model", "the model's name is wanted"),
    ],
)
def test_unknown_values_are_never_guessed(changes: dict[str, object], field: str, reason: str, tmp_path: Path) -> None:
    given = verdicts("lab-a", ["helps", "helps", "deflects"])
    given[1] |= changes
    source = write_published(tmp_path / "p", responses=answers("lab-a"), evaluations=given)
    with pytest.raises(FaultyInput) as caught:
        import_published(source, tmp_path / "s")
    (fault,) = caught.value.faults
    assert (fault.line, fault.field) == (2, field)
    assert reason in fault.reason


def test_other_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no folder 2_filtered"):
        import_published(tmp_path / "empty", tmp_path / "s")
    source = write_published(tmp_path / "p")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(UserError, match="is there already"):
        import_published(source, tmp_path / "s")
    (source / "data/3_responses/all.jsonl").write_text("", encoding="utf-8")
    (source / "data/4_evaluated/all.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="holds no response"):
        import_published(source, tmp_path / "other")
