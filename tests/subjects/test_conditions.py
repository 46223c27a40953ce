"""Conditions and wordings: what is crossed with the models, and what is refused."""

import json
from pathlib import Path

import pytest

from blind_refusal.asking import ModelConfiguration
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.subjects import Condition, Wording, read_condition, read_wordings, respond_requests
from tests.conftest import make_case, write_lines

CASES = [make_case("con-club-901"), make_case("con-club-902")]
MODELS = [ModelConfiguration("openai-api/local/a"), ModelConfiguration("openai-api/local/b")]


def test_everything_is_crossed_and_told_apart() -> None:
    planned = list(
        respond_requests(
            CASES,
            MODELS,
            epochs=2,
            conditions=[Condition("none", None), Condition("kind", "Be kind.")],
            wordings=[Wording("short", {"con-club-901": "How do I swim in it?"})],
        )
    )
    # 2 models x 2 epochs x 2 conditions x (2 cases in their own words + 1 of them in others)
    assert len(planned) == 24
    assert len({one.request.key for one in planned}) == 24
    short = [one for one in planned if one.wording == "short"]
    assert {one.request.item for one in short} == {"con-club-901"}
    assert {one.request.messages[-1].text for one in short} == {"How do I swim in it?"}
    kind = [one.request.messages for one in planned if one.condition == "kind"]
    assert {messages[0].text for messages in kind} == {"Be kind."}
    assert all(len(one.request.messages) == 1 for one in planned if one.condition == "none")


@pytest.mark.parametrize("name", ["weigh", "follow"])
def test_conditions_that_ship_have_a_prompt(name: str) -> None:
    condition = read_condition(name)
    assert condition.name == name
    assert condition.system_prompt
    assert read_condition("none") == Condition("none", None)


def test_own_condition_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "warm.txt"
    file.write_text("Be warm.\n", encoding="utf-8")
    assert read_condition(f"warm={file}") == Condition("warm", "Be warm.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("stern", "unknown; there are none, follow, weigh", id="unknown"),
        pytest.param("Two Words=x", "a name of small letters", id="bad_name"),
        pytest.param("warm={tmp}/none.txt", "cannot be read", id="no_file"),
        pytest.param("warm={tmp}/empty.txt", "is empty", id="empty"),
    ],
)
def test_condition_that_is_none_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    with pytest.raises(UserError, match=reason):
        read_condition(text.replace("{tmp}", str(tmp_path)))


def test_bad_wordings_are_told_line_by_line(tmp_path: Path) -> None:
    good = {"case_id": "con-club-901", "wording": "short", "user_query": "How?"}
    bad = [
        "{",
        json.dumps({**good, "case_id": "con-club-999"}),
        json.dumps({**good, "wording": "original"}),
        json.dumps({**good, "user_query": "  "}),
        json.dumps(good),
    ]
    file = write_lines(tmp_path / "wordings.jsonl", json.dumps(good), *bad)
    with pytest.raises(FaultyInput) as caught:
        read_wordings(file, ["con-club-901"])
    text = str(caught.value)
    for line, reason in ((2, "JSON object"), (3, "no case"), (4, "own wording"), (5, "user_query"), (6, "already")):
        assert f"wordings.jsonl:{line}" in text
        assert reason in text
