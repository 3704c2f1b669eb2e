"""The people of the demo company, each logged in once; and a phone on a line that can be cut."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.product import Product
from tests.trips.browserless import Browserless, log_in
from tests.trips.line import Line, line_to
from tests.trips.phone import Phone

PASSWORD = "demo2026"
Person = Callable[[str], Browserless]


@pytest.fixture(scope="session")
def person(product: Product) -> Person:
    """`person("clerk")` is the session of that login."""

    @cache
    def session(username: str) -> Browserless:
        return log_in(product.url, username, PASSWORD)

    return session


@pytest.fixture
def line(product: Product) -> Iterator[Line]:
    with line_to(product.url) as opened:
        yield opened


@pytest.fixture
def phone(
    playwright: Playwright, browser_type_launch_args: dict[str, object], tmp_path: Path, line: Line
) -> Iterator[Phone]:
    phone = Phone(playwright, browser_type_launch_args, tmp_path / "profile", line)
    yield phone
    phone.kill()


@pytest.fixture
def sent(product: Product) -> Callable[[str], list[str]]:
    """Numbers of the slips whose notes begin with a text, as the product knows them."""

    def found(mark: str) -> list[str]:
        found = f"list(Slip.objects.filter(notes__startswith={mark!r}).values_list('number', flat=True))"
        code = f"import json; from acceptance.models import Slip; print('SLIPS' + json.dumps({found}))"
        answer = product.command("shell", "-c", code)
        numbers: list[str] = json.loads(answer.split("SLIPS", 1)[1])
        return numbers

    return found


@pytest.fixture
def mark() -> str:
    return f"trip-{uuid.uuid4().hex[:8]}"
