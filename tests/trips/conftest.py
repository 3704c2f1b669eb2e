"""The people of the demo company, each logged in once; and a phone on a line that can be cut."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.product import Product
from tests.trips import steps
from tests.trips.browserless import Browserless, log_in
from tests.trips.line import Line, line_to
from tests.trips.phone import Phone

PASSWORD = "demo2026"
Person = Callable[[str], Browserless]
SERVES = """
import json
from django.utils import timezone
from core.periods import local_day
from accounts.models import User
from managers.models import Posting
staff_no = User.objects.get(username="field").staff_code
serves = Posting.objects.filter(manager__staff_no=staff_no, period__contains=local_day(timezone.now()))
print("SERVES" + json.dumps([*serves.values_list("grid__code", "grid__branch__code").get(), staff_no]))
"""


@dataclass(frozen=True)
class Place:
    """Where the demo's field manager works."""

    grid: str
    branch: str
    staff_no: str


@pytest.fixture(scope="session")
def person(product: Product) -> Person:
    """`person("clerk")` is the session of that login."""

    @cache
    def session(username: str) -> Browserless:
        return log_in(product.url, username, PASSWORD)

    return session


@pytest.fixture(scope="session")
def place(product: Product) -> Place:
    return Place(*json.loads(product.command("shell", "-c", SERVES).split("SERVES", 1)[1]))


@pytest.fixture(scope="session")
def everybody(product: Product) -> Any:
    """Who is scored this month, people and grids; a recompute changes their scores, not who they are."""
    return product.json("show_scores", steps.this_month())


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
