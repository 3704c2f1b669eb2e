"""The review meeting on paper and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PROJECTOR, Visit

SLIDES = 12
A4 = {"width": 1062, "height": 733}  # px of a landscape page within its margins


@pytest.fixture
def meeting(visit: Visit) -> Page:
    page = visit("branch", "/", DESKTOP)
    address = page.get_by_role("link", name="例会").first.get_attribute("href") or ""
    return visit("branch", f"{address}?snapshot=live", PROJECTOR)


def test_meeting_prints_one_slide_a_page_and_cuts_none(meeting: Page) -> None:
    printed = meeting.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == meeting.locator(".slide").count() == SLIDES
    meeting.emulate_media(media="print")
    meeting.set_viewport_size(A4)
    cut = meeting.locator(".slide").evaluate_all(
        "slides => slides.filter(s => s.scrollHeight > s.clientHeight + 1 || s.scrollWidth > s.clientWidth + 1)"
        ".map(s => s.id)"
    )
    assert cut == []


def test_meeting_writes_a_decision_by_keyboard_alone(meeting: Page) -> None:
    meeting.keyboard.press("n")
    expect(meeting.locator("[name=text]")).to_be_focused()
    meeting.keyboard.type("主推 FTTH n")
    meeting.keyboard.press("Tab")
    meeting.keyboard.type("王芳")
    meeting.keyboard.press("Tab")
    meeting.get_by_label("期限").fill("2030-01-20")
    meeting.keyboard.press("Enter")
    expect(meeting.get_by_text("主推 FTTH n")).to_be_visible()
    expect(meeting).to_have_url(re.compile(f"#s{SLIDES}$"))
