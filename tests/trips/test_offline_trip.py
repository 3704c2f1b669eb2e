"""A day with a bad line: everything that was written at the doors arrives once, and nothing is left on the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from core.periods import SHANGHAI
from tests.product import Product
from tests.trips.conftest import Place
from tests.trips.line import SLIPS, Line
from tests.trips.phone import (
    COPIED,
    LIST,
    NEW,
    NOBODY_SENDS,
    NUMBER,
    OFFLINE,
    STORED,
    UNDER_CONTROL,
    WORKER,
    Phone,
    first_visit,
    lay_aside,
    log_in,
    lose_session,
    open_slip,
    queue,
    wait_until_empty,
    write_slip,
)

DRAFT_HAS_CONSENT = """async () => {
  const { draftsOf } = await import("/static/js/drafts.js");
  return (await draftsOf(document.querySelector("[data-phone]").dataset.user))[0]?.has_consent;
}"""
SEND_NOW = "async () => (await import('/static/js/offline.js')).retry(true)"
KEPT_PAGES = """(async () => {
  const kept = (await caches.keys()).filter((name) => name.startsWith("page-"));
  const pages = await Promise.all(kept.map(async (name) => (await caches.open(name)).keys()));
  return pages.flat().length;
})()"""


def test_twenty_slips_of_a_bad_day_arrive_exactly_once(
    phone: Phone, line: Line, sent: Callable[[str], list[str]], mark: str
) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    for place in range(8):
        lay_aside(page, f"{mark} {place}")
    write_slip(page, f"{mark} 8")
    expect(page.get_by_text("草稿已存")).to_be_visible()
    page.wait_for_function(DRAFT_HAS_CONSENT)
    phone.kill()

    page = phone.open()
    open_slip(page)  # cold and without a line
    expect(page.get_by_label("备注")).to_have_value(f"{mark} 8")
    page.locator("[data-send]").tap()
    expect(page.get_by_label("备注")).to_have_value("")
    other = phone.tab()
    open_slip(other)
    for place in range(9, 20):
        lay_aside([page, other][place % 2], f"{mark} {place}")
    assert queue(page)["waiting"] == 20

    lose_session(page)
    line.lose = 6
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-login]")).to_be_visible()
    assert sent(mark) == []
    assert queue(page)["waiting"] == 20

    expect(page.get_by_role("link", name="去登录")).to_be_visible()
    log_in(page, "field", LIST)  # and stay there: leaving a page that sends would cut more answers than the line loses
    other.evaluate("dispatchEvent(new Event('online'))")
    numbers = _hurry(page)
    assert line.lose == 0
    assert sorted(sent(mark)) == sorted(numbers)
    assert len(numbers) == len(set(numbers)) == 20
    answers = [status for _method, path, status, _size in line.carried if path == SLIPS]
    assert (answers.count(201), answers.count(200)) == (20, 6)  # new ones, and again those whose answer was lost


def _hurry(page: Page) -> list[str]:
    """Send again and again until nothing waits: the back-off itself is for phones that nobody looks at."""
    for _ in range(20):
        page.wait_for_function(NOBODY_SENDS)
        if queue(page)["waiting"] == 0:
            break
        page.evaluate(SEND_NOW)
    return wait_until_empty(page)


def test_grid_is_on_the_phone_when_it_is_opened_without_a_line(phone: Phone, line: Line) -> None:
    page = phone.open()
    first_visit(page, "field")
    page.get_by_role("searchbox", name="找客户").fill("301")
    first = page.locator("[data-results] button").first
    words = first.inner_text()
    phone.close()
    line.is_cut = True

    page = phone.open()
    open_slip(page)
    page.get_by_role("searchbox", name="找客户").fill("301")
    expect(first_of(page)).to_have_text(re.compile(re.escape(words.splitlines()[0])))
    first_of(page).tap()
    expect(page.get_by_role("heading", name="已有")).to_be_visible()
    expect(page.get_by_role("textbox", name="手机")).to_have_value(re.compile(r"^1\d\d\*{4}\d{4}$"))
    page.goto("/")
    expect(page.get_by_role("heading", name="现在没有信号")).to_be_visible()
    expect(page.get_by_text("草稿", exact=True)).to_be_visible()


def test_complaint_told_at_the_door_warns_there_without_a_line(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    page.get_by_role("searchbox", name="找客户").fill("302")
    first_of(page).tap()
    page.get_by_role("link", name="登记故障或投诉").tap()
    complaint = page.get_by_role("radio", name=re.compile("^投诉"))
    page.locator("label").filter(has=complaint).tap()
    page.get_by_label("出了什么事").fill(f"多收了月租 {mark}")
    page.get_by_role("button", name="登记", exact=True).tap()
    expect(page.get_by_text(f"多收了月租 {mark}", exact=True)).to_have_count(1)
    open_slip(page)
    page.wait_for_function(COPIED)
    phone.close()
    line.is_cut = True
    page = phone.open()
    open_slip(page)
    expect(page.get_by_role("heading", name="先处理，再推销 投诉 1")).to_be_visible()
    expect(page.get_by_text(f"投诉 · 多收了月租 {mark}")).to_be_visible()


def first_of(page: Page) -> Locator:
    return page.locator("[data-results] button").first


def test_household_with_a_masked_number_is_sent_with_the_whole_one(
    phone: Phone, product: Product, sent: Callable[[str], list[str]], mark: str
) -> None:
    page = phone.open()
    first_visit(page, "field")
    page.get_by_role("searchbox", name="找客户").fill("402")
    first_of(page).tap()
    page.get_by_text("更多产品").tap()
    page.locator("label").filter(has=page.get_by_role("checkbox", name="终端产品")).tap()
    page.get_by_label("备注").fill(mark)
    page.get_by_text("客户同意登记以上信息并由营业厅联系").tap()
    page.locator("[data-send]").tap()
    expect(page.locator("[data-receipt]")).to_contain_text(NUMBER)
    code = f"from acceptance.models import Slip; print(Slip.objects.get(notes={mark!r}).contact_phone)"
    assert re.fullmatch(r"1\d{10}", product.command("shell", "-c", code).split()[-1])


def test_logout_leaves_nothing_on_the_phone(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    lay_aside(page, mark)
    assert page.evaluate(KEPT_PAGES) == 1
    page.evaluate("delete document.querySelector('[data-logout]').dataset.confirm")  # as before the queue has been read
    page.get_by_role("button", name="退出登录").tap()
    expect(page.get_by_role("dialog")).to_contain_text("还有 1 单没送出")
    line.is_cut = False
    page.get_by_role("button", name="确定").tap()
    page.wait_for_url("**/login/")
    page.wait_for_function(f"async () => (await {KEPT_PAGES}) === 0")
    assert set(page.evaluate(STORED).values()) == {0}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    line.is_cut = True
    page.goto(NEW)
    expect(page.get_by_role("heading", name="现在没有信号")).to_be_visible()
    expect(page.get_by_text("已经退出登录")).to_be_visible()
    expect(page.get_by_role("link", name="新建预受理单")).to_be_hidden()


def test_another_person_on_the_same_phone_sees_and_sends_nothing(
    phone: Phone, line: Line, place: Place, everybody: Any, sent: Callable[[str], list[str]], mark: str
) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    lay_aside(page, mark)
    lose_session(page)
    line.is_cut = False
    first_visit(page, next(row["staff_no"] for row in everybody["people"] if row["staff_no"] != place.staff_no))
    assert sent(mark) == []
    assert queue(page) == {"waiting": 0, "numbers": []}
    stored = page.evaluate(STORED)
    assert (stored["outbox"], stored["keys"]) == (1, 2)  # the first one's slip with its key; their copy has gone
    page.goto(OFFLINE)
    expect(page.get_by_text(mark)).to_have_count(0)


def test_copy_is_gone_after_seven_days_without_a_visit(phone: Phone, line: Line) -> None:
    page = phone.open()
    first_visit(page, "field")
    assert page.evaluate(STORED)["copy"] > 1
    line.is_cut = True
    page.clock.set_fixed_time(datetime.now(SHANGHAI) + timedelta(days=6, hours=23))
    open_slip(page)
    assert page.evaluate(STORED)["copy"] > 1
    page.clock.set_fixed_time(datetime.now(SHANGHAI) + timedelta(days=7, minutes=1))
    open_slip(page)
    assert page.evaluate(STORED)["copy"] == 0
    page.get_by_role("searchbox", name="找客户").fill("301")
    expect(page.get_by_text("本网格里没有找到")).to_be_visible()


def test_slip_that_waits_for_a_day_is_told_and_can_be_taken_to_the_hall(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    lay_aside(page, mark)
    page.clock.set_fixed_time(datetime.now(SHANGHAI) + timedelta(hours=25))
    page.goto(OFFLINE)
    expect(page.get_by_role("status").filter(has_text="1 单超过 24 小时没送出")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出成文件").tap()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert f"园荫里 {mark}" in text
    assert "刘建军 13902217648" in text


def test_slip_page_is_light_over_the_wire(phone: Phone, line: Line) -> None:
    page = phone.open()
    log_in(page, "field", NEW)
    page.wait_for_selector("#slip[data-ready]", state="attached")
    page.wait_for_function(UNDER_CONTROL)
    # Page, styles, scripts, marks and the worker, each once: the worker asks again whether they are still good, which
    # WhiteNoise's compressed files answer with an empty 304. The grid's records are no part of the page.
    others = ("/api/", "/login/", "/static/css/app.css")
    largest: dict[str, int] = {}
    for _method, path, _status, size in line.carried:
        if not path.startswith(others):
            largest[path] = max(size, largest.get(path, 0))
    assert min(largest[path] for path in (NEW, WORKER, "/static/js/slip.js")) > 1_000
    assert sum(largest.values()) <= 60_000


def test_words_on_the_phone_are_sealed(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    lay_aside(page, mark)
    write_slip(page, mark)
    expect(page.get_by_text("草稿已存")).to_be_visible()
    phone.close()
    kept = b"".join(path.read_bytes() for path in phone.profile.rglob("IndexedDB/**/*") if path.is_file())
    assert len(kept) > 10_000
    for words in (mark, "刘建军", "13902217648", "园荫里"):
        assert words.encode() not in kept
        assert words.encode("utf-16-le") not in kept
