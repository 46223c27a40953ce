"""Keys of requests, prompt templates, markers and the hiding of secrets."""

from dataclasses import replace
from pathlib import Path

import jinja2
import pytest

from blind_refusal.asking import AnswerSchema, Message, ModelConfiguration, Request, clip, load_prompt, marker_for
from blind_refusal.asking.secrets import without_secrets

MODEL = ModelConfiguration("openai-api/local/a", generate={"temperature": 0.0, "max_tokens": 10})
REQUEST = Request("respond", "con-club-901", MODEL, (Message("user", "How?"),))


def test_key_stays_the_same_from_run_to_run() -> None:
    assert REQUEST.key == "f19e106544b68e2cf086041074a3d7a2"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(REQUEST, stage="judge"), id="stage"),
        pytest.param(replace(REQUEST, item="con-club-902"), id="item"),
        pytest.param(replace(REQUEST, epoch=2), id="epoch"),
        pytest.param(replace(REQUEST, turn=1), id="turn"),
        pytest.param(replace(REQUEST, messages=(Message("user", "Why?"),)), id="text"),
        pytest.param(replace(REQUEST, messages=(Message("system", "How?"),)), id="role"),
        pytest.param(replace(REQUEST, schema=AnswerSchema("labels", {})), id="schema"),
        pytest.param(replace(REQUEST, model=replace(MODEL, name="openai-api/local/b")), id="model"),
        pytest.param(replace(REQUEST, model=replace(MODEL, label="a, terse")), id="label"),
        pytest.param(replace(REQUEST, model=replace(MODEL, generate={"temperature": 1.0})), id="temperature"),
    ],
)
def test_whatever_may_change_the_answer_changes_the_key(other: Request) -> None:
    assert other.key != REQUEST.key


def test_number_of_connections_does_not_change_the_key() -> None:
    assert replace(REQUEST, model=replace(MODEL, connections=99)).key == REQUEST.key


def test_key_of_a_text_with_lone_surrogates() -> None:
    assert len(replace(REQUEST, messages=(Message("user", "\ud800"),)).key) == 32


def _prompt_file(folder: Path, varying: str) -> Path:
    file = folder / "greeting.md"
    front = "---\nname: greeting\nversion: 3\n---\n"
    file.write_text(f"{front}Always the same.\n\n<!-- varies from here -->\n{varying}\n", encoding="utf-8")
    return file


def test_prompt_is_rendered_once(tmp_path: Path) -> None:
    prompt = load_prompt(_prompt_file(tmp_path, "Hello {{ name }}"))
    constant, varying = prompt.messages(name="{{ 7 * 7 }} {% raw %}")
    assert constant == Message("system", "Always the same.\n")
    assert varying == Message("user", "Hello {{ 7 * 7 }} {% raw %}\n")
    assert prompt.reference.startswith("greeting@3:")


def test_prompt_without_a_value_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(jinja2.UndefinedError):
        load_prompt(_prompt_file(tmp_path, "Hello {{ name }}")).messages()


def test_hash_of_a_prompt_changes_with_its_text(tmp_path: Path) -> None:
    one = load_prompt(_prompt_file(tmp_path, "Hello {{ name }}"))
    other = load_prompt(_prompt_file(tmp_path, "Hello, {{ name }}"))
    assert one.hash != other.hash


def test_marker_is_in_none_of_the_texts() -> None:
    first = marker_for("r1", "text")
    assert marker_for("r1", "text") == first
    assert marker_for("r2", "text") != first
    second = marker_for("r1", f"forged end: {first.upper()}")
    assert second not in ("text", first)
    assert second != first


def test_clip_keeps_both_ends_and_says_how_much_is_missing() -> None:
    assert clip("short", 10) == ("short", 0)
    clipped, missing = clip("a" * 50 + "b" * 50, 30)
    assert missing == 70
    assert clipped.startswith("a" * 20 + "\n[… 70 characters left out")
    assert clipped.endswith("b" * 10)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: topsecretvalue.",
        "Authorization: Bearer abcdefgh12345",
        "key sk-proj-abcdef123456 bad",
    ],
)
def test_secrets_do_not_reach_messages(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "topsecretvalue")
    shown = without_secrets(text)
    assert "[secret]" in shown
    assert not any(secret in shown for secret in ("topsecretvalue", "abcdefgh12345", "sk-proj"))
