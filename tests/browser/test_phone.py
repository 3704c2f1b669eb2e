"""The field manager at the door: a phone, one thumb, and a line that comes and goes."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from core.pinyin import initials
from tests.browser.conftest import PHONE, Visit
from tests.trips import steps
from tests.trips.browserless import Browserless
from tests.trips.conftest import Person

NEW = "/acceptance/slips/new/"
NUMBER = re.compile(r"YSL-\d{6}-\d{5}")


def _fill(page: Page, household: dict[str, Any], *products: str) -> None:
    page.wait_for_selector("#slip[data-ready]", state="attached")
    page.get_by_role("searchbox", name="找客户").fill(initials(household["address"]))
    page.get_by_role("button", name=f"{household['address']} {household['contact_name']}").tap()
    expect(page.get_by_label("联系人")).to_have_value(household["contact_name"])
    for product in products:
        choice = page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(product)}"))
        page.locator("label").filter(has=choice).tap()
        expect(choice).to_be_checked()
    page.get_by_text("客户同意登记以上信息并由营业厅联系").tap()


def _sent(field: Browserless, household: dict[str, Any]) -> list[str]:
    """Numbers of one's slips that name the household's address on the list."""
    page = field.get("/acceptance/slips/")
    return [address for text, address in page.read.links if household["address"] in text]


def test_slip_found_by_pinyin_is_sent_once_by_a_double_tap(visit: Visit, person: Person) -> None:
    household = steps.home(person("field"), "301")
    before = len(_sent(person("field"), household))
    page = visit("field", "/", PHONE)
    page.get_by_role("link", name="新建预受理单").tap()
    _fill(page, household, "FTTH宽带", "3G版亲情1+")
    page.get_by_role("button", name="送出").dblclick()

    receipt = page.get_by_role("status").filter(has_text="已送出")
    expect(receipt).to_contain_text(NUMBER)
    number = NUMBER.search(receipt.inner_text())[0]
    page.get_by_role("button", name="送出").tap()  # the second tap may come after the answer
    expect(page.get_by_role("alert").filter(has_text="请选择客户")).to_be_hidden()
    expect(receipt).to_contain_text(number)
    receipt.get_by_role("link", name="看着它走").tap()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    for product in ("FTTH宽带", "3G版亲情1+"):
        expect(page.get_by_role("definition").filter(has_text=product).first).to_be_visible()
    assert len(_sent(person("field"), household)) == before + 1


def test_slip_written_offline_waits_and_arrives_once(visit: Visit, person: Person) -> None:
    household = steps.home(person("field"), "302")
    before = len(_sent(person("field"), household))
    page = visit("field", NEW, PHONE)
    _fill(page, household, "FTTH宽带")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存，有信号时自动发送").tap()
    expect(page.get_by_text("已存在手机里，有信号时自动发送。")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="离线 · 1 单")).to_be_visible()
    assert len(_sent(person("field"), household)) == before

    page.context.set_offline(False)
    expect(page.get_by_role("status").filter(has_text="已送出")).to_contain_text(NUMBER)
    page.goto("/acceptance/slips/")
    expect(page.locator("[data-outbox]").get_by_text("已送出")).to_be_visible()
    expect(page.get_by_text("待发送", exact=True)).to_have_count(0)
    assert len(_sent(person("field"), household)) == before + 1


def test_draft_survives_a_reload(visit: Visit) -> None:
    page = visit("field", NEW, PHONE)
    page.get_by_label("备注").fill("下午三点以后在家")
    expect(page.get_by_text("草稿已存")).to_be_visible()
    page.reload()
    expect(page.get_by_label("备注")).to_have_value("下午三点以后在家")


def test_what_is_typed_before_the_page_has_loaded_is_a_draft_too(visit: Visit) -> None:
    page = visit("field", "/acceptance/slips/", PHONE, service_workers="block")
    held: list[Route] = []
    page.route("**/js/slip*.js", lambda route: held.append(route))
    with page.expect_request("**/js/slip*.js"):
        page.goto(NEW, wait_until="commit")
    page.get_by_label("备注").fill("下午三点以后在家")
    expect(page.get_by_text("草稿已存")).to_be_hidden()
    held[0].continue_()
    expect(page.get_by_text("草稿已存")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.get_by_label("备注")).to_have_value("下午三点以后在家")


def test_missing_consent_is_said_where_it_is_missing(visit: Visit, person: Person) -> None:
    household = steps.home(person("field"), "303")
    page = visit("field", NEW, PHONE)
    _fill(page, household, "FTTH宽带")
    page.get_by_text("客户同意登记以上信息并由营业厅联系").tap()
    page.get_by_role("button", name="送出").tap()
    expect(page.get_by_role("alert").filter(has_text="同意")).to_be_visible()
    assert page.get_by_label("联系人").input_value() == household["contact_name"]


def test_returned_slip_is_mended_and_sent_again(visit: Visit, person: Person) -> None:
    number = steps.send_slip(person("field"), steps.home(person("field"), "304"), ["FTTH"])
    clerk = person("clerk")
    queue = clerk.press(clerk.get(f"/acceptance/queue/?slip={number}"), "签收并接单")
    clerk.press(queue, "退回", reason="请补门牌号")
    page = visit("field", f"/acceptance/slips/{number}/", PHONE)
    expect(page.get_by_text("请补门牌号").first).to_be_visible()
    page.get_by_label("备注").fill("304 室，门牌在右")
    page.get_by_role("button", name="再次提交").tap()
    expect(page.get_by_text(f"{number} 已再次提交")).to_be_visible()


def test_household_is_found_without_spaces_and_by_the_numbers_of_its_door(visit: Visit, person: Person) -> None:
    household = steps.home(person("field"), "305")
    door = "-".join(re.findall(r"\d+", household["address"]))
    page = visit("field", NEW, PHONE)
    choice = page.get_by_role("button", name=f"{household['address']} {household['contact_name']}")
    for said in (household["address"].replace(" ", ""), door):
        page.get_by_role("searchbox", name="找客户").fill(said)
        expect(choice).to_be_visible()


def test_complaint_about_a_missing_household_goes_once_one_is_chosen(visit: Visit, person: Person) -> None:
    household = steps.home(person("field"), "305")
    page = visit("field", NEW, PHONE)
    page.get_by_role("button", name="送出").tap()
    complaint = page.get_by_text("请选择客户，或写下新地址。")
    expect(complaint).to_be_visible()
    _fill(page, household)
    expect(complaint).to_be_hidden()
