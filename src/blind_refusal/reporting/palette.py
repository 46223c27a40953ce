"""The colours of charts and page, light and dark.

Charts are drawn in the light colours. Every light colour is used for one purpose only, so that in the page each can be
replaced by a CSS variable that also has a dark value. Response types run from blue through sand to rust, heat from pale
to deep blue: both stay apart under the common colour-vision deficiencies, and in grey by lightness at the ends.
"""

from typing import Final

LIGHT: Final[dict[str, str]] = {
    "ink": "#1b2430",
    "muted": "#596470",
    "faint": "#8a949e",
    "grid": "#e4e7ea",
    "paper": "#ffffff",
    "accent": "#1d5f8b",
    "other": "#6c757e",
    "band": "#eceef0",
    "leader": "#c3c9cf",
    "target": "#dcebe0",
    "on-target": "#2f6b45",
    "helps": "#1d5f8a",
    "engaged-only": "#86b6d1",
    "engaged-and-safety": "#dad7cd",
    "safety-grounded": "#e2a66f",
    "pure-rule-blind": "#a6481c",
    "on-helps": "#fffffe",
    "on-engaged-only": "#10202c",
    "on-engaged-and-safety": "#22251f",
    "on-safety-grounded": "#2b1a0b",
    "on-pure-rule-blind": "#fffffd",
    "heat-0": "#f0f5f9",
    "heat-1": "#cfe1ed",
    "heat-2": "#9fc3da",
    "heat-3": "#5f98bd",
    "heat-4": "#235f8c",
    "on-heat-0": "#16242f",
    "on-heat-1": "#16242e",
    "on-heat-2": "#16242d",
    "on-heat-3": "#0b1620",
    "on-heat-4": "#fffffb",
}

DARK: Final[dict[str, str]] = {
    "ink": "#e7eaee",
    "muted": "#a4afba",
    "faint": "#7d8894",
    "grid": "#2b333c",
    "paper": "#12171d",
    "accent": "#6db3e2",
    "other": "#a0a9b2",
    "band": "#222a32",
    "leader": "#46515c",
    "target": "#1d3327",
    "on-target": "#8ccaa3",
    "helps": "#3f8fc4",
    "engaged-only": "#a3cfe6",
    "engaged-and-safety": "#6b6d6a",
    "safety-grounded": "#dfa36c",
    "pure-rule-blind": "#bd5a2b",
    "on-helps": "#06131c",
    "on-engaged-only": "#0c1a24",
    "on-engaged-and-safety": "#ffffff",
    "on-safety-grounded": "#241507",
    "on-pure-rule-blind": "#ffffff",
    "heat-0": "#1c2731",
    "heat-1": "#22415a",
    "heat-2": "#2f6389",
    "heat-3": "#5296c4",
    "heat-4": "#a9d3ee",
    "on-heat-0": "#dfe6ec",
    "on-heat-1": "#e6eef5",
    "on-heat-2": "#ffffff",
    "on-heat-3": "#07131c",
    "on-heat-4": "#07131c",
}

_VARIABLE_OF_COLOUR = {colour: f"var(--{name})" for name, colour in LIGHT.items()}


def variable_for(colour: str) -> str | None:
    """Return the CSS variable that stands for a light colour; None for a colour that is not ours."""
    return _VARIABLE_OF_COLOUR.get(colour.lower())


def css_variables() -> str:
    """Return the style rules that define all colours, for light, dark and print."""
    light, dark = (" ".join(f"--{name}: {colour};" for name, colour in colours.items()) for colours in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
