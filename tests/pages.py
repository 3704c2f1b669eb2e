"""A page as somebody without a browser sees it: words, tables, links, forms and their buttons, and no script at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urlsplit

UNSEEN = {"script", "style", "title", "option"}
Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form as it would be sent untouched; `buttons` are the words on it, `boxes` what may be filled in or chosen."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    boxes: dict[str, list[str | None]] = field(default_factory=dict)  # by name: values to choose from, None to write in

    def values(self, start: str) -> dict[str, str]:
        """What stands in the boxes whose names begin like this, in their order."""
        return {name: value for name, value in self.fields if name.startswith(start)}

    def filled(self, changed: Mapping[str, str | list[str]]) -> Fields:
        """What is sent when some boxes are filled in; KeyError for what the page gives no place to write or choose."""
        fields = [pair for pair in self.fields if pair[0] not in changed]
        for name, new in changed.items():
            values = [new] if isinstance(new, str) else new
            boxes = self.boxes.get(name, [])
            if len(values) > len(boxes) or not all(value in boxes or None in boxes for value in values):
                raise KeyError(f"The form can't send {name}={new!r}; it offers {self.boxes}")
            fields += [(name, value) for value in values]
        return fields


class _Reader(HTMLParser):
    """Collects the words, links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._buttons: list[tuple[Form | str, tuple[str, str], int]] = []
        self._open: Form | None = None
        self._unseen = 0
        self._link: tuple[str, int] | None = None
        self._button: tuple[Form | str, tuple[str, str], int] | None = None
        self._select: tuple[str, str | None] | None = None
        self._textarea: tuple[str, str] | None = None
        self._cell: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self._unseen += 1
        start = getattr(self, f"_start_{tag}", None)
        if start:
            start(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen -= 1
        end = getattr(self, f"_end_{tag}", None)
        if end:
            end()

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea = (self._textarea[0], self._textarea[1] + data)
        elif not self._unseen and data.strip():
            self.words.append(" ".join(data.split()))

    def _start_a(self, given: dict[str, str]) -> None:
        self._link = (given.get("href", ""), len(self.words))

    def _end_a(self) -> None:
        if self._link:
            self.links.append((" ".join(self.words[self._link[1] :]), self._link[0]))
        self._link = None

    def _start_form(self, given: dict[str, str]) -> None:
        self._open = Form(given.get("action", ""), given.get("method", "get").lower())
        self.forms.append(self._open)
        self._by_id[given.get("id", "")] = self._open

    def _end_form(self) -> None:
        self._open = None

    def _start_input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name")
        if not self._open or not name or kind == "submit":
            return
        is_choice = kind in ("checkbox", "radio")
        value = given.get("value", "on" if is_choice else "")
        self._box(name, value if is_choice else None)
        if not is_choice and kind != "file" or "checked" in given:
            self._open.fields.append((name, value))

    def _box(self, name: str, value: str | None) -> None:
        if self._open:
            self._open.boxes.setdefault(name, []).append(value)

    def _start_select(self, given: dict[str, str]) -> None:
        self._select = (given.get("name", ""), None)

    def _start_option(self, given: dict[str, str]) -> None:
        if not self._select:
            return
        name, value = self._select[0], given.get("value", "")
        self._box(name, value)
        if self._select[1] is None or "selected" in given:
            self._select = (name, value)

    def _end_select(self) -> None:
        if self._open and self._select and self._select[1] is not None:
            self._open.fields.append((self._select[0], self._select[1]))
        self._select = None

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._textarea = (given.get("name", ""), "")

    def _end_textarea(self) -> None:
        if self._open and self._textarea:
            self._open.fields.append(self._textarea)
            self._box(self._textarea[0], None)
        self._textarea = None

    def _start_tr(self, given: dict[str, str]) -> None:
        self.rows.append([])

    def _start_td(self, given: dict[str, str]) -> None:
        self._cell = len(self.words)

    def _end_td(self) -> None:
        if self.rows and self._cell is not None:
            self.rows[-1].append(" ".join(self.words[self._cell :]))
        self._cell = None

    _start_th, _end_th = _start_td, _end_td

    def _start_button(self, given: dict[str, str]) -> None:
        form = given.get("form") or self._open
        if form and given.get("type", "submit") == "submit":
            self._button = (form, (given.get("name", ""), given.get("value", "")), len(self.words))

    def _end_button(self) -> None:
        if self._button:
            form, sent, start = self._button
            owner = self._by_id[form] if isinstance(form, str) else form
            owner.buttons[" ".join(self.words[start:])] = sent
        self._button = None


@dataclass(frozen=True)
class Page:
    """What came back: where one ended up, the status, and what can be read and pressed there."""

    url: str
    status: int
    text: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @cached_property
    def read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader

    @property
    def words(self) -> str:
        return " ".join(self.read.words)

    def row(self, *words: str) -> list[str]:
        """The cells of the first row of a table that has all these words; KeyError shows the rows there are."""
        rows = self.read.rows
        for row in rows:
            if all(word in " ".join(row) for word in words):
                return row
        raise KeyError(f"No row with {words} on {self.url}: {rows}")

    def links(self, words: str) -> list[str]:
        """The addresses of all links with these words in them, in their order."""
        return [address for text, address in self.read.links if words in text]

    def link_to(self, part: str) -> str:
        """The first address with this part; KeyError shows those there are."""
        addresses = [address for _text, address in self.read.links]
        for address in addresses:
            if part in address:
                return address
        raise KeyError(f"No link to {part!r} on {self.url}: {addresses}")

    def link(self, words: str) -> str:
        """The address of the first link with these words in it; KeyError shows those there are."""
        links = self.read.links
        for text, address in links:
            if words in text:
                return address
        raise KeyError(f"No link {words!r} on {self.url}: {[text for text, _address in links]}")

    def form(self, button: str) -> tuple[Form, tuple[str, str]]:
        """The first form with this button; KeyError shows the buttons there are."""
        forms = self.read.forms
        for form in forms:
            for words, sent in form.buttons.items():
                if button in words:
                    return form, sent
        raise KeyError(f"No button {button!r} on {self.url}: {[list(form.buttons) for form in forms]}")
