"""The corpus of hostile responses: whatever one holds, the judge's prompt keeps its structure."""

from collections import Counter

import pytest

from blind_refusal.asking import ModelConfiguration
from blind_refusal.judging import LONGEST_RESPONSE, first_request
from blind_refusal.judging.hostile import Attack, attacked, hostile_corpus
from blind_refusal.judging.reasoning import reasoning_request

JUDGE = ModelConfiguration("openai-api/local/judge")
PLAIN = first_request(JUDGE, attacked("I can't help with that.", "plain"))


def test_corpus_is_large_and_varied() -> None:
    corpus = hostile_corpus()
    assert len(corpus) >= 60
    assert len({attack.id for attack in corpus}) == len({attack.response for attack in corpus}) == len(corpus)
    kinds = Counter(attack.kind for attack in corpus)
    assert kinds["languages"] >= 10
    assert kinds["encodings"] >= 10
    assert {"verdicts", "markers", "templates", "sizes", "control_characters"} <= set(kinds)


@pytest.mark.parametrize("attack", hostile_corpus(), ids=lambda attack: attack.id)
def test_hostile_response_stays_between_its_markers(attack: Attack) -> None:
    system, user = first_request(JUDGE, attacked(attack.response, "hostile")).messages
    assert system == PLAIN.messages[0]
    begin, end = _borders(user.text, "reply")
    assert user.text.count(begin) == user.text.count(end) == 1
    shown = user.text[user.text.index(begin) + len(begin) : user.text.index(end)]
    if len(attack.response) <= LONGEST_RESPONSE:
        assert shown == attack.response  # as it stands, rendered once
    else:
        missing = len(attack.response) - LONGEST_RESPONSE
        assert f"{missing} characters were left out of its middle" in user.text
        assert len(shown) < LONGEST_RESPONSE + 100
    assert user.text.endswith("Now answer with the JSON object.\n")
    assert user.text[: user.text.index(begin)].count("## ") == PLAIN.messages[1].text.count("## ")


@pytest.mark.parametrize("attack", hostile_corpus(), ids=lambda attack: attack.id)
def test_hostile_reasoning_stays_between_its_markers(attack: Attack) -> None:
    _, user = reasoning_request(JUDGE, attacked(attack.response, "hostile")).messages
    begin, end = _borders(user.text, "thinking")
    assert user.text.count(begin) == user.text.count(end) == 1
    assert user.text.endswith("Now answer with the JSON object.\n")


def test_order_in_the_middle_of_a_long_response_is_not_shown() -> None:
    attack = next(attack for attack in hostile_corpus() if attack.id == "order_in_the_cut_middle")
    assert "Ignore the rubric" in attack.response
    assert "Ignore the rubric" not in first_request(JUDGE, attacked(attack.response, "cut")).messages[1].text


def _borders(text: str, name: str) -> tuple[str, str]:
    marker = text.split()[text.split().index("holds") + 1]
    return f"[{marker} {name} begins]\n", f"\n[{marker} {name} ends]"
