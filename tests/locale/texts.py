"""The texts that the sources mark for translation, found without gettext, and what is wrong with a catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT: Path = settings.BASE_DIR
CATALOGUE = ROOT / "locale/en/LC_MESSAGES/django.po"
ELSEWHERE = {".venv", ".local", "tests", "node_modules", "locale", "static", "migrations"}
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%%|%[sd]|{\w+}|<[^>]+>")
# Names of gettext's functions → where the context, the text and its plural stand among the arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "_lazy": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


class Text(NamedTuple):
    msgid: str
    context: str | None = None
    plural: str | None = None


def sources() -> Iterator[Path]:
    """Every program file and template that may carry texts."""
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.html")]):
        if not ELSEWHERE & set(path.relative_to(ROOT).parts):
            yield path


def texts_in(text: str, *, template: bool) -> set[Text]:
    """The marked texts of one source; a template is first turned into calls, as makemessages does."""
    return set(_template_texts(text) if template else _program_texts(text))


def _program_texts(text: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield from _text_of(name, node.args)


def _text_of(name: str, arguments: list[ast.expr]) -> Iterator[Text]:
    given = [node.value if isinstance(node, ast.Constant) else None for node in arguments]
    context, msgid, plural = (None if at is None or at >= len(given) else given[at] for at in CALLS[name])
    if isinstance(msgid, str):
        yield Text(msgid, context, plural)


def _template_texts(text: str) -> Iterator[Text]:
    """What templatize makes isn't a program, but its calls are: one after another, words between them blotted out."""
    calls = re.compile(r"(?<!\w)(n?p?gettext|_)\((?:[^()\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\)", re.DOTALL)
    for call in calls.finditer(templatize(text)):
        yield from _program_texts(re.sub(r"\bu(?=[\"'])", "", call.group()).replace("\n", " "))


def missing(texts: Iterable[Text], entries: Iterable[polib.POEntry]) -> list[Text]:
    """The texts that no entry has."""
    known = {(entry.msgid, entry.msgctxt) for entry in entries}
    plural = {(entry.msgid, entry.msgctxt) for entry in entries if entry.msgid_plural}
    return sorted((t for t in texts if t[:2] not in known or (t.plural and t[:2] not in plural)), key=lambda t: t.msgid)


def faults(entry: polib.POEntry, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the English of an entry."""
    english = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    found = ["fuzzy"] if entry.fuzzy else []
    if not all(english) or len(english) < (2 if entry.msgid_plural else 1):
        return [*found, "not translated"]
    wanted = sorted(PLACEHOLDER.findall(entry.msgid))
    if any(sorted(PLACEHOLDER.findall(text)) != wanted for text in english):
        found.append("other placeholders")
    if entry.msgid not in allowed and any(CHINESE.search(text) for text in english):
        found.append("Chinese in English")
    return found
