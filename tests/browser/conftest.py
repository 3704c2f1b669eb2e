"""Chromium for a person of the demo company, at the size of their device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.product import Product
from tests.trips.conftest import Person, person
from tests.trips.phone import PATIENCE

__all__ = ["person"]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
Visit = Callable[..., Page]
# Every script has run; the form of a slip opens what the phone keeps before it listens.
READY = "() => document.readyState === 'complete' && !document.querySelector('#slip:not([data-ready])')"


@pytest.fixture
def visit(product: Product, person: Person, new_context: Callable[..., BrowserContext]) -> Visit:
    """`visit("clerk", "/acceptance/queue/", DESKTOP)` opens a page of somebody who has logged in before."""

    def opened(username: str, address: str = "/", size: dict[str, Any] = DESKTOP, **more: Any) -> Page:
        cookies = person(username).cookies if username else {}
        state = {"cookies": [_cookie(name, value) for name, value in cookies.items()], "origins": []}
        context = new_context(**size, base_url=product.url, locale="zh-CN", storage_state=state, **more)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.wait_for_function(READY)
        return page

    return opened


def arrived(page: Page, heading: str) -> None:
    """The page that a key or a button led to is there and listens: its heading is seen before its scripts run."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.wait_for_function(READY)


def _cookie(name: str, value: str) -> dict[str, Any]:
    rest = {"path": "/", "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax"}
    return {"name": name, "value": value, "domain": "127.0.0.1", **rest}
