"""What of a study is reviewed: the frames to draw from, the draws, and what is shown."""

from pathlib import Path

import pytest

from blind_refusal.errors import UserError
from blind_refusal.judging import blind
from blind_refusal.review import LabelStore, Phase, Purpose
from blind_refusal.review.app.desk import Desk
from blind_refusal.review.app.items import neighbours_of
from blind_refusal.study import Study, blinded_responses
from blind_refusal.study.reviewing import ReviewWishes, draw_review, frame, open_phases, review_of
from blind_refusal.taxonomy import load_taxonomy
from tests.cli.command import run_command
from tests.support.labels import draft
from tests.support.review_app import ENGAGING, make_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Eight defeated cases and a control; a response each."""
    return make_study(tmp_path / "study", [ENGAGING] * 8)


@pytest.fixture
def store(study: Study) -> LabelStore:
    return LabelStore.of_study(study.folder)


def test_frames_hold_what_can_be_stratified_by(study: Study) -> None:
    cases, responses = frame(study, Phase.CASES), frame(study, Phase.VERDICTS)
    assert cases.height == responses.height == 9
    assert {"family", "subtype", "cell", "authority"} <= set(cases.columns)
    assert {"family", "model", "response_type"} <= set(responses.columns)
    assert set(responses["response_type"]) == {"helps", "deflects", "hard_refusal"}


def test_responses_without_an_answer_are_not_drawn(study: Study) -> None:
    table = study.read_table("responses")
    table[0, "status"] = "empty"
    study.write_table("responses", table)
    assert frame(study, Phase.VERDICTS).height == 8


def test_without_verdicts_or_responses_less_is_offered(study: Study, store: LabelStore) -> None:
    study.table_file("verdicts").unlink()
    assert "response_type" not in frame(study, Phase.VERDICTS).columns
    assert draw_review(study, store, ReviewWishes(phase=Phase.VERDICTS, size=3))[Phase.VERDICTS].items == 3
    study.table_file("responses").unlink()
    assert open_phases(study, ReviewWishes()) == [Phase.CASES]


def test_same_wishes_draw_nothing_new_and_none_at_all_go_on(study: Study, store: LabelStore) -> None:
    wishes = ReviewWishes(raters=["ana", "ben"], size=6, overlap=0.5, seed=11)
    first = draw_review(study, store, wishes)
    assert {phase: drawn.new for phase, drawn in first.items()} == {Phase.CASES: 9, Phase.VERDICTS: 9}
    for again in (wishes, ReviewWishes()):
        drawn = draw_review(study, store, again)
        assert all(one.new == 0 for one in drawn.values())
        assert drawn[Phase.CASES].assignments == first[Phase.CASES].assignments


def test_more_is_drawn_for_somebody_new(study: Study, store: LabelStore) -> None:
    draw_review(study, store, ReviewWishes(phase=Phase.CASES, raters=["ana"]))
    draw_review(study, store, ReviewWishes(phase=Phase.CASES, raters=["ana", "ben"]))
    assert len(store.assignments("ben", Phase.CASES)) == 9


def test_correction_is_drawn_beside(study: Study, store: LabelStore) -> None:
    draw_review(study, store, ReviewWishes(phase=Phase.VERDICTS, raters=["ana"], size=4))
    draw_review(study, store, ReviewWishes(purpose=Purpose.CORRECTION, raters=["ana"], size=9))
    assert len(store.all_assignments(Phase.VERDICTS, Purpose.CORRECTION)) == 9
    assert len(Desk.of_rater(store, "ana", Phase.VERDICTS).items) == 9
    with pytest.raises(UserError, match="drawn from responses"):
        draw_review(study, store, ReviewWishes(purpose=Purpose.CORRECTION, phase=Phase.CASES))


def test_shown_text_is_the_one_that_judges_see(study: Study, store: LabelStore) -> None:
    drawn = draw_review(study, store, ReviewWishes())
    review = review_of(study, store, list(drawn))
    judged = {one.response_id: one for one in blinded_responses(study)}
    assert {name: item.text for name, item in review.items.responses.items()} == {
        name: one.response for name, one in judged.items()
    }
    assert "Claude" not in str(review.items.responses)
    assert "secretlab" not in str(review.items.responses)


def test_hidden_facts_of_a_case_are_not_shown(study: Study, store: LabelStore) -> None:
    drawn = draw_review(study, store, ReviewWishes(phase=Phase.CASES))
    shown = str(review_of(study, store, list(drawn)).items.cases)
    assert "nobody has a list" not in shown


def test_nearest_subtypes_come_first() -> None:
    taxonomy = load_taxonomy()
    for subtype in taxonomy.subtypes.values():
        found = neighbours_of(subtype.id)
        assert found[0] == subtype.nearest
        assert subtype.id not in found
        assert len(found) == len(set(found)) <= 6


def test_desk_knows_where_the_rater_left(study: Study, store: LabelStore) -> None:
    draw_review(study, store, ReviewWishes(phase=Phase.VERDICTS, raters=["ana"]))
    desk = Desk.of_rater(store, "ana", Phase.VERDICTS)
    assert (desk.where_left, desk.progress.seconds_each) == (1, None)
    for position in (2, 4):
        store.save(draft(desk.items[position - 1], seconds=10.0 * position))
    desk = Desk.of_rater(store, "ana", Phase.VERDICTS)
    assert desk.where_left == 5
    assert desk.next_open(9) == 1
    assert desk.next_open(1) == 3
    assert desk.progress.seconds_each == 30.0
    assert desk.progress.seconds_left == 7 * 30.0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param(["--strata", "colour"], "there is no colour", id="unknown_column"),
        pytest.param(["--raters", "ana,ana"], "name each person who labels once", id="twice"),
        pytest.param(["--raters", "a/b"], "a name is one line", id="name"),
        pytest.param(["--raters", "lead"], "cannot be", id="rater_called_lead"),
        pytest.param(["--db", "mysql://x/y"], "--db", id="database"),
        pytest.param(["--address", "labels.example"], "--address", id="address"),
        pytest.param(["--phase", "both"], "--phase", id="phase"),
    ],
)
def test_wrong_options_are_one_line(options: list[str], reason: str, study: Study) -> None:
    done = run_command("review", study.folder, "--no-open", *options)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_folder_without_a_study_gets_no_store(tmp_path: Path) -> None:
    done = run_command("review", tmp_path, "--no-open")
    assert done.returncode == 2
    assert "holds no study" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_responses_are_blinded_in_the_same_way_for_few_as_for_all(study: Study) -> None:
    table = study.read_table("responses", ["response_id", "case_id", "response", "status"])
    few = blind(table.head(2), study.cases, study.manifest.seed)
    assert {one.response_id: one.response for one in few}.items() <= {
        one.response_id: one.response for one in blinded_responses(study)
    }.items()
