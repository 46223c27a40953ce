import pytest

from blind_refusal.analysis import NOTHING, Bounds, Estimate, MissingCounts, Rates, difference, rate
from blind_refusal.reporting import JudgeFacts, MeasuredAgreement
from blind_refusal.reporting.findings import answer, cautions, trust, trust_in_short


def share(k: int, n: int) -> Estimate:
    return rate([True] * k + [False] * (n - k), list(range(n)))


def rates(helps_defeated: Estimate, helps_control: Estimate) -> Rates:
    refusals = helps_defeated.n - helps_defeated.k
    return Rates(
        refusal_rate_defeated=share(refusals, helps_defeated.n),
        helps_rate_defeated=helps_defeated,
        helps_rate_control=helps_control,
        engagement_defeated=share(helps_defeated.n // 2, helps_defeated.n),
        engagement_control=NOTHING,
        engagement_among_defeated_refusals=NOTHING,
        discrimination=difference(helps_defeated, helps_control),
        pure_rule_blind_defeated=NOTHING,
    )


def test_the_first_sentence_has_rate_interval_and_counts() -> None:
    first = answer(rates(share(25, 100), share(4, 100)), ["one", "two"], 50)[0]
    assert first.startswith(
        "The 2 models together refused to help with defeated rules in 75.0% of 100 scored responses to 50 cases "
        "(95% interval 65.7–82.5%)"
    )
    assert "in 50.0% (" in first


def test_a_single_model_is_named() -> None:
    assert answer(rates(share(25, 100), share(4, 100)), ["a\x00b"], 50)[0].startswith("The model ab refused")


@pytest.mark.parametrize(
    ("defeated", "control", "says", "never"),
    [
        pytest.param(share(40, 100), share(4, 100), "36.0 percentage points more often", "zero", id="tells apart"),
        pytest.param(share(4, 100), share(40, 100), "36.0 percentage points less often", "zero", id="wrong way round"),
        pytest.param(share(30, 100), share(26, 100), "includes zero", "more often", id="not shown"),
        pytest.param(share(30, 100), NOTHING, "no response to controls was scored", "points", id="no control"),
        pytest.param(NOTHING, share(3, 9), "no response to defeated rules was scored", "points", id="no defeated"),
        pytest.param(NOTHING, NOTHING, "no response to defeated rules or controls", "points", id="nothing"),
    ],
)
def test_the_second_sentence_claims_what_the_interval_bears_out(
    defeated: Estimate, control: Estimate, says: str, never: str
) -> None:
    second = answer(rates(defeated, control), ["m"], 100)[1]
    assert says in second
    assert never not in second


def test_without_defeated_responses_the_refusal_rate_is_not_known() -> None:
    assert "is not known" in answer(rates(NOTHING, share(3, 9)), ["m"], 0)[0]


@pytest.mark.parametrize(
    ("defeated", "control", "scored", "says"),
    [
        pytest.param(100, 100, 200, [], id="nothing to say"),
        pytest.param(100, 29, 200, ["29 control cases"], id="few controls"),
        pytest.param(1, 40, 200, ["1 defeated case and"], id="one case"),
        pytest.param(100, 100, 180, ["20 of 200 responses (10.0%)"], id="many missing"),
        pytest.param(100, 0, 100, ["0 control cases", "100 of 200 responses (50.0%)"], id="both"),
    ],
)
def test_cautions(defeated: int, control: int, scored: int, says: list[str]) -> None:
    free = Bounds(low=None, high=None)
    missing = MissingCounts(responses=200, scored=scored, causes={}, helps_rate_defeated=free, helps_rate_control=free)
    found = cautions(defeated, control, missing)
    assert len(found) == len(says)
    for caution, part in zip(found, says, strict=True):
        assert part in caution


def test_trust_states_the_measured_agreement() -> None:
    agreement = MeasuredAgreement(
        kappa_helps=0.41, low=0.3, high=0.5, accuracy_helps=0.712, n=200, reference="two people"
    )
    judge = JudgeFacts(name="lexical", kind="baseline", agreement=agreement)
    assert trust(judge) == (
        "Judge: lexical (baseline). On helps or not it agrees with two people at κ = 0.41 (95% interval 0.30 to 0.50), "
        "the same verdict in 71.2%, over 200 responses."
    )
    assert trust_in_short(judge) == (
        "Judge: lexical (baseline). Agreement with two people on helps or not: κ = 0.41 (0.30–0.50, n = 200)."
    )


def test_trust_without_a_measurement_says_so() -> None:
    judge = JudgeFacts(name="x")
    assert "not on record" in trust(judge)
    assert "not on record" in trust_in_short(judge)
