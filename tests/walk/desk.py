"""Somebody at a desk or with a phone, without a browser; the clock they go by, and the worker behind the pages."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import urlencode, urljoin

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kombu.simple import SimpleQueue

from accounts.models import User
from core.periods import SHANGHAI
from gridmarketing.celery import app
from tests.factories.accounts import PASSWORD
from tests.pages import Page

PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile"


class Clock:
    """What time it is; a minute passes from one request to the next."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 9, 28, 9, tzinfo=SHANGHAI)

    def set(self, text: str) -> None:
        """On to a later day and hour: `10-09 16:30`."""
        then = dt.datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
        assert then > self.now, f"{text} is over: it is {self.now}"
        self.now = then

    def tick(self) -> None:
        self.now += dt.timedelta(minutes=1)


class Desk:
    """One person's session. A page that isn't there fails at once; a refusal comes back as the page that says it."""

    def __init__(self, user: User, clock: Clock) -> None:
        self._clock = clock
        agent = PHONE if user.staff_code.startswith("M") else "Mozilla/5.0"
        self._client = Client(enforce_csrf_checks=True, HTTP_USER_AGENT=agent)
        self.home = self.press(self.open("/login/"), "登录", username=user.username, password=PASSWORD)
        assert self.home.path != "/login/", self.home.words

    def open(self, address: str) -> Page:
        """A page by its address: the first one, or one that nobody is led to."""
        page = self._shown(self._client.get(address, follow=True))
        assert page.status == 200, (page.status, page.url, page.words[:300])
        return page

    def follow(self, page: Page, *words: str) -> Page:
        """From link to link by their words."""
        for link in words:
            page = self.open(urljoin(page.url, page.link(link)))
        return page

    def press(self, page: Page, button: str, file: tuple[str, bytes] | None = None, **changed: str | list[str]) -> Page:
        """Send the form of a button as it stands, with some boxes filled in; `file` is name and bytes."""
        form, (name, value) = page.form(button)
        fields = form.filled(changed) + ([(name, value)] if name else [])
        address = urljoin(page.url, form.action)
        if form.method == "get":
            return self.open(f"{address.partition('?')[0]}?{urlencode(fields)}")
        data: dict[str, Any] = {}
        for key, sent in fields:
            data.setdefault(key, []).append(sent)
        if file:
            assert "file" in form.boxes, form
            data["file"] = SimpleUploadedFile(*file)
        return self._shown(self._client.post(address, data, follow=True))

    def fetch(self, page: Page, link: str) -> bytes:
        """The file behind a link."""
        answer = self._client.get(urljoin(page.url, page.link(link)))
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        return b"".join(answer) if answer.streaming else answer.content

    def json(self, address: str) -> Any:
        answer = self._client.get(address)
        assert answer.status_code == 200, (answer.status_code, address)
        return answer.json()

    def post_json(self, address: str, document: object) -> tuple[int, Any]:
        """As a script of the page does it, with the token of the cookie."""
        token = next(morsel.value for name, morsel in self._client.cookies.items() if "csrf" in name)
        kind = "application/json"
        answer = self._client.post(address, json.dumps(document), content_type=kind, HTTP_X_CSRFTOKEN=token)
        return answer.status_code, answer.json()

    def _shown(self, answer: Any) -> Page:
        self._clock.tick()
        asked = answer.request
        url = asked["PATH_INFO"] + (f"?{asked['QUERY_STRING']}" if asked["QUERY_STRING"] else "")
        return Page(url, answer.status_code, answer.content.decode())


class Worker:
    """What a worker does with the messages that wait, one after the other, until there are none."""

    def __init__(self) -> None:
        app.loader.import_default_modules()
        app.control.purge()

    def work(self) -> list[str]:
        """Returns the tasks that were done, by their names."""
        done = []
        with app.connection_for_read() as broker, SimpleQueue(broker, app.conf.task_default_queue) as queue:
            try:
                while True:
                    message = queue.get_nowait()
                    _arguments, named, _embedded = message.payload
                    name = message.headers["task"]
                    app.tasks[name](**named)
                    message.ack()
                    done.append(name)
            except queue.Empty:
                return done

    def do(self, name: str) -> None:
        """What the scheduler asks for from time to time, then what that asks for."""
        app.tasks[name]()
        self.work()
