"""The published counts of the study that this project continues (arXiv 2604.06233, CC BY 4.0), rebuilt from its tables.

The study prints percentages. The counts below are whole numbers that give them back; where its tables do not determine
how two labels go together within a family, the split is one that its other tables allow.
"""

from typing import Final, NamedTuple


class Counts(NamedTuple):
    """Responses of one model to one family."""

    responses: int
    helps: int
    helps_engaged: int
    """Those among the helping ones that engage."""
    engaged_only: int
    engaged_and_safety: int
    pure_rule_blind: int
    """The others neither help nor engage, and name a harm."""


FAMILIES: Final = (
    "control",
    "illegitimate_authority",
    "content_defeat",
    "application_defeat",
    "exception_justified",
)
COUNTS: Final = {
    "grok-4": (
        Counts(209, 70, 0, 0, 2, 31),
        Counts(128, 90, 50, 3, 10, 7),
        Counts(336, 178, 66, 6, 25, 34),
        Counts(372, 225, 62, 4, 18, 34),
        Counts(244, 133, 56, 5, 19, 23),
    ),
    "grok-4-fast": (
        Counts(209, 11, 0, 0, 1, 57),
        Counts(128, 71, 45, 5, 14, 16),
        Counts(337, 119, 52, 9, 30, 76),
        Counts(372, 150, 65, 11, 32, 76),
        Counts(244, 104, 62, 9, 30, 43),
    ),
    "gemini-3.1-flash-lite": (
        Counts(209, 8, 0, 1, 5, 37),
        Counts(128, 62, 36, 8, 30, 7),
        Counts(337, 117, 67, 27, 98, 24),
        Counts(372, 151, 90, 29, 103, 22),
        Counts(244, 95, 53, 18, 66, 16),
    ),
    "gemini-3.1-pro": (
        Counts(209, 8, 0, 0, 1, 98),
        Counts(128, 74, 24, 4, 7, 24),
        Counts(337, 130, 65, 22, 36, 84),
        Counts(372, 138, 75, 27, 44, 92),
        Counts(244, 77, 51, 22, 36, 61),
    ),
    "nemotron-3-nano": (
        Counts(209, 21, 0, 1, 10, 72),
        Counts(128, 53, 30, 2, 21, 39),
        Counts(336, 112, 78, 6, 67, 113),
        Counts(372, 129, 86, 6, 73, 124),
        Counts(242, 83, 47, 3, 40, 87),
    ),
    "claude-opus-4.6": (
        Counts(207, 6, 0, 3, 17, 17),
        Counts(128, 69, 57, 8, 41, 2),
        Counts(336, 123, 102, 28, 149, 7),
        Counts(371, 94, 78, 36, 193, 9),
        Counts(244, 71, 55, 21, 115, 7),
    ),
    "nemotron-3-super": (
        Counts(209, 8, 0, 1, 17, 7),
        Counts(128, 56, 50, 2, 57, 0),
        Counts(337, 97, 93, 8, 196, 1),
        Counts(372, 102, 91, 8, 202, 3),
        Counts(244, 94, 75, 4, 105, 1),
    ),
    "claude-sonnet-4.6": (
        Counts(208, 2, 0, 4, 23, 17),
        Counts(110, 45, 39, 8, 49, 2),
        Counts(336, 94, 77, 28, 169, 12),
        Counts(372, 84, 69, 34, 207, 13),
        Counts(244, 73, 59, 20, 120, 8),
    ),
    "glm-5-turbo": (
        Counts(209, 4, 0, 2, 4, 106),
        Counts(128, 49, 27, 13, 24, 24),
        Counts(337, 86, 61, 50, 91, 63),
        Counts(372, 99, 68, 53, 98, 70),
        Counts(244, 56, 42, 39, 71, 45),
    ),
    "glm-5": (
        Counts(209, 7, 0, 2, 7, 29),
        Counts(128, 49, 25, 9, 30, 13),
        Counts(337, 79, 49, 35, 122, 33),
        Counts(372, 91, 56, 39, 136, 36),
        Counts(244, 62, 38, 25, 86, 23),
    ),
    "qwen-3.5-397b": (
        Counts(209, 0, 0, 1, 12, 14),
        Counts(128, 30, 23, 7, 57, 5),
        Counts(337, 51, 41, 19, 166, 15),
        Counts(372, 51, 41, 21, 178, 17),
        Counts(244, 28, 22, 14, 116, 13),
    ),
    "qwen-3.5-plus": (
        Counts(209, 1, 0, 2, 16, 18),
        Counts(128, 24, 19, 6, 66, 4),
        Counts(337, 43, 36, 17, 178, 13),
        Counts(371, 48, 37, 18, 178, 17),
        Counts(244, 26, 21, 12, 120, 11),
    ),
    "gpt-5.4-nano-thinking": (
        Counts(209, 7, 0, 1, 2, 57),
        Counts(128, 15, 5, 21, 42, 24),
        Counts(337, 33, 8, 45, 92, 79),
        Counts(372, 47, 18, 61, 121, 67),
        Counts(244, 22, 7, 40, 82, 47),
    ),
    "gpt-5.4-base": (
        Counts(209, 2, 0, 3, 4, 61),
        Counts(128, 9, 3, 38, 39, 23),
        Counts(337, 40, 19, 92, 94, 60),
        Counts(372, 44, 23, 117, 118, 50),
        Counts(244, 14, 4, 66, 67, 53),
    ),
    "gpt-5.4-thinking": (
        Counts(209, 0, 0, 3, 6, 55),
        Counts(128, 22, 12, 26, 43, 16),
        Counts(337, 39, 22, 81, 135, 36),
        Counts(372, 33, 18, 96, 156, 38),
        Counts(244, 11, 3, 49, 81, 44),
    ),
    "gpt-5.4-mini-thinking": (
        Counts(209, 2, 0, 0, 0, 97),
        Counts(128, 15, 6, 32, 26, 32),
        Counts(337, 36, 12, 79, 66, 92),
        Counts(372, 37, 14, 101, 84, 88),
        Counts(244, 12, 2, 59, 49, 73),
    ),
    "qwen-3.5-flash": (
        Counts(209, 1, 0, 1, 10, 20),
        Counts(128, 11, 9, 9, 63, 8),
        Counts(337, 26, 20, 21, 155, 23),
        Counts(371, 39, 25, 21, 154, 27),
        Counts(244, 21, 14, 14, 101, 19),
    ),
    "gpt-5.4-mini-base": (
        Counts(209, 1, 0, 3, 3, 87),
        Counts(128, 9, 4, 38, 29, 32),
        Counts(336, 29, 12, 87, 67, 95),
        Counts(372, 32, 13, 104, 81, 97),
        Counts(244, 13, 4, 61, 48, 76),
    ),
}
"""By model; one entry a family, in the order of ``FAMILIES``."""

TABLE_3: Final = {
    "gemini-3.1-flash-lite": (3.8, 39.3, 17.7, 6.4),
    "grok-4-fast": (5.3, 41.1, 27.3, 19.5),
    "gemini-3.1-pro": (3.8, 38.8, 46.9, 24.1),
    "claude-opus-4.6": (2.9, 33.1, 8.2, 2.3),
    "nemotron-3-super": (3.8, 32.3, 3.3, 0.5),
    "claude-sonnet-4.6": (1.0, 27.9, 8.2, 3.3),
    "nemotron-3-nano": (10.0, 35.0, 34.4, 33.7),
    "glm-5-turbo": (1.9, 26.8, 50.7, 18.7),
    "grok-4": (33.5, 58.0, 14.8, 9.1),
    "glm-5": (3.3, 26.0, 13.9, 9.7),
    "qwen-3.5-397b": (0.0, 14.8, 6.7, 4.6),
    "qwen-3.5-plus": (0.5, 13.1, 8.6, 4.2),
    "gpt-5.4-thinking": (0.0, 9.7, 26.3, 12.4),
    "gpt-5.4-base": (1.0, 9.9, 29.2, 17.2),
    "qwen-3.5-flash": (0.5, 9.0, 9.6, 7.1),
    "gpt-5.4-mini-thinking": (1.0, 9.3, 46.4, 26.4),
    "gpt-5.4-nano-thinking": (3.3, 10.8, 27.3, 20.1),
    "gpt-5.4-mini-base": (0.5, 7.7, 41.6, 27.8),
}
"""Per cent by model: helps on controls and on defeated rules, purely rule-blind on controls and on defeated rules."""

TABLE_2: Final = {
    "grok-4": (10.0, 28.9, 1.4, 5.7, 54.0),
    "grok-4-fast": (20.8, 33.0, 2.6, 8.3, 35.3),
    "gemini-3.1-flash-lite": (8.2, 28.4, 6.4, 23.4, 33.6),
    "gemini-3.1-pro": (27.8, 23.7, 5.8, 9.6, 33.1),
    "nemotron-3-nano": (33.8, 17.5, 1.4, 16.4, 30.9),
    "claude-opus-4.6": (3.3, 21.0, 7.5, 40.0, 28.2),
    "nemotron-3-super": (0.9, 24.9, 1.8, 44.7, 27.7),
    "claude-sonnet-4.6": (4.1, 20.3, 7.4, 44.7, 23.5),
    "glm-5-turbo": (23.9, 18.8, 12.2, 22.3, 22.8),
    "glm-5": (10.4, 29.2, 8.5, 29.5, 22.3),
    "qwen-3.5-397b": (5.0, 36.8, 4.8, 41.0, 12.4),
    "qwen-3.5-plus": (4.9, 36.6, 4.3, 43.2, 11.0),
    "gpt-5.4-nano-thinking": (21.2, 29.8, 13.0, 26.3, 9.6),
    "gpt-5.4-base": (19.1, 23.0, 24.5, 24.9, 8.4),
    "gpt-5.4-thinking": (14.7, 24.8, 19.8, 32.6, 8.1),
    "gpt-5.4-mini-thinking": (29.6, 24.1, 21.0, 17.4, 7.9),
    "qwen-3.5-flash": (7.5, 42.2, 5.1, 37.5, 7.6),
    "gpt-5.4-mini-base": (30.0, 23.0, 22.7, 17.7, 6.5),
}
"""Per cent of all responses by model: purely rule-blind, safety-grounded, engaged only, engaged and safety, helps."""

TABLE_6: Final = {
    "claude-sonnet-4.6": (13.0, 87.3, 81.5, 83.3, 81.6),
    "nemotron-3-super": (8.6, 85.2, 88.1, 80.9, 75.4),
    "claude-opus-4.6": (9.7, 82.8, 83.0, 82.7, 78.3),
    "gpt-5.4-thinking": (4.3, 63.3, 70.6, 72.6, 54.5),
    "qwen-3.5-plus": (8.6, 71.1, 68.5, 62.8, 62.7),
    "qwen-3.5-397b": (6.2, 68.0, 67.1, 64.5, 62.3),
    "gpt-5.4-base": (3.3, 62.5, 60.8, 69.4, 56.1),
    "glm-5": (4.3, 50.0, 61.1, 62.1, 61.1),
    "glm-5-turbo": (2.9, 50.0, 59.9, 58.9, 62.3),
    "gemini-3.1-flash-lite": (2.9, 57.8, 57.0, 59.7, 56.1),
    "qwen-3.5-flash": (5.3, 63.3, 58.2, 53.9, 52.9),
    "gpt-5.4-mini-base": (2.9, 55.5, 49.4, 53.2, 46.3),
    "gpt-5.4-nano-thinking": (1.4, 53.1, 43.0, 53.8, 52.9),
    "gpt-5.4-mini-thinking": (0.0, 50.0, 46.6, 53.5, 45.1),
    "nemotron-3-nano": (5.3, 41.4, 44.9, 44.4, 37.2),
    "gemini-3.1-pro": (0.5, 27.3, 36.5, 39.2, 44.7),
    "grok-4-fast": (0.5, 50.0, 27.0, 29.0, 41.4),
    "grok-4": (1.0, 49.2, 28.9, 22.6, 32.8),
}
"""Per cent that engages by model and family, in the order of ``FAMILIES``."""

TABLE_7: Final = {
    "grok-4": (33.5, 70.3, 53.0, 60.5, 54.5),
    "grok-4-fast": (5.3, 55.5, 35.3, 40.3, 42.6),
    "gemini-3.1-flash-lite": (3.8, 48.4, 34.7, 40.6, 38.9),
    "gemini-3.1-pro": (3.8, 57.8, 38.6, 37.1, 31.6),
    "nemotron-3-nano": (10.0, 41.4, 33.3, 34.7, 34.3),
    "claude-opus-4.6": (2.9, 53.9, 36.6, 25.3, 29.1),
    "nemotron-3-super": (3.8, 43.8, 28.8, 27.4, 38.5),
    "claude-sonnet-4.6": (1.0, 40.9, 28.0, 22.6, 29.9),
    "glm-5-turbo": (1.9, 38.3, 25.5, 26.6, 23.0),
    "glm-5": (3.3, 38.3, 23.4, 24.5, 25.4),
    "qwen-3.5-397b": (0.0, 23.4, 15.1, 13.7, 11.5),
    "qwen-3.5-plus": (0.5, 18.8, 12.8, 12.9, 10.7),
    "gpt-5.4-nano-thinking": (3.3, 11.7, 9.8, 12.6, 9.0),
    "gpt-5.4-base": (1.0, 7.0, 11.9, 11.8, 5.7),
    "gpt-5.4-thinking": (0.0, 17.2, 11.6, 8.9, 4.5),
    "gpt-5.4-mini-thinking": (1.0, 11.7, 10.7, 9.9, 4.9),
    "qwen-3.5-flash": (0.5, 8.6, 7.7, 10.5, 8.6),
    "gpt-5.4-mini-base": (0.5, 7.0, 8.6, 8.6, 5.3),
}
"""Per cent that helps by model and family, in the order of ``FAMILIES``."""

RESPONSES_DEFEATED: Final = 19_430
RESPONSES_CONTROL: Final = 3_759
HEADLINE: Final = {
    "refusal_rate_defeated": 75.4,
    "helps_rate_defeated": 24.6,
    "helps_rate_control": 4.2,
    "engagement_defeated": 57.5,
    "engagement_control": 4.5,
    "engagement_among_defeated_refusals": 56.5,
}
"""Per cent."""
