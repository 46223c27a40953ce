"""The store of labels: what is saved is kept, nothing is overwritten, and raters do not meet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from blind_refusal.errors import UserError
from blind_refusal.review import LabelKind, LabelStore, Phase, RefusedSaveError
from blind_refusal.review.tables import LABELS
from tests.support.labels import assign, case_values, draft, label, verdict_values

VERDICTS = Phase.VERDICTS


def test_saved_label_is_there_after_the_store_is_opened_again(store_url: str) -> None:
    before = datetime.now(UTC)
    with LabelStore(store_url) as store:
        assign(store, ["r1"], ["ana"])
        wanted = draft("r1", comment="Zwölf „Worte“\nin zwei Zeilen", values=verdict_values(response_type=None))
        saved = store.save(wanted)
    with LabelStore(store_url) as store:
        found = store.label("ana", VERDICTS, "r1")
    assert found == saved
    assert saved.same_content(wanted)
    assert (saved.revision, saved.restores, saved.withdrawn, saved.seconds) == (1, None, False, 12.5)
    assert before <= saved.time <= datetime.now(UTC)


def test_every_change_is_a_new_row(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    for kind in ("helps", "deflects", "hard_refusal"):
        store.save(draft("r1", values=verdict_values(response_type=kind)))
    history = store.history("ana", VERDICTS, "r1")
    assert [(row.revision, row.values.response_type) for row in history if row.values] == [  # type: ignore[union-attr]
        (1, "helps"),
        (2, "deflects"),
        (3, "hard_refusal"),
    ]
    assert store.label("ana", VERDICTS, "r1") == history[-1]
    assert store.labels("ana", VERDICTS) == {"r1": history[-1]}
    assert store.all_rows() == history
    assert store.all_labels() == history[-1:]


@pytest.mark.parametrize("deed", [update(LABELS).values(comment="forged"), delete(LABELS)], ids=["update", "delete"])
def test_database_itself_refuses_to_change_labels(deed: object, store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    saved = store.save(draft("r1"))
    with pytest.raises(DBAPIError, match="only ever added"), store.database.engine.begin() as connection:
        connection.execute(deed)  # type: ignore[call-overload]
    assert store.all_rows() == [saved]


def test_same_save_sent_twice_counts_once(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    wanted = draft("r1")
    first = store.save(wanted)
    later = store.save(draft("r1", values=verdict_values(response_type="helps")))
    assert store.save(wanted.model_copy(update={"seconds": 99.0})) == first
    assert store.all_rows() == [first, later]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"values": verdict_values(response_type="helps")}, id="other answers"),
        pytest.param({"comment": "x"}, id="other comment"),
        pytest.param({"item_id": "r2"}, id="other item"),
        pytest.param({"rater": "ben"}, id="other rater"),
        pytest.param({"values": None}, id="taken back"),
    ],
)
def test_id_is_not_used_for_two_answers(change: dict[str, object], store: LabelStore) -> None:
    assign(store, ["r1", "r2"], ["ana", "ben"])
    saved = store.save(draft("r1", id="the-same-id"))
    with pytest.raises(RefusedSaveError, match="used for another answer"):
        store.save(saved_again := draft("r1", id="the-same-id").model_copy(update=change))
    assert store.all_rows() == [saved], saved_again


def test_raters_do_not_meet(store: LabelStore) -> None:
    assign(store, ["r1", "r2"], ["ana", "ben"])
    hers = store.save(draft("r1", "ana"))
    his = store.save(draft("r1", "ben", values=verdict_values(response_type="helps")))
    assert store.labels("ana", VERDICTS) == {"r1": hers}
    assert store.label("ben", VERDICTS, "r1") == his
    assert store.history("ana", VERDICTS, "r1") == [hers]
    store.undo("undo-of-ben", "ben", VERDICTS, "r1")
    assert store.label("ana", VERDICTS, "r1") == hers
    assert store.label("ben", VERDICTS, "r1") is None


def test_phases_do_not_meet(store: LabelStore) -> None:
    assign(store, ["x1"], ["ana"])
    assign(store, ["x1"], ["ana"], Phase.CASES)
    store.save(draft("x1"))
    assert store.labels("ana", Phase.CASES) == {}
    on_case = store.save(draft("x1", phase=Phase.CASES, values=case_values(passes=None)))
    assert store.labels("ana", Phase.CASES) == {"x1": on_case}
    assert on_case.revision == 1


def test_only_own_items_can_be_labelled(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    store.add_rater("ben")
    store.add_rater("lena", "lead")
    for wrong in (draft("r1", "ben"), draft("r2", "ana"), draft("r1", "nobody"), draft("r1", "lena")):
        with pytest.raises(RefusedSaveError):
            store.save(wrong)
    assert store.all_rows() == []


def test_adjudication_is_the_leads_and_apart_from_raters(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    store.add_rater("lena", "lead")
    store.add_rater("otto", "lead")
    hers = store.save(draft("r1", "ana"))
    with pytest.raises(RefusedSaveError, match="not a lead"):
        store.save(draft("r1", "ana", kind=LabelKind.ADJUDICATION))
    store.save(draft("r1", "lena", kind=LabelKind.ADJUDICATION))
    newest = store.save(draft("r1", "otto", kind=LabelKind.ADJUDICATION, values=verdict_values(independent_harm=True)))
    assert store.adjudications(VERDICTS) == {"r1": newest}
    assert store.labels("ana", VERDICTS) == {"r1": hers}
    assert len(store.all_labels(VERDICTS)) == 3


def test_undo_goes_back_step_by_step(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    helps, hard = verdict_values(response_type="helps"), verdict_values(response_type="hard_refusal")
    store.save(draft("r1", values=helps, comment="first"))
    store.save(draft("r1", values=hard, comment="second"))
    back = store.undo("undo-one", "ana", VERDICTS, "r1")
    assert (back.values, back.comment, back.revision, back.restores) == (helps, "first", 3, 1)
    assert store.undo("undo-one", "ana", VERDICTS, "r1") == back
    nothing = store.undo("undo-two", "ana", VERDICTS, "r1")
    assert (nothing.withdrawn, nothing.revision, nothing.restores) == (True, 4, 0)
    assert store.label("ana", VERDICTS, "r1") is None
    with pytest.raises(RefusedSaveError, match="nothing to undo"):
        store.undo("undo-three", "ana", VERDICTS, "r1")
    store.save(draft("r1", values=hard))
    assert store.undo("undo-four", "ana", VERDICTS, "r1").withdrawn
    assert len(store.history("ana", VERDICTS, "r1")) == 6


def test_what_was_taken_back_comes_back(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    said = store.save(draft("r1", comment="kept"))
    store.save(draft("r1", values=None))
    assert store.labels("ana", VERDICTS) == {}
    again = store.undo("undo-withdrawal", "ana", VERDICTS, "r1")
    assert (again.values, again.comment, again.restores) == (said.values, "kept", 1)


def test_id_of_a_save_is_not_that_of_an_undo(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    saved = store.save(draft("r1"))
    with pytest.raises(RefusedSaveError, match="another answer"):
        store.undo(saved.id, "ana", VERDICTS, "r1")


def test_raters_are_added_once(store: LabelStore) -> None:
    assert store.add_rater(" ana ").name == "ana"
    store.add_rater("ana")
    store.add_rater("lena", "lead")
    assert [rater.name for rater in store.raters()] == ["ana"]
    assert [(rater.name, rater.role) for rater in store.raters(None)] == [("ana", "rater"), ("lena", "lead")]
    with pytest.raises(UserError, match="is a rater here"):
        store.add_rater("ana", "lead")


@pytest.mark.parametrize("name", ["", "  ", "a,b", "a\nb", "a/b", "x" * 81, "\x00", "ana\u202e", "\u200b"])
def test_names_that_cannot_be(name: str, tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store, pytest.raises(UserError, match="a name is one line"):
        store.add_rater(name)


def test_rows_from_elsewhere_are_taken_over_once(store: LabelStore) -> None:
    first = label("r1", "ana", revision=3)
    ruling = label("r1", "lena", kind=LabelKind.ADJUDICATION)
    assert store.add_rows([first, ruling]) == 2
    assert store.add_rows([first, ruling, label("r2", "ana")]) == 1
    assert store.label("ana", VERDICTS, "r1") == first
    assert [(rater.name, rater.role) for rater in store.raters(None)] == [("ana", "rater"), ("lena", "lead")]


def test_rows_that_contradict_are_refused_and_nothing_is_added(store: LabelStore) -> None:
    here = label("r1", "ana")
    store.add_rows([here])
    other_content = here.model_copy(update={"comment": "changed"})
    other_row = label("r1", "ana", revision=1)
    for contradiction in (other_content, other_row):
        with pytest.raises(RefusedSaveError, match="here already"):
            store.add_rows([label("r9", "ben"), contradiction])
    assert store.all_rows() == [here]


def test_nul_and_other_odd_characters_are_kept_in_quotes(store: LabelStore) -> None:
    assign(store, ["r1"], ["ana"])
    values = verdict_values(engages_with_defeat=True, engagement_quote="a\x00b\u202ec\U0001f600 \"'\\")
    store.save(draft("r1", values=values))
    found = store.label("ana", VERDICTS, "r1")
    assert found is not None
    assert found.values == values


def test_sessions(store: LabelStore) -> None:
    store.add_rater("ana")
    store.add_rater("lena", "lead")
    sessions = store.sessions
    old, link = sessions.new_link("ana"), sessions.new_link("ana")
    assert sessions.redeem(old) is None
    cookie = sessions.redeem(link)
    assert cookie is not None
    assert sessions.redeem(link) is None
    whose = sessions.whose(cookie)
    assert whose is not None
    assert (whose.name, whose.role) == ("ana", "rater")
    for token in (link, old, "", "x" * 5000, "\udc80", "' or 1=1 --"):
        assert sessions.whose(token) is None
    assert sessions.redeem(cookie) is None
    sessions.end("ana")
    assert sessions.whose(cookie) is None
    with pytest.raises(UserError, match="not known"):
        sessions.new_link("nobody")


def test_store_holds_no_token(tmp_path: Path) -> None:
    with LabelStore.of_study(tmp_path) as store:
        store.add_rater("ana")
        link = store.sessions.new_link("ana")
        cookie = store.sessions.redeem(link)
        assert cookie is not None
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"ana" in content
    assert link.encode() not in content
    assert cookie.encode() not in content
