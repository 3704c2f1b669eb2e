"""A phone: Chromium with a profile that outlives it, so that it can be closed by force and opened again."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from gridmarketing import processes
from tests.trips.line import Line

NEW, LIST, OFFLINE = "/acceptance/slips/new/", "/acceptance/slips/", "/acceptance/offline/"
WORKER = "/acceptance/sw.js"
PATIENCE = 60_000  # ms; a test that passes waits for nothing, however slow the machine
NUMBER = re.compile(r"YSL-\d{6}-\d{5}")
QUEUE = """(async () => {
  const { slipsOf, waiting } = await import("/static/js/outbox.js");
  const user = document.querySelector("[data-phone]").dataset.user;
  const numbers = (await slipsOf(user)).map((slip) => slip.number).filter(Boolean);
  return { waiting: (await waiting(user)).length, numbers };
})()"""
# The worker may be at work before it looks after this very page.
UNDER_CONTROL = "() => Boolean(navigator.serviceWorker.controller)"
COPIED = """() => {
  const { user } = document.querySelector("[data-phone]").dataset;
  return sessionStorage.getItem("copied")?.startsWith(`${user} `);
}"""
NOBODY_SENDS = "async () => !(await navigator.locks.query()).held.some((lock) => lock.name === 'slips-outbox')"
STORED = """(async () => {
  const db = await new Promise((done) => { indexedDB.open("slips").onsuccess = (event) => done(event.target.result); });
  const names = [...db.objectStoreNames];
  const counts = names.map((name) => new Promise((done) => {
    db.transaction(name).objectStore(name).getAll().onsuccess = (event) => done([name, event.target.result.length]);
  }));
  const found = Object.fromEntries(await Promise.all(counts));
  db.close();
  return found;
})()"""

expect.set_options(timeout=PATIENCE)


class Phone:
    """One browser profile on one line."""

    def __init__(self, playwright: Playwright, launch: dict[str, Any], profile: Path, line: Line) -> None:
        self.playwright, self.launch, self.profile, self.line = playwright, launch, profile, line
        self.context: BrowserContext | None = None

    def open(self) -> Page:
        """Switch it on."""
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            **self.launch,
            base_url=self.line.url,
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
        )
        self.context.set_default_timeout(PATIENCE)
        return self.context.pages[0]

    def tab(self) -> Page:
        assert self.context
        return self.context.new_page()

    def kill(self) -> None:
        """As the system does it: without a word to anybody."""
        for entry in processes.PROC.iterdir():
            if entry.name.isdigit() and f"--user-data-dir={self.profile}" in processes.command(int(entry.name)):
                try:
                    os.kill(int(entry.name), signal.SIGKILL)
                except ProcessLookupError:
                    continue
        with suppress(Error):  # the driver may have heard of the death already
            self.close()

    def close(self) -> None:
        context, self.context = self.context, None
        if context:
            context.close()


def log_in(page: Page, username: str, then: str = "/") -> None:
    """Through the form; ends on the page asked for, else the person's first one."""
    page.goto(f"/login/?next={then}")
    page.get_by_label("登录名").fill(username)
    page.get_by_label("密码").fill("demo2026")
    page.get_by_role("button", name="登录").tap()
    page.wait_for_url(lambda url: "/login/" not in url)


def first_visit(page: Page, username: str) -> None:
    """Log in and look at the slip page until everything is on the phone."""
    log_in(page, username)
    open_slip(page)
    page.wait_for_function(UNDER_CONTROL)
    page.wait_for_function(COPIED)


def open_slip(page: Page, address: str = NEW) -> None:
    """A form that is ready to be written on."""
    page.goto(address)
    page.wait_for_selector("#slip[data-ready]", state="attached")


def write_slip(page: Page, notes: str) -> None:
    """A slip with a new address, which no other slip is similar to; not sent yet."""
    page.get_by_label("系统里没有这一户？写下新地址").fill(f"园荫里 {notes}")
    page.locator("label").filter(has=page.get_by_role("checkbox", name=re.compile("^FTTH"))).tap()
    page.get_by_role("textbox", name="联系人").fill("刘建军")
    page.get_by_role("textbox", name="手机").fill("13902217648")
    page.get_by_label("备注").fill(notes)
    page.get_by_text("客户同意登记以上信息并由营业厅联系").tap()


def lay_aside(page: Page, notes: str) -> None:
    """Write a slip that can't be sent now; waits until it is in the queue."""
    write_slip(page, notes)
    page.locator("[data-send]").tap()
    expect(page.get_by_label("备注")).to_have_value("")
    expect(page.locator("[data-send]")).to_be_enabled()


def lose_session(page: Page) -> None:
    """While the line is cut; what was sent with the session that ends here has failed before this returns."""
    page.context.clear_cookies(name=re.compile("^sessionid"))
    page.wait_for_function(NOBODY_SENDS)


def queue(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(QUEUE)
    return found


def wait_until_empty(page: Page) -> list[str]:
    """Numbers of what has been sent, once nothing waits any more."""
    page.wait_for_function(f"async () => (await {QUEUE}).waiting === 0", polling=200)
    expect(page.locator("[data-offline]")).to_be_hidden()
    return list(queue(page)["numbers"])
