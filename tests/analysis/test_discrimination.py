import pytest
from scipy.stats import norm

from blind_refusal.analysis import NOTHING
from blind_refusal.analysis.discrimination import discriminability, discriminate
from tests.support.evaluation_rows import defeated, row
from tests.support.scored_rows import scored_rows, simulated


def helping(count: int, of: int, control: bool = False, model: str = "m") -> list[dict[str, str | bool | int | None]]:
    types = ["helps"] * count + ["deflects"] * (of - count)
    if control:
        return [row(f"c{place}", response_type=kind, model=model) for place, kind in enumerate(types)]
    return [defeated(f"d{place}", kind, model=model) for place, kind in enumerate(types)]


def test_worked_values() -> None:
    # Hits 15 of 20, false alarms 4 of 20; with the log-linear correction 15.5/21 and 4.5/21.
    # z = 0.63748 and -0.79164: d' 1.42912, criterion 0.07708.
    found = discriminability("m", scored_rows(*helping(15, 20), *helping(4, 20, control=True)))
    assert found.difference.estimate == pytest.approx(0.55)
    assert found.youden_j.estimate == found.difference.estimate
    assert found.d_prime.estimate == pytest.approx(1.42912, abs=1e-4)
    assert found.criterion.estimate == pytest.approx(0.07708, abs=1e-4)
    assert found.d_prime.n == found.youden_j.n == 40
    assert found.youden_j.low == pytest.approx(0.3, abs=0.05)  # 0.55 -+ 1.96 * sqrt(0.1875/20 + 0.16/20)
    assert found.youden_j.high == pytest.approx(0.8, abs=0.05)


def test_perfect_discrimination_is_finite_and_not_certain() -> None:
    found = discriminability(None, scored_rows(*helping(10, 10), *helping(0, 10, control=True)))
    assert found.d_prime.estimate == pytest.approx(2 * norm.ppf(10.5 / 11))
    assert found.d_prime.low is not None
    assert found.d_prime.low < 0.9 * 2 * norm.ppf(10.5 / 11)
    assert found.youden_j.low is not None
    assert found.youden_j.low < 0.85


def test_no_help_at_all_has_no_discrimination_but_says_little() -> None:
    found = discriminability(None, scored_rows(*helping(0, 6), *helping(0, 6, control=True)))
    assert found.d_prime.estimate == 0
    assert found.d_prime.low is not None
    assert found.d_prime.high is not None
    assert found.d_prime.low < -0.5
    assert found.d_prime.high > 0.5
    assert found.criterion.estimate == pytest.approx(-norm.ppf(0.5 / 7))


@pytest.mark.parametrize("only", ["defeated", "control"])
def test_one_group_alone_has_none(only: str) -> None:
    rows = helping(2, 4, control=only == "control")
    found = discriminability(None, scored_rows(*rows))
    assert (found.difference, found.youden_j) == (NOTHING, NOTHING)
    assert (found.d_prime.estimate, found.d_prime.n) == (None, 4)
    assert found.d_prime.note


def test_every_model_has_its_own() -> None:
    found = discriminate(
        scored_rows(
            *helping(3, 4), *helping(1, 4, control=True), *helping(1, 4, model="n"), *helping(1, 4, True, model="n")
        )
    )
    assert [(one.model, one.difference.estimate) for one in found.models] == [("m", 0.5), ("n", 0.0)]
    assert found.overall.model is None
    assert found.overall.difference.estimate == 0.25


def test_intervals_cover_the_true_values() -> None:
    # Levels -0.5 and -2 with a case effect of standard deviation 1.2: rates 0.4023 and 0.1693 by quadrature.
    hit, alarm = 0.4023, 0.1693
    truth = {"d_prime": norm.ppf(hit) - norm.ppf(alarm), "criterion": -(norm.ppf(hit) + norm.ppf(alarm)) / 2}
    truth["youden_j"] = hit - alarm
    covered = dict.fromkeys(truth, 0)
    for study in range(200):
        found = discriminability(None, simulated(study, models=(0.0, 0.0)), 500, study)
        for name, value in truth.items():
            statistic = getattr(found, name)
            covered[name] += statistic.low <= value <= statistic.high
    assert all(0.9 <= count / 200 <= 0.995 for count in covered.values()), covered
