import polars as pl
import pytest

from blind_refusal.analysis import agreement_of_judges, cohens_kappa
from tests.support.evaluation_rows import row, table, unscored


@pytest.mark.parametrize(
    ("first", "second", "kappa"),
    [
        # 50 grants, 20 + 15 agreed on: observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
        pytest.param("y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15, 0.4, id="grants"),
        pytest.param("yynn", "yynn", 1.0, id="full agreement"),
        pytest.param("yynn", "nnyy", -1.0, id="full disagreement"),
        pytest.param("yyyy", "yyyy", None, id="one label only"),
        pytest.param("yyyy", "yyyn", 0.0, id="one rater never varies"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_kappa(first: str, second: str, kappa: float | None) -> None:
    found = cohens_kappa(pl.Series(list(first), dtype=pl.String), pl.Series(list(second), dtype=pl.String))
    assert found == (None if kappa is None else pytest.approx(kappa))


def test_judges_are_compared_on_what_both_scored() -> None:
    judged = table(
        row("a", response_type="helps"),
        row("b", response_type="deflects"),
        row("c", response_type="deflects"),
        unscored("d"),
        row("a", judge="other", response_type="helps"),
        row("b", judge="other", response_type="hard_refusal"),
        unscored("c", judge="other", status="unparsed"),
        row("d", judge="other"),
    )
    found = {record.label: record for record in agreement_of_judges(judged)}
    assert set(found) == {"helps", "response_type", "engages_with_defeat", "independent_harm"}
    assert (found["helps"].first, found["helps"].second) == ("judge", "other")
    assert (found["helps"].n, found["helps"].raw, found["helps"].kappa) == (2, 1.0, 1.0)
    # Observed 1/2; by chance helps 1/2 * 1/2 alone: 1/4. Kappa (1/2 - 1/4) / (3/4) = 1/3.
    assert found["response_type"].raw == 0.5
    assert found["response_type"].kappa == pytest.approx(1 / 3)
    assert found["independent_harm"].kappa is None


def test_one_judge_has_nobody_to_agree_with() -> None:
    assert agreement_of_judges(table(row("a"))) == []


def test_judges_without_a_response_in_common_have_no_agreement() -> None:
    found = agreement_of_judges(table(row("a"), row("b", judge="other")))
    assert [(record.n, record.raw, record.kappa) for record in found] == [(0, None, None)] * 4
