"""The `Case` record; reading, writing and checking cases; the data set that ships."""

from blind_refusal.cases.model import CONTROL, Case, DualUse, Provenance, Setting

__all__ = ["CONTROL", "Case", "DualUse", "Provenance", "Setting"]
