import pytest

from blind_refusal.reporting.harmless import csv_text, distinct, plain_text, short_names


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("plain name", "plain name", id="nothing to do"),
        pytest.param("a\x00b\x07c\x1b[31md", "abc[31md", id="controls"),
        pytest.param("re\u202everse\u2066d", "reversed", id="direction overrides"),
        pytest.param("two\nlines\tand\u2028more", "two lines and more", id="line ends"),
        pytest.param("non\uffffcharacter", "noncharacter", id="not a character"),
        pytest.param("<b>&amp;", "<b>&amp;", id="markup is the page's affair"),
        pytest.param("\x00 \u200b", "(unnamed)", id="nothing left"),
        pytest.param("नमस्ते می‌خواهم", "नमस्ते می‌خواهم", id="scripts with joiners"),
    ],
)
def test_plain_text(given: str, shown: str) -> None:
    assert plain_text(given) == shown


@pytest.mark.parametrize(
    ("given", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum(A1)", "'@sum(A1)"),
        ("\t=1", "'=1"),
        ("\rx", "'x"),
        ("  =1", "'=1"),
        ("\x00=1", "'=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
    ],
)
def test_cells_are_never_formulas(given: str, cell: str) -> None:
    assert csv_text(given) == cell


def test_short_names_drop_prefixes_only_where_nothing_is_lost() -> None:
    found = short_names(["x/a/one", "b/two", "c/two", "three", "<b>four</b>"], 20)
    assert found == {
        "x/a/one": "one",
        "b/two": "b/two",
        "c/two": "c/two",
        "three": "three",
        "<b>four</b>": "<b>four</b>",
    }


def test_short_names_stay_apart() -> None:
    found = short_names(["x" * 30, "x" * 31, "same\x00", "same"], 9)
    assert list(found.values()) == ["xxxx…xxxx", "xxxx…xxxx (2)", "same", "same (2)"]


def test_distinct_keeps_what_fits() -> None:
    assert distinct({1: "abc", 2: "abcdef", 3: "abc"}, 5) == {1: "abc", 2: "ab…ef", 3: "abc (2)"}
