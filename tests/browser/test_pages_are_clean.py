"""Every main page of every role: no errors in the console, nothing cut off at the side, nothing axe complains of."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.trips import steps
from tests.trips.conftest import Person

PAGES = {
    "": ["/login/"],
    "company": ["/", "/kpi/", "/kpi/branches/", "/kpi/schemes/", "/imports/new", "/grids/coverage/"],
    "branch": [
        "/",
        "/kpi/",
        "/kpi/people/",
        "/kpi/runs/",
        "/kpi/targets/",
        "/kpi/ratings/",
        "/acceptance/in-transit/",
        "/acceptance/channel-mix/",
        "/acceptance/support-volume/",
        "/teams/",
        "/teams/grids/",
        "/imports/",
    ],
    "bureau": ["/"],
    "field": ["/", "/acceptance/slips/new/", "/acceptance/slips/", "/campaigns/visits/new/", "/acceptance/search/?q=101"],
    "halldesk": ["/", "/kpi/people/"],
    "clerk": ["/", "/acceptance/direct/new/", "/acceptance/search/?q=101"],
    "hallmanager": ["/", "/acceptance/support-volume/"],
    "admin": ["/", "/users/", "/users/new/"],
    "auditor": ["/", "/access-log/", "/profile/"],
}
EVERY = [(username, address) for username, addresses in PAGES.items() for address in addresses]
RULES = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
ENTRY_BYTES = 60_000


def _troubles(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def _check(visit: Visit, username: str, address: str, size: dict[str, object]) -> None:
    page = visit(username, "/login/", size) if not username else visit(username, "/healthz", size)
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(address)
    assert answer and answer.status == 200
    page.wait_for_load_state("networkidle")
    assert errors == []
    scroll, client = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client, "the page scrolls sideways"
    assert _troubles(page) == []


@pytest.mark.parametrize(("username", "address"), EVERY)
def test_page_is_clean_at_the_desk(visit: Visit, username: str, address: str) -> None:
    _check(visit, username, address, DESKTOP)


@pytest.mark.parametrize(("username", "address"), EVERY)
def test_page_is_clean_on_the_phone(visit: Visit, username: str, address: str) -> None:
    _check(visit, username, address, PHONE)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_pages_of_one_thing_are_clean(visit: Visit, person: Person, size: dict[str, object]) -> None:
    field = person("field")
    number = steps.send_slip(field, steps.home(field, "601"), ["FTTH"])
    household = steps.home(field, "601")["code"]
    score = person("branch").get(f"/kpi/?month={steps.this_month()}").link("-01")
    for username, address in [
        ("field", f"/acceptance/slips/{number}/"),
        ("clerk", f"/acceptance/slips/{number}/"),
        ("clerk", f"/acceptance/households/{household}/"),
        ("branch", f"/kpi/slips/{number}/"),
        ("branch", score),
        ("branch", f"{score}?item=G"),
    ]:
        _check(visit, username, address, size)


@pytest.mark.parametrize("address", ["/", "/acceptance/slips/new/"])
def test_phone_entry_weighs_little(visit: Visit, address: str) -> None:
    page = visit("field", "/healthz", PHONE)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 3
    assert sum(sizes) <= ENTRY_BYTES
