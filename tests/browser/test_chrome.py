"""What is the same everywhere: the login, the language, light and dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, READY, Visit

CHINESE = re.compile("[\u4e00-\u9fff]+")
SURFACE = "() => getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number)"


def test_wrong_password_is_told_and_the_name_stays(visit: Visit) -> None:
    page = visit("", "/login/", DESKTOP)
    page.get_by_label("登录名").fill("nobody-at-all")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert").filter(has_text="登录名或密码不对")).to_be_visible()
    expect(page.get_by_label("登录名")).to_have_value("nobody-at-all")


def test_login_leads_to_the_first_page_and_logout_back(visit: Visit) -> None:
    page = visit("", "/", PHONE)
    page.get_by_label("登录名").fill("field")
    page.get_by_label("密码").fill("demo2026")
    page.get_by_role("button", name="登录").tap()
    expect(page.get_by_role("heading", name="我的一天")).to_be_visible()
    page.get_by_role("button", name="退出登录").tap()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.parametrize(
    ("username", "address"),
    [("", "/login/"), ("clerk", "/acceptance/queue/"), ("branch", "/kpi/month/"), ("admin", "/imports/")],
)
def test_english_page_has_english_chrome(visit: Visit, username: str, address: str) -> None:
    page = visit(username, address, DESKTOP)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_function(READY)
    texts = [text for text in _chrome(page) if CHINESE.search(text)]
    assert texts == []


def _chrome(page: Page) -> list[str]:
    """Words of the question, buttons, navigation and column heads; the rest may hold names and data."""
    texts = page.get_by_role("heading", level=1).all_inner_texts()
    for role in ("button", "navigation", "columnheader"):
        texts += page.get_by_role(role).all_inner_texts()
    return [text for text in texts if text != "中文" and text != "简体中文"]


@pytest.mark.parametrize(("username", "size"), [("field", PHONE), ("clerk", DESKTOP)])
def test_dark_system_gets_a_dark_page(visit: Visit, username: str, size: dict[str, object]) -> None:
    light = visit(username, "/", size, color_scheme="light").evaluate(SURFACE)
    dark = visit(username, "/", size, color_scheme="dark").evaluate(SURFACE)
    assert min(light) > 200
    assert max(dark) < 80


def test_chosen_theme_stays(visit: Visit) -> None:
    page = visit("clerk", "/", DESKTOP, color_scheme="light")
    switch = page.get_by_role("button", name="换深浅色")
    for _press in ("浅色", "深色"):
        switch.click()
    page.reload()
    assert max(page.evaluate(SURFACE)) < 80
