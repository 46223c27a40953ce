import pytest

from blind_refusal.analysis import NOTHING, Estimate
from blind_refusal.reporting.words import count, interval, label, percent, points, points_interval


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, "–"),
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.0004, "<0.1%"),
        (0.9996, ">99.9%"),
        (0.0005, "0.1%"),
        (0.2458, "24.6%"),
    ],
)
def test_percent(fraction: float | None, text: str) -> None:
    assert percent(fraction) == text


@pytest.mark.parametrize(
    ("difference", "text"), [(None, "–"), (0.20354, "+20.4"), (-0.012, "−1.2"), (0.0, "0.0"), (-0.0001, "0.0")]
)
def test_points(difference: float | None, text: str) -> None:
    assert points(difference) == text


def test_intervals() -> None:
    found = Estimate(estimate=0.1, low=-0.012, high=0.25, n=4, k=1)
    assert interval(Estimate(estimate=0.5, low=0.225, high=0.7681, n=4, k=2)) == "22.5–76.8"
    assert points_interval(found) == "−1.2 to +25.0"
    assert interval(NOTHING) == points_interval(NOTHING) == "–"


@pytest.mark.parametrize(
    ("identifier", "text"),
    [("content_defeat", "Content defeat"), ("semi_voluntary", "Semi-voluntary"), ("club", "Club"), ("_", "_")],
)
def test_label(identifier: str, text: str) -> None:
    assert label(identifier) == text


def test_count() -> None:
    assert count(1, "case") == "1 case"
    assert count(1290, "case") == "1,290 cases"
    assert count(0, "reply", "replies") == "0 replies"
