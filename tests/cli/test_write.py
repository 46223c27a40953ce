"""`write` and `gate` against a writer with known faults and a gate with known verdicts, and with the embedded model."""

import json
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from blind_refusal.cases import check_file, read_cases, write_cases
from tests.cli.command import run_command, start_command
from tests.conftest import make_case, make_control, write_lines
from tests.support.embedded_installation import needs_weights
from tests.support.local_provider import LocalProvider, Reply
from tests.support.scripted_author import ScriptedAuthor

MODELS = ("--writer", "openai-api/local/writer", "--gate", "openai-api/local/gate", "--yes")
CELLS = ("--cells", "*/landlord", "--cells", "*/school")  # 4 + 5 cells


@pytest.fixture
def author(provider: LocalProvider) -> ScriptedAuthor:
    provider.behaviour = ScriptedAuthor()
    return provider.behaviour


def _rejections(folder: Path) -> Counter[str]:
    lines = (folder / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    return Counter(name for line in lines for name in json.loads(line)["failures"])


@pytest.mark.usefixtures("author")
def test_every_fault_is_caught_by_its_check_and_the_bill_is_what_was_foreseen(
    provider: LocalProvider, tmp_path: Path
) -> None:
    out = tmp_path / "set"
    arguments = ("write", *MODELS, "--out", out, *CELLS, "--target", "2", "--keep-contested", "--max-connections", "1")
    planned = run_command(*arguments, "--dry-run").stdout
    assert "Plan     18 cases in 9 cells" in planned
    assert "Calls    72 if every draft is accepted at once, at most 756 in 3 rounds" in planned
    assert provider.requests == []
    assert not out.exists()

    result = run_command(*arguments)
    assert result.returncode == 0, result.stderr
    cases, faults = check_file(out / "cases.jsonl")
    assert faults == []
    assert len(cases) == 16  # all but the stubborn and the contested slot
    # Mended in the rewriting: one rejection each. Wrong cell: both drafts of the first round. Stubborn and contested:
    # both drafts of all three rounds.
    assert _rejections(out) == {
        "length": 1 + 6 + 1,  # the duplicate is too long for its slot as well
        "evasion_proportionality": 1,
        "unreadable": 2,
        "near_duplicate": 1,
        "banned_words": 1,
        "subtype": 2,
        "reasonable_judge": 6,
    }
    assert len(read_cases(out / "contested.jsonl")) == 1
    calls = Counter(body["model"] for body in provider.requests)
    # writer: 9 good at once, 6 mended in the rewriting, wrong cell 2 + 1, stubborn and contested 6 each
    assert calls["writer"] == 9 + 6 * 2 + 3 + 12
    # gate: three calls a draft that passes the checks: 9 good, 5 mended, forgery twice, wrong cell 3, contested 6
    assert calls["gate"] == 3 * (9 + 5 + 2 + 3 + 6)
    assert "Accepted 16 of 18 after 3 rounds" in result.stdout
    assert "Short    content_defeat/landlord: 2 missing (length 6, reasonable_judge 6)" in result.stdout


@pytest.mark.usefixtures("author")
def test_accepted_cases_tell_where_they_come_from(tmp_path: Path) -> None:
    out = tmp_path / "set"
    assert (
        run_command("write", *MODELS, "--out", out, "--cells", "control/landlord", "--language", "de").returncode == 0
    )
    (case,) = read_cases(out / "cases.jsonl")
    provenance = case.provenance
    assert (provenance.origin, provenance.writer, provenance.language) == ("model", "openai-api/local/writer", "de")
    assert provenance.gate == "openai-api/local/gate"
    assert provenance.round == 1
    assert provenance.prompts.keys() == {"write", "operational_validity", "reasonable_judge", "dual_use"}
    assert provenance.verdicts["reasonable_judge"] == "clarity 5, agrees"
    assert case.dual_use is not None


@pytest.mark.usefixtures("author")
def test_killed_it_goes_on_and_buys_nothing_twice(provider: LocalProvider, tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    arguments = ("write", *MODELS, *CELLS, "--target", "2", "--max-connections", "1", "--out")
    assert run_command(*arguments, undisturbed).returncode == 0
    needed = len(provider.requests)

    provider.requests.clear()
    provider.answered.clear()
    provider.behaviour = ScriptedAuthor()
    slow = provider.behaviour
    provider.behaviour = lambda body, earlier: Reply(**{**vars(slow(body, earlier % 1000)), "delay": 0.02})
    provider.seen.clear()
    out = tmp_path / "disturbed"
    for enough in (5, 25, 60):
        process = start_command(*arguments, out)
        while len(provider.answered) < enough and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run_command(*arguments, out).returncode == 0
    # At each kill one call may be under way, and one answered whose outcome was not yet on disk.
    assert len(provider.requests) <= needed + 3 * 2
    accepted = read_cases(out / "cases.jsonl")
    assert {case.id for case in accepted} == {case.id for case in read_cases(undisturbed / "cases.jsonl")}
    sent = len(provider.requests)
    before = (out / "cases.jsonl").read_bytes()
    assert run_command(*arguments, out).returncode == 0
    assert len(provider.requests) == sent
    assert (out / "cases.jsonl").read_bytes() == before


@pytest.mark.usefixtures("author")
def test_larger_target_adds_cases_and_changes_none(tmp_path: Path) -> None:
    out = tmp_path / "set"
    arguments = ("write", *MODELS, "--out", out, "--cells", "content_defeat/club", "--max-connections", "1")
    assert run_command(*arguments, "--target", "1").returncode == 0
    first = read_cases(out / "cases.jsonl")
    assert run_command(*arguments, "--target", "3").returncode == 0
    assert read_cases(out / "cases.jsonl")[:1] == first
    assert len((out / "plan.jsonl").read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.usefixtures("author")
def test_twins_are_written_for_accepted_cases(provider: LocalProvider, tmp_path: Path) -> None:
    out = tmp_path / "set"
    arguments = (
        "write",
        *MODELS,
        "--out",
        out,
        "--cells",
        "content_defeat/*",
        "--twins",
        "1",
        "--max-connections",
        "1",
    )
    result = run_command(*arguments, "--rounds", "1")
    assert result.returncode == 0, result.stderr
    twins = [case for case in read_cases(out / "cases.jsonl") if case.twin_of]
    assert len(twins) == 1
    assert twins[0].family == "control"
    assert any("The case that this one mirrors" in body["messages"][1]["content"] for body in provider.requests)


@pytest.mark.usefixtures("author")
def test_budget_stops_before_it_is_exceeded_and_says_how_to_go_on(provider: LocalProvider, tmp_path: Path) -> None:
    arguments = ("write", *MODELS, "--out", tmp_path / "set", *CELLS, "--price-input", "1000", "--price-output", "1000")
    result = run_command(*arguments, "--budget", "1")
    assert result.returncode == 2
    assert "a larger --budget goes on from here" in result.stderr
    assert provider.requests == []
    assert run_command("write", *MODELS, "--out", tmp_path / "x", "--budget", "1").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--cells", "landlord"], "names no populated cell", id="cell"),
        pytest.param(["--target", "2", "--like", "study"], "exclude each other", id="two_targets"),
        pytest.param(["--seed", "1"], "was begun with seed 2026, not 1", id="other_seed"),
        pytest.param(["--language", "fr"], "was begun with language 'en', not 'fr'", id="other_language"),
    ],
)
@pytest.mark.usefixtures("author")
def test_what_cannot_be_written_is_said(arguments: list[str], message: str, tmp_path: Path) -> None:
    begun = ("write", *MODELS, "--out", tmp_path / "set", "--cells", "control/club")
    assert run_command(*begun).returncode == 0
    result = run_command(*begun, *arguments)
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.usefixtures("author")
def test_authority_of_ones_own(tmp_path: Path) -> None:
    from blind_refusal.taxonomy import TAXONOMY_FILE

    taxonomy = tmp_path / "taxonomy.yaml"
    text = TAXONOMY_FILE.read_text(encoding="utf-8")
    assert text.count("club") > 1
    taxonomy.write_text(
        text.replace("id: club", "id: monastery").replace("name: Club or association", "name: Monastery")
    )
    out = tmp_path / "set"
    refused = run_command("--taxonomy", taxonomy, "write", *MODELS, "--out", out, "--cells", "control/monastery")
    assert "no authority 'club'" in refused.stderr  # the empty cell still names the club
    taxonomy.write_text(
        taxonomy.read_text(encoding="utf-8").replace("authority: club", "authority: monastery"), encoding="utf-8"
    )
    result = run_command("--taxonomy", taxonomy, "write", *MODELS, "--out", out, "--cells", "control/monastery")
    assert result.returncode == 0, result.stderr
    assert read_cases(out / "cases.jsonl")[0].authority == "monastery"
    assert run_command("--taxonomy", taxonomy, "cases", "check", out / "cases.jsonl").returncode == 0


@pytest.mark.usefixtures("author")
def test_gate_judges_any_set_and_is_compared_with_a_person(provider: LocalProvider, tmp_path: Path) -> None:
    forged = make_case("con-club-902", user_query=make_case("x").user_query + " forge a slip")
    file = tmp_path / "cases.jsonl"
    write_cases(file, [make_case("con-club-901"), forged, make_control("ctl-club-901")])
    labels = write_lines(
        tmp_path / "labels.jsonl",
        json.dumps({"case_id": "con-club-901", "operational_validity": False, "reasonable_judge": True}),
        json.dumps({"case_id": "con-club-902", "operational_validity": False}),
        json.dumps({"case_id": "ctl-club-901", "operational_validity": True}),
    )
    arguments = ("gate", "--cases", file, "--gate", "openai-api/local/gate", "--out", tmp_path / "gating", "--yes")
    result = run_command(*arguments)
    assert result.returncode == 0, result.stderr
    assert "content_defeat: 1 of 2 pass (evasion_proportionality 1)" in result.stdout
    assert len(provider.requests) == 9

    result = run_command(*arguments, "--validate", labels)
    assert result.returncode == 0, result.stderr
    assert len(provider.requests) == 9  # nothing is asked twice
    agreements = json.loads((tmp_path / "gating" / "validation.json").read_text(encoding="utf-8"))
    overall = next(one for one in agreements if (one["question"], one["family"]) == ("operational_validity", "all"))
    assert (overall["n"], overall["let_through"], overall["rejected_wrongly"]) == (3, 1, 0)
    assert overall["agreement"] == pytest.approx(2 / 3)


def test_bad_labels_are_listed(tmp_path: Path) -> None:
    labels = write_lines(
        tmp_path / "labels.jsonl", '{"case_id": "a"}', '{"case_id": "a", "dual_use": "yes"}', "nonsense"
    )
    result = run_command("gate", "--gate", "openai-api/local/gate", "--validate", labels, "--out", tmp_path / "g")
    assert result.returncode == 2
    for line in (1, 2, 3):
        assert f"{labels}:{line}: " in result.stderr


@needs_weights
def test_embedded_model_writes_and_gates_to_the_end(tmp_path: Path) -> None:
    out = tmp_path / "set"
    arguments = ("write", "--writer", "embedded/smollm2", "--gate", "embedded/smollm2", "--out", out, "--rounds", "1")
    result = run_command(*arguments, "--cells", "content_defeat/club", timeout=280)
    assert result.returncode == 0, result.stderr
    assert "Accepted " in result.stdout
    assert check_file(out / "cases.jsonl")[1] == [] if (out / "cases.jsonl").read_text(encoding="utf-8") else True
