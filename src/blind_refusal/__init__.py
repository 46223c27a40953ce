"""Measures whether a language model refuses blindly, or tells rules that deserve compliance from those that do not."""

from importlib.metadata import version

__version__ = version("blind-refusal")
