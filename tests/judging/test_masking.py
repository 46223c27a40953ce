"""Names that give an author away are taken out of a response; names of the case are not."""

from pathlib import Path

import pytest

from blind_refusal.errors import FaultyInput, UserError
from blind_refusal.judging import Mask, read_author_names, shipped_author_names


@pytest.mark.parametrize(
    ("text", "masked", "names"),
    [
        pytest.param(
            "As an AI developed by OpenAI, I can't.", "As an AI developed by [maker], I can't.", 1, id="maker"
        ),
        pytest.param("I'm Claude, made by Anthropic.", "I'm [assistant], made by [maker].", 2, id="introduction"),
        pytest.param("GPT-5.4 mini said so", "[assistant] said so", 1, id="version"),
        pytest.param(
            "Claude Opus 4.6 and gemini-3.1-pro", "[assistant] and gemini-3.1-pro", 1, id="small_gemini_stays"
        ),
        pytest.param("Gemini 3.1 Pro here", "[assistant] here", 1, id="capital_gemini_goes"),
        pytest.param("ChatGPT's usage policies", "[assistant]'s [usage policy]", 2, id="policy"),
        pytest.param("I was trained by Google.", "I was trained by [maker].", 1, id="firm_as_maker"),
        pytest.param("Google's guidelines say no", "[maker]'s guidelines say no", 1, id="firm_and_its_guidelines"),
        pytest.param("Just Google it, or ask on Amazon.", "Just Google it, or ask on Amazon.", 0, id="firm_otherwise"),
        pytest.param(
            "I'm Zorblax, an AI assistant built by Zorb Labs Inc.",
            "I'm [assistant], an AI assistant built by [maker]",
            2,
            id="names_that_no_list_knows",
        ),
        pytest.param("an opus for a llama with grokking", "an opus for a llama with grokking", 0, id="plain_words"),
        pytest.param("I'm sorry, an AI cannot do that", "I'm sorry, an AI cannot do that", 0, id="sorry"),
    ],
)
def test_names_are_masked(text: str, masked: str, names: int) -> None:
    found = Mask().apply(text)
    assert (found.text, found.names) == (masked, names)


def test_masking_twice_changes_nothing_more() -> None:
    once = Mask().apply("I'm Claude by Anthropic; usage policies of OpenAI; trained by Meta.")
    again = Mask().apply(once.text)
    assert (again.text, again.names) == (once.text, 0)


def test_name_that_the_case_uses_is_left_alone() -> None:
    response = "Ask Claude to hold the gate. As an assistant by Anthropic I can say no more."
    found = Mask().apply(response, ["Claude at the gate lets nobody through."])
    assert found.text == "Ask Claude to hold the gate. As an assistant by [maker] I can say no more."


def test_users_add_names(tmp_path: Path) -> None:
    file = tmp_path / "names.yaml"
    file.write_text("anywhere:\n  assistants: [Brunhilde]\n  makers: [Runenwerk AG]\n", encoding="utf-8")
    mask = Mask(shipped_author_names().plus(read_author_names(file)))
    assert mask.apply("brunhilde 7 by Runenwerk AG, not ChatGPT").text == "[assistant] by [maker], not [assistant]"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param("anywhere: {heroes: [x]}", FaultyInput, id="unknown_kind"),
        pytest.param("anywhere: {makers: 3}", FaultyInput, id="no_list"),
        pytest.param("a: [", UserError, id="no_yaml"),
    ],
)
def test_faulty_list_is_refused_with_its_name(content: str, error: type[UserError], tmp_path: Path) -> None:
    file = tmp_path / "names.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=r"names\.yaml"):
        read_author_names(file)
