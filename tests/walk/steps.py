"""What people do again and again on the walk."""

from __future__ import annotations

from typing import Any

from tests.pages import Page
from tests.walk.company import Company
from tests.walk.desk import Desk

HEAD = "订单号,客户编码,产品编码,受理日期,竣工日期,撤销日期,发展人工号,操作工号,渠道,预受理单号"


def slip(desk: Desk, home: str, products: list[str], **more: bool) -> dict[str, Any]:
    """What the phone sends: the form as the page gives it, filled in from the phone's own copy of the grid."""
    page = desk.follow(desk.open("/"), "新建预受理单")
    places = desk.json("/api/v1/acceptance/phone/")["communities"]
    kept = [row for place in places for row in desk.json(f"/api/v1/acceptance/phone/?community={place}")["homes"]]
    code, _address, _place, name, phone, *_rest = next(row for row in kept if row[0] == home)
    known = {"household_code": code, "contact_name": name, "contact_phone": phone, "has_consent": "1"}
    fields = page.form("送出")[0].filled({**known, "products": products})
    return {**dict(fields), "products": products, "has_consent": True, **more}


def at_counter(company: Company, desk: Desk, what: str) -> Page:
    """A slip opened from the queue."""
    queue = desk.open("/")
    assert queue.path == "/acceptance/queue/"
    return desk.open(queue.link_to(company.slips[what]))


def transit(company: Company) -> dict[str, int]:
    """The branch's account of the month's slips, which says that it comes out even: its lines without the zeros."""
    desk = company.desk("branch")
    page = desk.follow(desk.home, "预受理")
    assert "一单不差" in page.words
    lines = {row[0]: int(row[1]) for row in page.read.rows if row and row[0][0] in "＋−＝"}
    return {name: count for name, count in lines.items() if count}


def import_file(company: Company, name: str, rows: list[str]) -> Page:
    """The administrator sends in a file, looks at the preview and confirms; the worker does the rest."""
    desk = company.desk("admin")
    page = desk.follow(desk.home, "数据", "导入")
    page = desk.press(page, "上传并预览", file=(name, "\n".join([HEAD, *rows]).encode()))
    company.worker.work()
    page = desk.press(desk.open(page.url), "确认导入")
    company.worker.work()
    page = desk.open(page.url)
    assert "导入了什么?" in page.words
    return page


def totals(page: Page, names: dict[str, str]) -> dict[str, str]:
    """The totals of a league by name."""
    place = page.row("名次", "总分").index("总分")
    return {name: page.row(name)[place] for name in names}


def recompute(company: Company, desk: Desk, page: Page) -> Page:
    """Press 重算, let the worker do what the row says, and come back to the league."""
    page = desk.press(page, "重算")
    assert "排队中" in page.words
    assert company.worker.work() == ["kpi.tasks.recompute"]
    return desk.follow(desk.open(page.url), "看排名")
