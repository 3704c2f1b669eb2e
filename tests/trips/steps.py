"""What people do again and again on a trip."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.pages import Page
from tests.trips.browserless import Browserless


def today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()


def this_month() -> str:
    return today()[:7]


def order_number() -> str:
    return f"T{uuid.uuid4().hex[:12].upper()}"


def home(person: Browserless, text: str, place: int = 0) -> dict[str, Any]:
    """A household that somebody finds under a text."""
    found: list[dict[str, Any]] = person.json(f"/customers/search/?q={text}")["households"]
    return found[place]


def send_slip(person: Browserless, household: dict[str, Any], products: list[str], notes: str = "") -> str:
    """Through the phone's API; returns the slip number."""
    person.get("/acceptance/slips/new/")
    status, answer = person.post_json(
        "/api/v1/acceptance/slips/",
        {
            "client_uuid": str(uuid.uuid4()),
            "household_code": household["code"],
            "products": products,
            "contact_name": household["contact_name"],
            "contact_phone": household["contact_phone"],
            "source": "home",
            "has_consent": True,
            "acknowledged": True,
            "notes": notes,
        },
    )
    assert status == 201, answer
    return str(answer["number"])


def accept_slip(clerk: Browserless, number: str) -> dict[str, str]:
    """Receive a slip and key an order for each product; returns order numbers by product."""
    page = clerk.get(f"/acceptance/queue/?slip={number}")
    page = clerk.press(page, "签收并接单")
    products = [value for name, value in page.form("受理")[0].fields if name == "product"]
    orders = {code: order_number() for code in products}
    page = clerk.press(page, "受理", order_no=list(orders.values()))
    assert f"{number} 已受理 {len(orders)} 笔" in page.words
    return orders


def wait_for(person: Browserless, address: str, words: str, patience: float = 120) -> Page:
    """Look at a page again and again until it says so."""
    deadline = time.monotonic() + patience
    while True:
        page = person.get(address)
        if words in page.words:
            return page
        assert time.monotonic() < deadline, page.words
        time.sleep(0.3)


def import_file(person: Browserless, name: str, rows: list[str]) -> Page:
    """Upload, look at the preview, confirm; returns the page of what was imported."""
    content = "\n".join(rows).encode()
    page = person.press(person.get("/imports/new"), "上传并预览", file=("file", name, content))
    page = wait_for(person, page.url, "照这样导入吗")
    page = person.press(page, "确认导入")
    return wait_for(person, page.url, "导入了什么")


def recompute(person: Browserless, month: str, branch: str) -> Page:
    """Press 重算 on the league and wait for the job's end."""
    page = person.press(person.get(f"/kpi/?month={month}&branch={branch}"), "重算")
    assert page.path.startswith("/kpi/runs/"), page.words
    return wait_for(person, page.url, "算好了")
