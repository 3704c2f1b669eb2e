"""Everybody lands on their own first page, and others' slips and scores are not there for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.product import Product
from tests.trips import steps
from tests.trips.browserless import Browserless
from tests.trips.conftest import Person, Place

FIRST_PAGES = [
    ("company", "/kpi/company/"),
    ("branch", "/kpi/month/"),
    ("bureau", "/kpi/"),
    ("field", "/kpi/my-day/"),
    ("halldesk", "/acceptance/queue/"),
    ("clerk", "/acceptance/queue/"),
    ("hallmanager", "/acceptance/queue/"),
    ("admin", "/kpi/admin/"),
    ("auditor", "/kpi/"),
]


@pytest.fixture(scope="module")
def number(person: Person) -> str:
    return steps.send_slip(person("field"), steps.home(person("field"), "201"), ["FTTH"])


@pytest.fixture(scope="module")
def outsiders(person: Person, place: Place, everybody: Any) -> list[Browserless]:
    """A manager and a clerk of the other branch."""
    other = next(row["staff_no"] for row in everybody["people"] if row["branch"] != place.branch)
    return [person(other), person("HD0001")]


@pytest.mark.parametrize(("username", "path"), FIRST_PAGES)
def test_everybody_lands_on_their_own_first_page(person: Person, username: str, path: str) -> None:
    page = person(username).get("/")
    assert (page.status, page.path) == (200, path)


def test_slip_is_not_there_for_another_hall_and_branch(outsiders: list[Browserless], number: str) -> None:
    for outsider in outsiders:
        assert outsider.get(f"/acceptance/slips/{number}/").status == 404
        assert outsider.get(f"/acceptance/slips/{number}/panel/").status == 404
        assert outsider.get(f"/api/v1/acceptance/slips/{number}/").status == 404
        assert outsider.get(f"/kpi/slips/{number}/").status == 404


def test_meeting_of_another_branch_is_not_there(person: Person, place: Place, everybody: Any) -> None:
    others = {row["branch"] for row in everybody["grids"]} - {place.branch}
    assert others
    for branch in others:
        assert person("branch").get(f"/kpi/{steps.this_month()}/{branch}/meeting/").status == 404


def test_stranger_is_sent_to_the_login_and_back(product: Product, number: str) -> None:
    stranger = Browserless(product.url)
    page = stranger.get(f"/acceptance/slips/{number}/")
    assert page.path == "/login/"
    page = stranger.press(page, "登录", username="clerk", password="demo2026")
    assert page.path == f"/acceptance/slips/{number}/"


def test_wrong_password_is_told_in_words(product: Product) -> None:
    stranger = Browserless(product.url)
    page = stranger.press(stranger.get("/login/"), "登录", username="nobody", password="wrong")
    assert page.path == "/login/"
    assert "登录名或密码不对" in page.words
