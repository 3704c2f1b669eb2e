"""The hall's clerk works the queue without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import DESKTOP, Visit, arrived
from tests.trips import steps
from tests.trips.conftest import Person


@pytest.fixture
def number(person: Person, request: pytest.FixtureRequest) -> str:
    return steps.send_slip(person("field"), steps.home(person("field"), request.param), ["FTTH", "3G"])


def _choose(page: Page, number: str) -> None:
    """Press ↓ until the slip is the chosen row, as fast as a clerk's finger; the last one asked for is shown."""
    rows = page.get_by_role("region", name="等着办的单").get_by_role("row")
    chosen = page.locator(f'[data-slip="{number}"][aria-selected=true]')
    for _step in range(rows.count()):
        if chosen.count():
            break
        page.keyboard.press("ArrowDown")
    panel = page.get_by_role("region", name="所选的单")
    expect(panel.get_by_role("link", name=number)).to_be_visible()


def _tab_to(page: Page, place: Locator) -> None:
    for _step in range(200):  # a list that is refreshed meanwhile sends the focus back to the top
        page.keyboard.press("Tab")
        if place.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {place}")


@pytest.mark.parametrize("number", ["401"], indirect=True)
def test_slip_is_accepted_by_keyboard_alone(visit: Visit, number: str) -> None:
    page = visit("clerk", "/", DESKTOP)
    _choose(page, number)
    page.keyboard.press("Enter")
    arrived(page, "正式受理")
    for place in (0, 1):
        field = page.get_by_role("textbox", name="正式订单号").nth(place)
        _tab_to(page, field)
        page.keyboard.type(steps.order_number())
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"{number} 已受理 2 笔")).to_be_visible()
    expect(page.get_by_role("link", name=number)).to_have_count(0)


@pytest.mark.parametrize("number", ["402"], indirect=True)
def test_slip_is_returned_by_keyboard_alone(visit: Visit, number: str) -> None:
    page = visit("clerk", f"/acceptance/queue/?slip={number}", DESKTOP)
    page.keyboard.press("Enter")
    arrived(page, "正式受理")
    page.keyboard.press("b")
    expect(page.get_by_label("缺什么")).to_be_focused()
    page.keyboard.type("请补房产证号")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{number} 已退回补充")).to_be_visible()


@pytest.mark.parametrize("number", ["402"], indirect=True)
def test_key_before_the_chosen_slip_has_come_does_nothing_to_the_one_before(
    visit: Visit, person: Person, number: str
) -> None:
    page = visit("clerk", f"/acceptance/queue/?slip={number}", DESKTOP)
    chosen = page.locator("[data-slip][aria-selected=true]")
    held: list[Route] = []
    page.route("**/panel/", lambda route: held.append(route))
    with page.expect_request("**/panel/"):
        page.keyboard.press("ArrowUp")
    other = str(chosen.get_attribute("data-slip"))
    assert other != number
    page.keyboard.press("Enter")
    page.keyboard.press("b")
    for route in held:
        route.continue_()
    page.unroute_all()
    panel = page.get_by_role("region", name="所选的单")
    expect(panel.get_by_role("link", name=other)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert person("field").json(f"/api/v1/acceptance/slips/{number}/")["state"] == "submitted"


@pytest.mark.parametrize("number", ["403"], indirect=True)
def test_used_order_number_is_said_beside_its_field(visit: Visit, person: Person, number: str) -> None:
    used = steps.send_slip(person("field"), steps.home(person("field"), "403", 1), ["FTTH"])
    order = steps.accept_slip(person("clerk"), used)["FTTH"]
    page = visit("clerk", f"/acceptance/queue/?slip={number}", DESKTOP)
    page.get_by_role("button", name="签收并接单").click()
    for place in (0, 1):
        page.get_by_role("textbox", name="正式订单号").nth(place).fill(order if place else steps.order_number())
    page.get_by_role("button", name="受理 Ctrl").click()
    expect(page.get_by_role("alert").filter(has_text=order).first).to_be_visible()
    expect(page.get_by_role("textbox", name="正式订单号").nth(1)).to_have_value(order)


@pytest.mark.parametrize("number", ["404"], indirect=True)
def test_open_queue_shows_what_others_do_and_moves_nothing(visit: Visit, person: Person, number: str) -> None:
    page = visit("clerk", "/", DESKTOP)
    rows = page.get_by_role("region", name="等着办的单").get_by_role("row")
    chosen = page.locator("[data-slip][aria-selected=true]")
    place, held = chosen.bounding_box(), chosen.get_attribute("data-slip")
    link = chosen.get_by_role("link")
    link.focus()
    before = rows.count()
    colleague = person("HD0005")
    colleague.press(colleague.get(f"/acceptance/queue/?slip={number}"), "签收并接单")
    expect(page.locator(f'[data-slip="{number}"]')).to_contain_text("王勇")
    new = steps.send_slip(person("field"), steps.home(person("field"), "404", 1), ["FTTH"])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # who comes back to the page sees it at once
    expect(page.get_by_role("button", name="1 张新单")).to_be_visible()
    expect(page.locator(f'[data-slip="{new}"]')).to_have_count(1)
    assert rows.count() == before + 1
    expect(link).to_be_focused()
    assert (chosen.get_attribute("data-slip"), chosen.bounding_box()) == (held, place)
    page.keyboard.press("r")
    expect(page.locator(f'[data-slip="{new}"]').get_by_role("link")).to_be_focused()
    expect(page.get_by_role("button", name="张新单")).to_have_count(0)


@pytest.mark.parametrize("number", ["405"], indirect=True)
def test_claimed_slip_is_handed_over_by_keyboard_alone(visit: Visit, number: str) -> None:
    page = visit("clerk", f"/acceptance/queue/?slip={number}", DESKTOP)
    page.keyboard.press("Enter")
    arrived(page, "正式受理")
    page.keyboard.press("j")
    arrived(page, "手里的单交给谁？")
    for box in page.get_by_role("checkbox").all():
        if box.get_attribute("value") != number:
            _tab_to(page, box)
            page.keyboard.press("Space")
    _tab_to(page, page.get_by_label("说明"))
    page.keyboard.type("等客户身份证")
    _tab_to(page, page.get_by_role("button", name="交出"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("已交出 1 单")).to_be_visible()
    receiver = visit("HD0005", "/", DESKTOP)
    expect(receiver.get_by_text("等客户身份证")).to_be_visible()
    receiver.get_by_role("button", name="知道了").first.click()
    expect(receiver.get_by_text("等客户身份证")).to_have_count(0)


def test_counter_sale_finds_its_household_by_what_is_said(visit: Visit, person: Person) -> None:
    household = steps.home(person("clerk"), "405")
    page = visit("clerk", "/acceptance/direct/new/", DESKTOP)
    field = page.get_by_label("客户", exact=False).first
    field.press_sequentially(household["address"].replace(" ", ""))
    page.keyboard.press("Enter")  # before anything has been found
    expect(field).to_have_value(household["code"])
    page.get_by_role("textbox", name="正式订单号").fill(steps.order_number())
    page.keyboard.press("Enter")
    expect(page.get_by_text("已登记 1 笔受理")).to_be_visible()
