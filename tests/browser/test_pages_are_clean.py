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
    "company": [
        "/",
        "/kpi/",
        "/kpi/branches/",
        "/kpi/schemes/",
        "/imports/new",
        "/acceptance/holidays/",
        "/grids/coverage/",
    ],
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
    "field": [
        "/",
        "/acceptance/slips/new/",
        "/acceptance/slips/",
        "/campaigns/visits/new/",
        "/acceptance/search/?q=101",
    ],
    "halldesk": ["/", "/kpi/people/"],
    "clerk": ["/", "/acceptance/handover/", "/acceptance/direct/new/", "/acceptance/search/?q=101"],
    "hallmanager": ["/", "/acceptance/clerk-load/", "/acceptance/support-volume/"],
    "admin": ["/", "/acceptance/holidays/", "/users/", "/users/new/"],
    "auditor": ["/", "/access-log/", "/profile/"],
}
EVERY = [(username, address) for username, addresses in PAGES.items() for address in addresses]
RULES = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
ENTRY_BYTES = 60_000


def troubles(page: Page) -> list[str]:
    """What axe finds wrong, at most three places of a kind."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def _check(visit: Visit, username: str, address: str) -> None:
    """One load, looked at at the desk's size and then at the phone's."""
    page = visit(username, "about:blank", DESKTOP)
    errors: list[str] = []
    page.on("console", lambda line: errors.append(f"{line.text} {line.location}") if line.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(address)
    assert answer and answer.status == 200
    page.wait_for_load_state("networkidle")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size["viewport"])
        widths = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], f"{size} scrolls sideways"
        assert troubles(page) == [], size
    assert errors == []


@pytest.mark.parametrize(("username", "address"), EVERY)
def test_page_is_clean_at_desk_and_phone_size(visit: Visit, username: str, address: str) -> None:
    _check(visit, username, address)


@pytest.fixture(scope="module")
def things(person: Person) -> dict[str, str]:
    """Addresses of one slip, household and score."""
    field = person("field")
    household = steps.home(field, "601")
    number = steps.send_slip(field, household, ["FTTH"])
    score = person("branch").get(f"/kpi/?month={steps.this_month()}").link("-01")
    return {
        "slip": f"/acceptance/slips/{number}/",
        "household": f"/acceptance/households/{household['code']}/",
        "effect": f"/kpi/slips/{number}/",
        "score": score,
        "ratings": f"{score}?item=G",
    }


@pytest.mark.parametrize(
    ("username", "thing"),
    [
        ("field", "slip"),
        ("clerk", "slip"),
        ("clerk", "household"),
        ("branch", "effect"),
        ("branch", "score"),
        ("branch", "ratings"),
    ],
)
def test_page_of_one_thing_is_clean(visit: Visit, things: dict[str, str], username: str, thing: str) -> None:
    _check(visit, username, things[thing])


@pytest.mark.parametrize("address", ["/", "/acceptance/slips/new/"])
def test_phone_entry_weighs_little(visit: Visit, address: str) -> None:
    page = visit("field", "about:blank", PHONE)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    network.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    network.on(
        "Network.loadingFinished", lambda event: sizes.update({asked[event["requestId"]]: event["encodedDataLength"]})
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    # The copy of the own grid is no part of the page: it follows when the page is there, once, then only what changed.
    parts = [size for url, size in sizes.items() if "/api/v1/acceptance/phone/" not in url]
    assert len(parts) > 3
    assert sum(parts) <= ENTRY_BYTES
