"""Suites: what ships, what is sent for each configuration, and what is refused."""

from pathlib import Path

import pytest

from blind_refusal.asking import Ledger, ask
from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.subjects import Suite, SuiteModel, read_suite, respond_requests, shipped_suites
from tests.conftest import make_case
from tests.support.local_provider import Body, LocalProvider

STUDY = read_suite("study-2026")


@pytest.fixture
def openrouter(provider: LocalProvider, monkeypatch: pytest.MonkeyPatch) -> LocalProvider:
    """The local server in OpenRouter's place."""
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-test-0123456789")
    monkeypatch.setenv("OPENROUTER_BASE_URL", provider.environment["LOCAL_BASE_URL"])
    return provider


def _sent(models: list[SuiteModel], server: LocalProvider, ledger_file: Path) -> list[Body]:
    requests = [
        one.request for one in respond_requests([make_case("con-club-901")], [m.configuration() for m in models])
    ]
    with Ledger(ledger_file) as ledger:
        ask(requests, ledger)
    return server.requests


def test_every_suite_that_ships_can_be_read() -> None:
    assert {"study-2026", "local-server"} <= set(shipped_suites())
    for name in shipped_suites():
        assert isinstance(read_suite(name), Suite)


def test_study_has_its_18_configurations() -> None:
    assert len(STUDY.models) == 18
    families = {model.family for model in STUDY.models}
    assert families == {"Claude", "GPT", "Gemini", "Qwen", "GLM", "Nemotron", "Grok"}
    assert "Not against OpenRouter" in STUDY.tested


@pytest.mark.parametrize("model", STUDY.models, ids=lambda model: model.label)
def test_what_is_sent_for_a_configuration(model: SuiteModel, openrouter: LocalProvider, tmp_path: Path) -> None:
    (body,) = _sent([model], openrouter, tmp_path / "ledger.sqlite")
    assert f"openrouter/{body['model']}" == model.name
    assert [message["role"] for message in body["messages"]] == ["user"]  # no system prompt
    content = body["messages"][0]["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    assert text == make_case("con-club-901").user_query
    assert body["temperature"] == 0.0
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 8000  # OpenAI has renamed it
    wanted = {"on": {"enabled": True}, "off": {"enabled": False}, "default": None}[model.reasoning]
    assert body.get("reasoning") == wanted


def test_local_server_switches_reasoning_in_the_chat_template(provider: LocalProvider, tmp_path: Path) -> None:
    bodies = _sent(read_suite("local-server").models, provider, tmp_path / "ledger.sqlite")
    thinking = sorted(body["chat_template_kwargs"]["enable_thinking"] for body in bodies)
    assert thinking == [False, True]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("description: x\ntested: y\nmodels: []", "models", id="no_models"),
        pytest.param("description: x\ntested: y\nmodels: [{name: gpt, label: g}]", "models.0.name", id="bad_name"),
        pytest.param(
            "description: x\ntested: y\nmodels: [{name: a/b, label: g}, {name: a/c, label: g}]",
            "labels must be unique; more than once: g",
            id="label_twice",
        ),
        pytest.param(
            "description: x\ntested: y\nmodels: [{name: a/b, label: g, prices: {input: -1, output: 1}}]",
            "models.0.prices.input",
            id="price_below_nothing",
        ),
        pytest.param(
            "description: x\ntested: y\nmodels: [{name: a/b, label: g, colour: red}]", "colour", id="unknown_field"
        ),
    ],
)
def test_faulty_suite_is_refused_with_field_and_reason(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FaultyInput, match=reason):
        read_suite(str(file))


def test_unknown_suite_names_those_that_ship() -> None:
    with pytest.raises(UserError, match="no suite of that name; there are local-server, study-2026"):
        read_suite("mine")
