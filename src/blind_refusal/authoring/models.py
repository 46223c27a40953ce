"""How writers and gates are asked unless the user says otherwise."""

from blind_refusal.asking import ModelConfiguration

WRITER_TEMPERATURE = 0.7
"""As in the study (section "Cases")."""
MOST_TOKENS = 4000
MOST_TOKENS_EMBEDDED = 700
"""The embedded model runs on the user's processor."""


def configure_author(name: str, *, temperature: float, connections: int | None = None) -> ModelConfiguration:
    """Return the configuration of a writer or a gate."""
    embedded = name.startswith("embedded/")
    generate = {"temperature": temperature, "max_tokens": MOST_TOKENS_EMBEDDED if embedded else MOST_TOKENS}
    if embedded:
        generate["cache_prompt"] = True  # the prompts' long constant part is then read once
    return ModelConfiguration(name, generate=generate, connections=connections)
