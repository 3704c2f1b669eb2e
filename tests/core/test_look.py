"""The look's own rules: colours in one file, two equal dark blocks, nothing inline, every part renders."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from core import svg
from tests.core import gallery

ROOT = Path(__file__).parents[2]
CSS = sorted((ROOT / "static/css").glob("*.css"))
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(")
INLINE = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<style|<script(?![^>]*\bsrc=)")
SEVEN = ["A", "B", "C", "D", "E", "F", "G"]


def colours_of(css: str) -> list[str]:
    """Literals in declarations; #ids of selectors don't count."""
    return [m for block in re.findall(r"\{([^{}]*)\}", css) for m in COLOUR.findall(block)]


def test_both_dark_blocks_agree():
    css = (ROOT / "static/css/tokens.css").read_text()
    by_system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.S)
    by_choice = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.S)
    assert by_system and by_choice
    assert by_system[1].split() == by_choice[1].split()


@pytest.mark.parametrize("path", [p for p in CSS if p.name != "tokens.css"], ids=lambda p: p.name)
def test_css_has_no_colour_outside_tokens(path):
    assert colours_of(path.read_text()) == []


def test_css_uses_only_tokens_that_exist():
    known = set(re.findall(r"(--[\w-]+)\s*:", "".join(p.read_text() for p in CSS)))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(p.read_text() for p in CSS)))
    assert used - known == set()


def test_colour_search_finds_what_it_should():
    assert colours_of(".a{color:#fff}.b{border:1px solid rgba(0,0,0,.4)}#abc{color:var(--text)}") == ["#fff", "rgba("]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_template_has_nothing_inline(path):
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "markup", ['<p style="x">', '<a onclick="x">', "<style>", "<script>", '<a href="javascript:x">']
)
def test_inline_search_finds_what_it_should(markup):
    assert INLINE.search(markup)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_part_renders(language):
    with translation.override(language):
        html = gallery.render()
    assert INLINE.findall(html) == []
    assert html.count('class="term"') == len(SEVEN)
    assert 'aria-sort="descending"' in html
    assert 'aria-describedby="id_phone-msg"' in html
    assert 'aria-describedby="id_name-hint"' in html
    assert html.count('aria-current="page"') == 2
    assert re.findall(r'<html lang="([\w-]+)"', html) == ["en" if language == "en" else "zh-Hans"]


def test_icons_used_are_in_the_sprite():
    used = {name for path in TEMPLATES for name in re.findall(r'{% icon "(\w+)"', path.read_text())}
    assert used - set(gallery.ICONS) == set()


@pytest.mark.parametrize(("cookie", "mark"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_theme_cookie_is_painted_by_the_server(cookie, mark):
    head = gallery.render(cookies={"theme": cookie}).split("<head>")[0]
    assert mark in head


def test_theme_cookie_with_other_words_is_ignored():
    assert "data-theme" not in gallery.render(cookies={"theme": '"><b>'}).split("<head>")[0]


def test_item_cell_draws_up_to_the_cap_and_dashes_beyond():
    assert svg.item_cell("68", 68, low=True) == (
        '<span class="itm low"><span>68</span><svg aria-hidden="true"><rect width="35.7"/></svg></span>'
    )
    assert svg.item_cell("118", 118) == (
        '<span class="itm"><span>118</span><svg aria-hidden="true"><rect width="52.5"/>'
        '<path class="o" d="M52.5 2h9.5"/></svg></span>'
    )
    assert svg.item_cell("未设目标", None) == '<span class="itm na"><span class="muted">未设目标</span></span>'


def test_item_cell_of_a_negative_value_has_no_bar():
    assert '<rect width="0"/>' in svg.item_cell("−12", -12)


def test_progress_is_late_from_three_points_on():
    assert 'class="pvt late"' in svg.progress(36.9, 40)
    assert 'class="pvt"' in svg.progress(37, 40)
    assert 'class="pvt thin"' in svg.progress(10, 40, late=False, size="thin")


def test_texts_in_drawings_are_escaped():
    assert "<b>" not in svg.chip("info", "<b>") + svg.clock(1, "<b>") + svg.hbar(1, label="<b>") + svg.item_cell(
        "1", 1, note="<b>"
    )


def test_rank_change_says_which_way():
    with translation.override("zh-hans"):
        assert svg.rank_change(2) == '<span class="rk up"><span class="vh">升 </span>2</span>'
        assert svg.rank_change(-1) == '<span class="rk dn"><span class="vh">降 </span>1</span>'
        assert 'class="rk eq"' in svg.rank_change(None)


def test_phone_page_stays_small():
    files = ["css/tokens.css", "css/basics.css", "css/phone.css", "img/icons.svg", "img/mark.svg", "img/favicon.svg"]
    files += ["js/shell.js", "js/theme.js", "js/toast.js", "js/submit.js", "js/confirm.js"]
    shared = sum((ROOT / "static" / name).stat().st_size for name in files)
    assert shared <= 45_000, "the entry page itself and its offline script need the rest of 60 kB"


def test_css_braces_are_balanced():
    assert [p.name for p in CSS if p.read_text().count("{") != p.read_text().count("}")] == []
