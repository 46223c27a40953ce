"""The embedded model, really asked through Inspect."""

import asyncio
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from inspect_ai.model import ChatMessageUser, GenerateConfig, Model, ResponseSchema, get_model
from inspect_ai.util import JSONSchema

from blind_refusal.asking.embedded import EmbeddedAPI, EmbeddedModelError
from blind_refusal.asking.embedded_server import start_server
from tests.support.embedded_installation import needs_weights


@pytest.fixture
def model() -> Model:
    return get_model("embedded/smollm2", memoize=False)


@pytest.fixture
def model_with_one_slot() -> Model:
    return get_model("embedded/smollm2", memoize=False, slots=1)


@needs_weights
class TestAnswering:
    async def test_answers_with_usage_through_inspect(self, model: Model) -> None:
        output = await model.generate("Why do people follow rules?", config=GenerateConfig(max_tokens=20))

        assert str(model) == "embedded/smollm2"
        assert output.model == "smollm2"
        assert len(output.completion.split()) > 5
        assert output.stop_reason == "max_tokens"
        assert output.usage is not None
        assert output.usage.output_tokens == 20
        assert output.usage.input_tokens > 6
        assert output.usage.total_tokens == output.usage.input_tokens + 20

    async def test_stops_by_itself_when_it_is_done(self, model: Model) -> None:
        output = await model.generate("Hello!")

        assert output.stop_reason == "stop"
        assert output.completion

    async def test_answers_more_prompts_than_it_has_slots(self, model: Model) -> None:
        config = GenerateConfig(max_tokens=12, max_connections=8)
        outputs = await asyncio.gather(
            *(model.generate(f"Name {number} reasons to keep a promise.", config=config) for number in range(2, 10))
        )

        assert len(outputs) == 8
        assert all(output.completion.strip() for output in outputs)
        assert all(output.error is None for output in outputs)

    async def test_one_slot_repeats_itself_whatever_was_asked_between(self, model_with_one_slot: Model) -> None:
        config = GenerateConfig(max_tokens=40)
        beginning = "Somebody has to follow a rule that nobody explains to them. "
        first = await model_with_one_slot.generate(f"{beginning}Should they follow it?", config=config)
        await model_with_one_slot.generate(f"{beginning}May they ask for the reason?", config=config)
        again = await model_with_one_slot.generate(f"{beginning}Should they follow it?", config=config)

        assert again.completion == first.completion
        assert again.usage is not None
        assert not again.usage.input_tokens_cache_read

    async def test_reuses_a_common_beginning_only_when_asked_to(self, model_with_one_slot: Model) -> None:
        config = GenerateConfig(max_tokens=2, cache_prompt=True)
        beginning = "Promises should be kept. " * 20
        await model_with_one_slot.generate(f"{beginning}Is that so?", config=config)
        output = await model_with_one_slot.generate(f"{beginning}Why?", config=config)

        assert output.usage is not None
        assert (output.usage.input_tokens_cache_read or 0) > 80

    async def test_prompt_longer_than_the_context_is_an_error_not_an_answer(self, model: Model) -> None:
        output = await model.generate("word " * 9000)

        assert output.stop_reason == "model_length"
        assert output.completion == ""
        assert output.error is not None
        assert "takes 8192" in output.error

    async def test_other_bad_requests_are_raised_at_once(self, model: Model) -> None:
        config = GenerateConfig(extra_body={"grammar": "root ::= ["}, max_tokens=2)

        with pytest.raises(RuntimeError, match="400"):
            await model.generate("Hello!", config=config)

    async def test_counts_tokens_with_its_own_tokenizer(self, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
        def fetch(name: str) -> None:
            raise AssertionError(f"wants to fetch the tokenizer {name}")

        monkeypatch.setattr("tiktoken.get_encoding", fetch)

        assert await model.count_tokens("Hello there world") == 3
        assert await model.api.tokenize("Hello there world") == [19556, 665, 905]
        assert await model.count_tokens([ChatMessageUser(content="Hello there world")]) >= 3

    def test_serves_one_event_loop_after_another(self, model: Model) -> None:
        config = GenerateConfig(max_tokens=2)
        texts = [asyncio.run(model.generate("Hello!", config=config)).completion for _ in range(2)]

        assert texts[0] == texts[1] != ""


_SCHEMA = {
    "type": "object",
    "properties": {
        "verdict": {"type": "string", "enum": ["follow", "break"]},
        "confidence": {"type": "integer", "minimum": 1, "maximum": 5},
        "reason": {"type": "string", "maxLength": 30},
    },
    "required": ["verdict", "confidence", "reason"],
    "additionalProperties": False,
}


@needs_weights
class TestSchema:
    async def test_constrained_answers_hold_to_the_schema(self, model: Model) -> None:
        schema = ResponseSchema(name="verdict", json_schema=JSONSchema.model_validate(_SCHEMA), strict=True)
        config = GenerateConfig(response_schema=schema)
        rules = ("no hats", "no guests", "no questions", "no music")
        outputs = await asyncio.gather(*(model.generate(f"Judge the rule: {rule}.", config=config) for rule in rules))

        for output in outputs:
            answer = json.loads(output.completion)
            assert set(answer) == {"verdict", "confidence", "reason"}
            assert answer["verdict"] in {"follow", "break"}
            assert 1 <= answer["confidence"] <= 5
            assert len(answer["reason"]) <= 30


@needs_weights
class TestDefaults:
    @pytest.mark.parametrize(
        ("config", "temperature", "cache_prompt"),
        [
            pytest.param(GenerateConfig(), 0, False, id="nothing-given"),
            pytest.param(GenerateConfig(temperature=0.7, cache_prompt=True), 0.7, True, id="given"),
            pytest.param(GenerateConfig(cache_prompt="auto"), 0, False, id="auto-is-off"),
            pytest.param(GenerateConfig(extra_body={"cache_prompt": True}), 0, True, id="body-wins"),
        ],
    )
    def test_request(self, model: Model, config: GenerateConfig, temperature: float, cache_prompt: bool) -> None:
        assert isinstance(model.api, EmbeddedAPI)
        params = model.api.completion_params(config, tools=False)

        assert params["temperature"] == temperature
        assert params["extra_body"]["cache_prompt"] is cache_prompt

    def test_limits(self, model: Model, model_with_one_slot: Model) -> None:
        assert model.api.max_tokens() == 160
        assert model.api.max_connections() == 4
        assert model_with_one_slot.api.max_connections() == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "arguments", "message"),
        [
            pytest.param("embedded/gpt-2", {}, "'gpt-2': there is only embedded/smollm2", id="other-name"),
            pytest.param("embedded/smollm2", {"slot": 2}, "no argument 'slot': there is only 'slots'", id="argument"),
            pytest.param("embedded/smollm2", {"slots": 0}, "from 1 to 32, not 0", id="no-slots"),
            pytest.param("embedded/smollm2", {"slots": "two"}, "from 1 to 32, not 'two'", id="slots-not-a-number"),
            pytest.param("embedded/smollm2", {"base_url": "http://localhost"}, "has no base URL", id="base-url"),
        ],
    )
    def test_says_what_there_is(self, name: str, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(EmbeddedModelError, match=message) as caught:
            get_model(name, memoize=False, **arguments)

        assert "\n" not in str(caught.value)

    @needs_weights
    @pytest.mark.parametrize("key", [None, "guessed"])
    def test_server_answers_nobody_else(self, key: str | None) -> None:
        place = urlsplit(start_server(1).address)
        connection = HTTPConnection("127.0.0.1", place.port, timeout=10)
        connection.request("POST", "/v1/chat/completions", "{}", {"Authorization": f"Bearer {key}"} if key else {})

        assert place.hostname == "127.0.0.1"
        assert connection.getresponse().status == 401
