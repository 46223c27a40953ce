"""From an untrusted text to HTML, words and quotes."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blind_refusal.review import VerdictValues, faults_of_values
from blind_refusal.review.app.rendering import RENDERED_LIMIT, readable, render
from tests.review.hostile_responses import RESPONSES

_ALLOWED = re.compile(
    r"</?(?:p|div|ul|ol|li|blockquote|pre|hr|br|table|thead|tbody|tr|th|td|em|strong|s|code|span)"
    r'(?: class="(?:heading|link|url|scroll)"| start="\d+")*>'
)


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        pytest.param(
            "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>", id="inline"
        ),
        pytest.param("# Title", '<p class="heading">Title</p>', id="heading_is_none_of_the_page"),
        pytest.param("one\ntwo", "<p>one<br>\ntwo</p>", id="line_ends_are_kept"),
        pytest.param("3. x\n4. y", '<ol start="3">\n<li>x</li>\n<li>y</li>\n</ol>', id="numbers_are_kept"),
        pytest.param(
            "[a](https://b.example/?c&d)",
            '<p><span class="link">a</span><span class="url"> (https://b.example/?c&amp;d)</span></p>',
            id="link_is_shown_with_its_address",
        ),
        pytest.param("<https://b.example>", '<p><span class="link">https://b.example</span></p>', id="bare_link"),
        pytest.param(
            "![a](http://b.example/c.png)",
            '<p>!<span class="link">a</span><span class="url"> (http://b.example/c.png)</span></p>',
            id="picture_is_not_loaded",
        ),
        pytest.param("<b onclick=x>y</b>", "<p>&lt;b onclick=x&gt;y&lt;/b&gt;</p>", id="html_is_text"),
    ],
)
def test_markdown_is_formatted(text: str, formatted: str) -> None:
    assert render(text).formatted.strip() == formatted


@pytest.mark.parametrize("text", RESPONSES, ids=range(len(RESPONSES)))
def test_hostile_text_becomes_allowed_elements_only(text: str) -> None:
    assert not re.search(r"[<>]", _ALLOWED.sub("", render(text).formatted))


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "script", '"', "'", "`", "*", "[x](", "javascript:", ")", "\n", "\x00", "é", "|", "&#60;"]
        )
    )
)
def test_any_text_becomes_allowed_elements_only(parts: list[str]) -> None:
    assert not re.search(r"[<>]", _ALLOWED.sub("", render("".join(parts)).formatted))


def test_long_text_is_cut() -> None:
    rendered = render("x" * 1_000_000)
    assert len(rendered.plain) == RENDERED_LIMIT
    assert rendered.left_out == 1_000_000 - RENDERED_LIMIT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line_ends"),
        pytest.param("a\x00\x1b[31mb", "a��[31mb", id="control"),
        pytest.param("a\u202eb", "a�b", id="reversed"),
        pytest.param("so\u00adft\u200b", "soft", id="invisible"),
        pytest.param("👩\u200d👧 é\tx", "👩\u200d👧 é\tx", id="kept"),
        pytest.param("\ud800", "�", id="half_a_character"),
    ],
)
def test_text_is_made_readable(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("bold words run on", id="formatted"),
        pytest.param("**bold** words", id="plain"),
        pytest.param("one two", id="over_list_items"),
        pytest.param("- one - two", id="over_plain_list_items"),
        pytest.param("a < b & c", id="entities"),
        pytest.param("left right", id="over_cells"),
    ],
)
def test_quote_from_either_view_is_found(quote: str) -> None:
    text = "**bold** words\nrun on\n\n- one\n- two\n\na < b & c\n\n|left|right|\n|-|-|\n|x|y|"
    values = VerdictValues(response_type=None, engages_with_defeat=True, engagement_quote=quote, independent_harm=None)
    assert faults_of_values(values, render(text).words) == []


def test_words_hold_no_markup() -> None:
    assert html.unescape("&lt;") in render("a < b").words
    assert "span" not in render("[a](http://b.example)").words
