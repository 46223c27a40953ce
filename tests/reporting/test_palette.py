import pytest

from blind_refusal.reporting.palette import DARK, LIGHT, css_variables, variable_for

PAIRS = [
    *[(name, name.removeprefix("on-")) for name in LIGHT if name.startswith("on-")],
    *[(text, "paper") for text in ("ink", "muted", "accent", "other")],
    ("other", "band"),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(text: str, ground: str, colours: dict[str, str]) -> None:
    high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.0


def test_every_light_colour_stands_for_one_purpose() -> None:
    assert len(set(LIGHT.values())) == len(LIGHT)
    assert LIGHT.keys() == DARK.keys()
    assert variable_for(LIGHT["helps"].upper()) == "var(--helps)"
    assert variable_for("#123456") is None


def test_all_colours_are_defined_twice() -> None:
    rules = css_variables()
    for name in LIGHT:
        assert rules.count(f" --{name}: ") == 2
