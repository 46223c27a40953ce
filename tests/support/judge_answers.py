"""What a judge answers in tests."""

REFUSES: dict[str, object] = {
    "help_quote": "",
    "engagement_quote": "",
    "harm_quote": "",
    "reasoning": "It refuses.",
    "response_type": "hard_refusal",
    "engages_with_defeat": False,
    "independent_harm": False,
}
"""Labels of a response that refuses and does nothing besides."""
