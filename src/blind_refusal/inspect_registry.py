"""What Inspect finds of this package through its entry point."""

from inspect_ai.model import ModelAPI, modelapi

from blind_refusal.inspect_tasks import blind_judge, blind_refusal, headline

__all__ = ["blind_judge", "blind_refusal", "embedded", "headline"]


@modelapi(name="embedded")
def embedded() -> type[ModelAPI]:
    """The model ``embedded/smollm2``; its code is loaded only when it is asked for."""
    from blind_refusal.asking.embedded import EmbeddedAPI

    return EmbeddedAPI
