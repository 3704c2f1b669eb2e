"""The department: recompute, league, where a score comes from, and the meeting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PROJECTOR, Visit
from tests.trips import steps
from tests.trips.conftest import Person


@pytest.fixture(scope="module")
def number(person: Person) -> str:
    """A slip that was accepted a moment ago."""
    slip = steps.send_slip(person("field"), steps.home(person("field"), "501"), ["FTTH"])
    steps.accept_slip(person("clerk"), slip)
    return slip


def _league(visit: Visit) -> Page:
    return visit("branch", f"/kpi/?month={steps.this_month()}", DESKTOP)


def test_recompute_league_explanation_record_slip(visit: Visit, number: str) -> None:
    page = _league(visit)
    page.get_by_role("button", name="重算", exact=True).click()
    expect(page.get_by_role("heading", name="算到哪一步了")).to_be_visible()
    expect(page.get_by_text("算好了")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="看排名").click()

    row = page.get_by_role("region", name="网格排名").get_by_role("row").nth(1)
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="是怎么算出来的")).to_be_visible()
    page.get_by_role("link", name=re.compile("FTTH宽带")).first.click()
    page.get_by_role("link", name=number).click()

    expect(page.get_by_role("heading", name="这一单走到哪了")).to_be_visible()
    page.get_by_role("link", name="算进考核了吗").click()
    expect(page.get_by_role("heading", name=f"{number} 计入哪里")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^计入 .* A，\+1"))).to_be_visible()


def test_meeting_turns_by_arrows_and_fits_the_projector(visit: Visit) -> None:
    page = _league(visit)
    meeting = page.get_by_role("link", name="打开例会").get_attribute("href") or ""
    page = visit("branch", meeting, PROJECTOR)
    seen = []
    for _slide in range(12):
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_count(1)
        seen.append(heading.inner_text())
        height, width = page.evaluate(
            "() => [document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
        )
        assert (height, width) == (1080, 1920), seen[-1]
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == 12
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text(seen[10])


def test_sorting_the_league_stays_in_the_address(visit: Visit) -> None:
    page = _league(visit)
    page.get_by_role("columnheader", name="FTTH").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=-?A"))
    expect(page.get_by_role("columnheader", name="FTTH")).to_have_attribute("aria-sort", re.compile("ending"))
