"""Every page of the KPI month, light and dark, desk and phone: no errors, nothing cut off, nothing axe finds."""

from __future__ import annotations

import re

import pytest

from core.periods import Month
from tests.browser.conftest import DESKTOP, PROJECTOR, Visit
from tests.browser.test_pages_are_clean import check
from tests.trips import steps
from tests.trips.conftest import Person


@pytest.fixture(scope="module")
def places(person: Person) -> dict[str, str]:
    """The codes that the addresses below name: last month, the branch, one of its grids and people, two schemes."""
    branch, company = person("branch"), person("company")
    month = str(Month.parse(steps.this_month()).shift(-1))
    league = branch.get(f"/kpi/?month={month}").read.links
    people = branch.get(f"/kpi/people/?month={month}").read.links
    schemes = company.get("/kpi/schemes/").read.links
    return {
        "month": month,
        "next": str(Month.parse(steps.this_month()).shift(1)),
        "branch": _first(r"/kpi/[\d-]+/(\w+)/meeting/", league),
        "grid": _first(r"/kpi/[\d-]+/grids/([^/]+)/", league),
        "person": _first(r"/kpi/[\d-]+/people/([^/]+)/", people),
        "draft": _first(r"/kpi/schemes/(\d+)/edit/", schemes),
        "issued": _first(r"/kpi/schemes/new/\?from=(\d+)", schemes),
        "own": _first(r"/kpi/[\d-]+/people/([^/]+)/", person("field").get("/kpi/people/").read.links),
    }


def _first(pattern: str, links: list[tuple[str, str]]) -> str:
    found = (re.search(pattern, address) for _text, address in links)
    return next(match[1] for match in found if match)


PAGES = {
    "company": [
        "/kpi/company/",
        "/kpi/meetings/",
        "/kpi/schemes/new/",
        "/kpi/schemes/{draft}/",
        "/kpi/schemes/{draft}/edit/",
        "/kpi/schemes/{draft}/against/",
        "/kpi/schemes/{draft}/replay/",
        "/kpi/schemes/{issued}/",
    ],
    "branch": [
        "/kpi/month/",
        "/kpi/progress/",
        "/kpi/targets/?month={next}",
        "/kpi/targets/spread/?month={next}&total-A=90",
        "/kpi/targets/{month}/{grid}/",
        "/kpi/ratings/?month={month}",
        "/kpi/ratings/{month}/{grid}/",
        "/kpi/{month}/grids/{grid}/?item=A",
        "/kpi/{month}/people/{person}/?item=G",
        "/kpi/teams/?month={month}",
        "/kpi/branches/?month={month}",
        "/kpi/totals/?month={month}",
        "/kpi/totals/?month={month}&item=D",
        "/kpi/trends/?month={month}",
        "/kpi/appeals/",
        "/kpi/adjustments/",
        "/kpi/{month}/{branch}/life/",
        "/kpi/{month}/{branch}/publish/",
        "/kpi/{month}/{branch}/close/",
        "/kpi/{month}/{branch}/corrections/",
        "/kpi/{month}/{branch}/pack/",
        "/kpi/{month}/{branch}/decisions/",
        "/kpi/?month=2026-13",
    ],
    "field": ["/kpi/my-score/", "/kpi/people/?month={month}", "/kpi/appeals/"],
    "auditor": ["/kpi/meetings/", "/kpi/{month}/{branch}/life/", "/kpi/ratings/?month={month}"],
    "bureau": ["/kpi/?month={month}", "/kpi/targets/"],
}
EVERY = [(username, address) for username, addresses in PAGES.items() for address in addresses]


@pytest.mark.parametrize(("username", "address"), EVERY)
def test_kpi_page_is_clean_in_both_themes_and_sizes(
    visit: Visit, places: dict[str, str], username: str, address: str
) -> None:
    check(visit, username, address.format(**places), themes=("light", "dark"))


def test_slides_are_clean_in_both_themes(visit: Visit, places: dict[str, str]) -> None:
    address = "/kpi/{month}/{branch}/meeting/?snapshot=live".format(**places)
    check(visit, "branch", address, sizes=[PROJECTOR], themes=("light", "dark"))


def test_targets_typed_when_the_session_ends_are_there_after_the_login(visit: Visit, places: dict[str, str]) -> None:
    page = visit("branch", f"/kpi/targets/?month={places['next']}", DESKTOP)
    cell = page.locator("input[data-col]").first
    name = cell.get_attribute("name")
    cell.fill("4321")
    page.context.clear_cookies(name=re.compile("sessionid"))
    page.get_by_role("button", name="保存").click()
    page.get_by_label("登录名").fill("branch")
    page.get_by_label("密码").fill("demo2026")
    page.get_by_role("button", name="登录").click()
    page.get_by_text("登录前填的还在").wait_for()
    assert page.locator(f"input[name='{name}']").input_value() == "4321"
