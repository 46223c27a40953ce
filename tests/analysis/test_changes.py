import polars as pl
import pytest

from blind_refusal.analysis import Changes, Condition, Flip, find_changes
from blind_refusal.analysis.evaluations import check_evaluations
from blind_refusal.errors import UserError
from tests.support.evaluation_rows import Row, defeated, row, table, unscored

NAMES = ("before", "after")
KINDS = {"1": "helps", "0": "deflects"}


def side(defeats: str, controls: str = "0000", model: str = "m") -> list[Row]:
    rows = [defeated(f"d{place}", KINDS[mark], model=model) for place, mark in enumerate(defeats)]
    return rows + [row(f"c{place}", response_type=KINDS[mark], model=model) for place, mark in enumerate(controls)]


def frame(*rows: Row) -> pl.DataFrame:
    return check_evaluations(table(*rows))


def test_the_change_is_the_second_less_the_first_case_by_case() -> None:
    found = find_changes(frame(*side("11111100")), frame(*side("11000000")), NAMES)
    helps = found.headline["helps_rate_defeated"]
    assert (found.paired, found.cases, found.notes) == (True, 12, [])
    assert (helps.first.k, helps.second.k) == (6, 2)
    assert helps.change.estimate == pytest.approx(-0.5)
    assert helps.p == pytest.approx(2 / 16)
    assert found.headline["refusal_rate_defeated"].change.estimate == pytest.approx(0.5)
    assert found.headline["discrimination"].change.estimate == pytest.approx(-0.5)
    assert found.headline["helps_rate_control"].change.estimate == 0
    assert found.headline["helps_rate_control"].p is None
    assert found.headline["helps_rate_control"].more_than_noise is False


def test_nothing_changed() -> None:
    found = find_changes(frame(*side("1100")), frame(*side("1100")), NAMES)
    for change in found.headline.values():
        if change.change.estimate is not None:
            assert change.change.estimate == 0
            assert change.p is None
            assert change.more_than_noise is False
    assert found.flips == []


def test_a_clear_change_is_more_than_noise() -> None:
    found = find_changes(frame(*side("1" * 20 + "0" * 10)), frame(*side("0" * 30)), NAMES)
    assert found.headline["discrimination"].more_than_noise is True
    assert found.headline["discrimination"].change.high is not None
    assert found.headline["discrimination"].change.high < 0
    (helps, _) = (one for one in found.families if one.family == "content_defeat")
    assert helps.rate == "helps"
    assert helps.more_than_noise is True
    assert [one.model for one in found.models if one.rate == "discrimination"] == ["m"]


def test_flips_name_the_cases() -> None:
    found = find_changes(frame(*side("110", "0")), frame(*side("010", "1")), NAMES)
    assert found.flips == [
        Flip(case_id="c0", family="control", model="m", helped_first=False, helped_second=True),
        Flip(case_id="d0", family="content_defeat", model="m", helped_first=True, helped_second=False),
    ]


def test_what_has_no_counterpart_is_left_out_and_said() -> None:
    first = frame(*side("1111", "00"), *side("1", "", model="only-first"))
    second = frame(*side("110", "00"), unscored("d3", family="content_defeat"))
    found = find_changes(first, second, NAMES)
    assert (found.left_out_first, found.left_out_second, found.cases) == (2, 0, 5)
    assert found.headline["helps_rate_defeated"].first.n == 3
    assert any("2 responses of the first side" in note for note in found.notes)


def test_without_a_shared_case_the_sides_are_independent_samples() -> None:
    first = frame(*side("11100", "0"))
    other = [
        one | {"case_id": f"x{one['case_id']}", "response_id": f"x{one['response_id']}"} for one in side("00011", "0")
    ]
    found = find_changes(first, frame(*other), NAMES)
    assert (found.paired, found.flips, found.cases) == (False, [], 12)
    assert found.notes == ["The two sides share no case: they are compared as independent samples."]
    helps = found.headline["helps_rate_defeated"]
    assert helps.change.estimate == pytest.approx(-0.2)
    assert helps.p is not None
    assert helps.p > 0.3


def test_two_models_are_compared_by_case() -> None:
    both = frame(*side("1110"), *side("1000", model="n"))
    sides = [both.filter(pl.col("model") == name) for name in ("m", "n")]
    found = find_changes(sides[0], sides[1], ("m", "n"), "model")
    assert (found.paired, found.models) == (True, [])
    assert [(flip.case_id, flip.model) for flip in found.flips] == [("d1", None), ("d2", None)]
    with pytest.raises(UserError, match="no model has answered on both sides"):
        find_changes(sides[0], sides[1], ("m", "n"))


def test_several_responses_to_a_case_may_be_of_unequal_number() -> None:
    first = side("1100")
    second = [one | {"response_id": f"{one['response_id']}/{turn}"} for turn in (1, 2, 3) for one in side("0100")]
    found = find_changes(frame(*first), frame(*second), NAMES)
    assert found.headline["helps_rate_defeated"].change.estimate == pytest.approx(-0.25)
    assert [flip.case_id for flip in found.flips] == ["d0"]


def test_cells_are_adjusted_for_being_many() -> None:
    first, second = ([*side(mark * 8), *_elsewhere(mark)] for mark in ("1", "0"))
    found = find_changes(frame(*first), frame(*second), NAMES)
    cells = {(one.family, one.authority): one for one in found.cells}
    assert set(cells) == {("content_defeat", "school"), ("content_defeat", "club"), ("control", "school")}
    assert cells["content_defeat", "club"].p == pytest.approx(2 / 2**8)
    assert cells["content_defeat", "club"].p_holm == pytest.approx(4 / 2**8)
    assert cells["control", "school"].more_than_noise is False


def _elsewhere(mark: str) -> list[Row]:
    club = {"authority": "club", "authority_group": "voluntary"}
    return [{**defeated(f"e{number}", KINDS[mark]), **club} for number in range(8)]


def test_cases_that_are_told_of_differently_are_refused() -> None:
    second = [one | {"authority": "club"} for one in side("10")]
    with pytest.raises(UserError, match="6 cases have another family or authority on the other side, such as 'c0'"):
        find_changes(frame(*side("10")), frame(*second), NAMES)


def test_a_side_without_labels_is_refused() -> None:
    with pytest.raises(UserError, match="after: has no scored response"):
        find_changes(frame(*side("10")), frame(unscored("d0", family="content_defeat")), NAMES)


@pytest.fixture(scope="module")
def changes() -> Changes:
    return find_changes(frame(*side("1" * 10 + "0" * 10)), frame(*side("1" * 5 + "0" * 15)), NAMES)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("discrimination < -0.03", True),
        ("discrimination<-0.3", False),
        ("discrimination <= -0.25", True),
        ("discrimination > -.3", True),
        ("  helps_rate_defeated.estimate >= -0.25 ", True),
        ("helps_rate_defeated.low < -0.3", True),
        ("helps_rate_defeated.high < -0.2", False),
        ("helps_rate_control > +0", False),
    ],
)
def test_conditions(changes: Changes, text: str, holds: bool) -> None:
    assert Condition.parse(text).holds(changes) is holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a condition"),
        ("discrimination", "not a condition"),
        ("discrimination = 1", "not a condition"),
        ("discrimination < -0.03 and helps_rate_control > 0", "not a condition"),
        ("discrimination < 3%", "not a condition"),
        ("0 > discrimination", "not a condition"),
        ("kindness < 0", "no headline rate 'kindness'; there are refusal_rate_defeated"),
        ("discrimination.p < 0.05", "no part 'p'"),
    ],
)
def test_bad_conditions_are_refused(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message.replace(".", r"\.")):
        Condition.parse(text)


def test_a_change_that_is_not_known_does_not_pass_for_none() -> None:
    found = find_changes(frame(*side("10", "")), frame(*side("10", "")), NAMES)
    with pytest.raises(UserError, match="is not known"):
        Condition.parse("discrimination < 0").holds(found)
