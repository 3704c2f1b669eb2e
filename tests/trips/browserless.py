"""A person without a browser: pages over HTTP, with cookies, links, forms and their buttons, and no script at all."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

from tests.pages import Fields, Page


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
        fields = form.filled(changed)
        if name:
            fields.append((name, value))
        address = urljoin(page.url, form.action)
        if form.method == "get":
            return self.get(f"{address.partition('?')[0]}?{urlencode(fields)}")
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
