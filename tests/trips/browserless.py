"""A person without a browser: pages over HTTP, with cookies, links, forms and their buttons, and no script at all."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

UNSEEN = {"script", "style", "title", "option"}
Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form as it would be sent untouched; `buttons` are the words on it."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects the words, links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._buttons: list[tuple[Form | str, tuple[str, str], int]] = []
        self._open: Form | None = None
        self._unseen = 0
        self._link: tuple[str, int] | None = None
        self._button: tuple[Form | str, tuple[str, str], int] | None = None
        self._select: tuple[str, str | None] | None = None
        self._textarea: str | None = None

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
        if self._textarea is not None and self._open:
            self._open.fields.append((self._textarea, data))
            self._textarea = None
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
        kind = given.get("type", "text")
        ticked = kind not in ("checkbox", "radio") or "checked" in given
        if self._open and given.get("name") and ticked and kind not in ("submit", "file"):
            self._open.fields.append((given["name"], given.get("value", "")))

    def _start_select(self, given: dict[str, str]) -> None:
        self._select = (given.get("name", ""), None)

    def _start_option(self, given: dict[str, str]) -> None:
        if self._select and (self._select[1] is None or "selected" in given):
            self._select = (self._select[0], given.get("value", ""))

    def _end_select(self) -> None:
        if self._open and self._select and self._select[1] is not None:
            self._open.fields.append((self._select[0], self._select[1]))
        self._select = None

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._textarea = given.get("name", "")

    def _end_textarea(self) -> None:
        self._textarea = None

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

    @property
    def read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader

    @property
    def words(self) -> str:
        return " ".join(self.read.words)

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


class Browserless:
    """One person's session. Refusals come back as pages with their status; nothing is raised for them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, address: str) -> Page:
        return self._send(urllib.request.Request(urljoin(self._url, address)))

    def open(self, page: Page, link: str) -> Page:
        """Follow a link by its words."""
        return self.get(urljoin(page.url, page.link(link)))

    def press(
        self, page: Page, button: str, file: tuple[str, str, bytes] | None = None, **changed: str | list[str]
    ) -> Page:
        """Send the form of a button as it stands, with some fields changed; `file` is field, name and bytes."""
        form, (name, value) = page.form(button)
        fields = [pair for pair in form.fields if pair[0] not in changed]
        for key, new in changed.items():
            fields += [(key, each) for each in ([new] if isinstance(new, str) else new)]
        if name:
            fields.append((name, value))
        address = urljoin(page.url, form.action)
        if form.method == "get":
            return self.get(f"{address}?{urlencode(fields)}")
        kind, body = _multipart(fields, file) if file else _urlencoded(fields)
        return self._send(urllib.request.Request(address, body, {"Content-Type": kind, "Referer": page.url}))

    def json(self, address: str) -> Any:
        page = self.get(address)
        assert page.status == 200, (page.status, page.url)
        return json.loads(page.text)

    def post_json(self, address: str, document: object) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self._csrf()}
        body = json.dumps(document).encode()
        page = self._send(urllib.request.Request(urljoin(self._url, address), body, headers))
        return page.status, json.loads(page.text)

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._cookies}

    def _csrf(self) -> str:
        return next((value for name, value in self.cookies.items() if "csrf" in name), "")

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            answer = self._opener.open(request, timeout=120)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return Page(answer.url, answer.status, answer.read().decode(errors="replace"))


def log_in(url: str, username: str, password: str) -> Browserless:
    """Through the login page, as anybody does."""
    person = Browserless(url)
    page = person.press(person.get("/login/"), "登录", username=username, password=password)
    assert page.status == 200 and page.path != "/login/", page.words
    return person


def _urlencoded(fields: Fields) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def _multipart(fields: Fields, file: tuple[str, str, bytes]) -> tuple[str, bytes]:
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    name, filename, content = file
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
    parts.append(head.encode() + content + b"\r\n")
    return f"multipart/form-data; boundary={edge}", b"".join(parts) + f"--{edge}--\r\n".encode()
