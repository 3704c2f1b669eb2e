"""Every text of the program has its English; each check has been seen to fail."""

from pathlib import Path

import polib
import pytest

from tests.locale.texts import CATALOGUE, Text, faults, missing, sources, texts_in


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def _texts(path: Path) -> set[Text]:
    return texts_in(path.read_text(), template=path.suffix == ".html")


def test_every_text_of_the_sources_is_in_the_catalogue(catalogue) -> None:
    found = {str(path): missing(_texts(path), catalogue) for path in sources()}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_every_entry_is_still_in_the_sources(catalogue) -> None:
    marked = {text[:2] for path in sources() for text in _texts(path)}
    assert [entry.msgid for entry in catalogue if (entry.msgid, entry.msgctxt) not in marked] == []


def test_every_entry_is_in_good_english(catalogue) -> None:
    assert {entry.msgid: faults(entry) for entry in catalogue if faults(entry)} == {}


def test_catalogue_names_no_machine_and_no_hour() -> None:
    text = CATALOGUE.read_text()
    assert "POT-Creation-Date" not in text
    assert "#: /" not in text


def test_text_missing_from_the_catalogue_is_found() -> None:
    entries = [polib.POEntry(msgid="签收", msgstr="Receive")]
    page = texts_in('{% load i18n %}{% translate "签收" %}{% translate "放下" %}', template=True)
    assert missing(page, entries) == [Text("放下")]
    rule = texts_in('from x import gettext as _\n_("签收")\n_("接单")', template=False)
    assert missing(rule, entries) == [Text("接单")]


def test_texts_of_a_template_are_read_with_context_plural_and_arguments() -> None:
    page = """{% load i18n %}{% translate "转厅" context "action" %}
    {% blocktranslate count n=rows %}{{ n }} 单{% plural %}{{ n }} 单{% endblocktranslate %}
    {% include "x.html" with title=_("没有“单”。") %}"""
    assert texts_in(page, template=True) == {
        Text("转厅", "action"),
        Text("%(n)s 单", None, "%(n)s 单"),
        Text("没有“单”。"),
    }


def test_text_of_another_context_is_missing() -> None:
    state = [polib.POEntry(msgid="转厅", msgstr="Transferred")]
    assert missing({Text("转厅", "action")}, state) == [Text("转厅", "action")]


def test_plural_of_a_singular_entry_is_missing() -> None:
    entries = [polib.POEntry(msgid="%(n)s 单", msgstr="%(n)s slips")]
    assert missing({Text("%(n)s 单", None, "%(n)s 单")}, entries) == [Text("%(n)s 单", None, "%(n)s 单")]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (polib.POEntry(msgid="签收", msgstr="Receive"), []),
        (polib.POEntry(msgid="签收", msgstr=""), ["not translated"]),
        (polib.POEntry(msgid="签收", msgstr="Receive", flags=["fuzzy"]), ["fuzzy"]),
        (polib.POEntry(msgid="%(n)s 单", msgstr="%(m)s slips"), ["other placeholders"]),
        (polib.POEntry(msgid="<b>%(n)s</b> 单", msgstr="%(n)s slips"), ["other placeholders"]),
        (polib.POEntry(msgid="签收，受理", msgstr="Receive，accept"), ["Chinese in English"]),
        (polib.POEntry(msgid="签收", msgstr="签收"), ["Chinese in English"]),
        (
            polib.POEntry(msgid="%(n)s 单", msgid_plural="%(n)s 单", msgstr_plural={0: "%(n)s slip", 1: ""}),
            ["not translated"],
        ),
    ],
)
def test_faults_of_an_entry_are_found(entry: polib.POEntry, found: list[str]) -> None:
    assert faults(entry) == found
