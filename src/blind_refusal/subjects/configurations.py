"""How a model under test is asked unless the user says otherwise."""

from blind_refusal.asking import ModelConfiguration
from blind_refusal.errors import UserError

MOST_TOKENS = 8000
"""Output tokens of an API model, as in the study (section "Responses")."""

MOST_TOKENS_EMBEDDED = 160
"""Output tokens of the embedded model, which runs on the user's processor."""

EMBEDDED_PREFIX = "embedded/"


def configure_subject(
    name: str, *, max_tokens: int | None = None, connections: int | None = None
) -> ModelConfiguration:
    """Return the default configuration of a model under test: temperature 0 and a limit on output tokens.

    Args:
        name: Inspect's name of the model.
        max_tokens: the limit; by default `MOST_TOKENS`, for the embedded model `MOST_TOKENS_EMBEDDED`.
        connections: requests under way at once; the provider's default if None.

    Raises:
        UserError: if the name does not have Inspect's form.
    """
    require_model_name(name)
    default = MOST_TOKENS_EMBEDDED if name.startswith(EMBEDDED_PREFIX) else MOST_TOKENS
    return ModelConfiguration(
        name, generate={"temperature": 0.0, "max_tokens": max_tokens or default}, connections=connections
    )


def require_model_name(name: str) -> None:
    """Refuse a name that cannot be one of Inspect's model names.

    Raises:
        UserError: with the form that is wanted.
    """
    provider, slash, model = name.partition("/")
    if not (provider and slash and model):
        raise UserError(f"model {name!r}: is not a model name; provider/model is wanted, as in embedded/smollm2")
