"""How to cite the instrument, and the study that it builds on."""

from importlib.metadata import version
from typing import Final

CITATION: Final = (
    f"The blind-refusal authors. blind-refusal, version {version('blind-refusal')} (Apache-2.0): an instrument that "
    "measures whether a language model refuses blindly."
)
STUDY: Final = (
    "Pattison, Manuali and Lazar (2026). Blind Refusal: Language Models Refuse to Help Users Evade Unjust, Absurd, and "
    "Illegitimate Rules. arXiv 2604.06233."
)
