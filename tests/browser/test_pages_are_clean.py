"""Every main page of every role: no errors in the console, nothing cut off at the side, nothing axe complains of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response

from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.trips import steps
from tests.trips.conftest import Person
from tests.trips.phone import COPIED

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
SCHEME = "() => getComputedStyle(document.documentElement).colorScheme"
Sizes = Sequence[dict[str, Any]]
Theme = Literal["light", "dark"]
SIZES: Sizes = (DESKTOP, PHONE)
ENTRY_BYTES = 60_000
COPY = "/api/v1/acceptance/phone/"
HOME_BYTES = 100  # over the wire, all that a copy takes


def troubles(page: Page) -> list[str]:
    """What axe finds wrong, at most three places of a kind."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async (rules) => (await axe.run(rules)).violations", RULES)
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def check(
    visit: Visit, username: str, address: str, sizes: Sizes = SIZES, themes: Sequence[Theme] = ("light",)
) -> None:
    """One load, looked at at each size and in each theme: with motion reduced no colour is caught between the two."""
    page = visit(username, "about:blank", sizes[0], reduced_motion="reduce")
    errors: list[str] = []
    page.on("console", lambda line: errors.append(f"{line.text} {line.location}") if line.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    answer = page.goto(address)
    assert answer and answer.status == 200
    page.wait_for_load_state("networkidle")
    for size in sizes:
        page.set_viewport_size(size["viewport"])
        widths = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], f"{size} scrolls sideways"
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            assert page.evaluate(SCHEME) == theme
            assert troubles(page) == [], (size, theme)
    assert errors == []


@pytest.mark.parametrize(("username", "address"), EVERY)
def test_page_is_clean_at_desk_and_phone_size(visit: Visit, username: str, address: str) -> None:
    check(visit, username, address)


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
    check(visit, username, things[thing])


@pytest.mark.parametrize("address", ["/", "/acceptance/slips/new/"])
def test_phone_entry_weighs_little_and_the_copy_comes_after_it(visit: Visit, address: str) -> None:
    page = visit("field", "about:blank", PHONE)
    network = page.context.new_cdp_session(page)
    for domain in ("Network", "Page"):
        network.send(f"{domain}.enable")
    asked: dict[str, tuple[str, float]] = {}
    sizes: dict[str, float] = {}
    loaded: list[float] = []
    answers: list[Response] = []
    network.on(
        "Network.requestWillBeSent",
        lambda event: asked.update({event["requestId"]: (event["request"]["url"], event["timestamp"])}),
    )
    network.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    network.on("Page.loadEventFired", lambda event: loaded.append(event["timestamp"]))
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    page.wait_for_function(COPIED)
    page.wait_for_load_state("networkidle")
    # The copy of the own grid is no part of the page: it follows when the page is there, once, then only what changed.
    copies = {request for request, (url, _moment) in asked.items() if COPY in url}
    parts = [size for request, size in sizes.items() if request not in copies]
    assert len(parts) > 3
    assert sum(parts) <= ENTRY_BYTES
    assert min(asked[request][1] for request in copies) > loaded[0]
    homes = sum(len(answer.json().get("homes", [])) for answer in answers if COPY in answer.url)
    assert homes > 100
    assert sum(sizes[request] for request in copies) <= homes * HOME_BYTES
