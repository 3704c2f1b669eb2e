"""From a slip on a phone to the score on the review page, over HTTP, without a browser or a script."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.pages import Page
from tests.product import Product
from tests.trips import steps
from tests.trips.conftest import Person, Place

RATINGS = {"宣传": 90, "促销活动": 90, "营业厅培训": 90, "社区关系": 90, "信息上报": 90}


@dataclass(frozen=True)
class Sold:
    """A slip that became two orders, by product."""

    number: str
    orders: dict[str, str]


@pytest.fixture(scope="module")
def sold(person: Person) -> Sold:
    number = steps.send_slip(person("field"), steps.home(person("field"), "101"), ["FTTH", "3G"])
    return Sold(number, steps.accept_slip(person("clerk"), number))


@pytest.fixture(scope="module")
def scored(person: Person, place: Place, sold: Sold, product: Product) -> Page:
    """Targets and ratings imported, the month recomputed: the page of the run."""
    month, team = steps.this_month(), _team(product, place)
    targets = [f"{month},{place.grid},{item},40" for item in ("A", "B", "C")]
    steps.import_file(person("branch"), "目标.csv", ["月份,网格编码,指标,目标值", *targets])
    ratings = [f"{month},{who},{item},{score}," for who in team for item, score in RATINGS.items()]
    steps.import_file(person("branch"), "评价.csv", ["月份,工号,子项,得分,评语", *ratings])
    return steps.recompute(person("branch"), month, place.branch)


@pytest.fixture(scope="module")
def row(scored: Page, product: Product, place: Place) -> Any:
    """What show_scores says of the grid after the recompute."""
    return product.json("show_scores", steps.this_month(), "--grid", place.grid)["grids"][0]


def _team(product: Product, place: Place) -> list[str]:
    document = product.json("explain_score", steps.this_month(), "--grid", place.grid, "--item", "G")
    return [row["staff_no"] for row in document["ratings"]]


# 1. The slip -----------------------------------------------------------------------------------------


def test_slip_by_api_gets_a_number_and_is_listed(person: Person, sold: Sold) -> None:
    assert sold.number.startswith("YSL-")
    assert sold.number in person("field").get("/acceptance/slips/").words


def test_slip_by_plain_form_gets_a_number(person: Person) -> None:
    field = person("field")
    household = steps.home(field, "102")
    page = field.press(
        field.get("/acceptance/slips/new/"),
        "送出",
        household_code=household["code"],
        products=["FTTH", "VALUE_ADDED"],
        contact_name=household["contact_name"],
        contact_phone=household["contact_phone"],
        has_consent="1",
        acknowledged="1",
    )
    assert page.status == 200
    assert page.path.startswith("/acceptance/slips/YSL-")
    assert "已提交" in page.words and "FTTH宽带" in page.words and "增值业务" in page.words


def test_slip_by_plain_form_without_consent_says_so_and_keeps_the_words(person: Person) -> None:
    field = person("field")
    household = steps.home(field, "102")
    page = field.press(
        field.get("/acceptance/slips/new/"),
        "送出",
        household_code=household["code"],
        products=["FTTH"],
        contact_name="周末在家",
        contact_phone=household["contact_phone"],
    )
    assert page.status == 422
    assert ("contact_name", "周末在家") in page.form("送出")[0].fields


# 2. The counter --------------------------------------------------------------------------------------


def test_slip_becomes_two_orders_with_operator_and_developer(person: Person, sold: Sold) -> None:
    page = person("field").get(f"/acceptance/slips/{sold.number}/")
    assert "已受理" in page.words
    for order in sold.orders.values():
        assert order in page.words
    assert person("field").json(f"/api/v1/acceptance/slips/{sold.number}/")["state"] == "accepted"


def test_returned_slip_is_resubmitted_and_accepted(person: Person) -> None:
    field, clerk = person("field"), person("clerk")
    number = steps.send_slip(field, steps.home(field, "103"), ["FTTH"])
    page = clerk.press(clerk.get(f"/acceptance/queue/?slip={number}"), "签收并接单")
    page = clerk.press(page, "退回", reason="请补房产证号")
    assert f"{number} 已退回补充" in page.words

    page = field.get(f"/acceptance/slips/{number}/")
    assert "请补房产证号" in page.words
    page = field.press(page, "再次提交", notes="房产证号 津0101")
    assert f"{number} 已再次提交" in page.words

    assert "房产证号 津0101" in clerk.get(f"/acceptance/queue/?slip={number}").words
    assert len(steps.accept_slip(clerk, number)) == 1


# 3. The department -----------------------------------------------------------------------------------


def test_recompute_is_done_by_the_worker(scored: Page) -> None:
    assert "个网格" in scored.words and "得分已经换上" in scored.words
    assert "人工重算" in scored.words


# 4. The scores ---------------------------------------------------------------------------------------


def test_league_shows_the_new_score(person: Person, place: Place, row: Any) -> None:
    page = person("branch").get(f"/kpi/?month={steps.this_month()}&branch={place.branch}")
    assert row["total"] in page.words


def test_score_counts_the_imported_targets_and_ratings(row: Any) -> None:
    items = row["items"]
    assert items["A"]["target"] == 40 and items["B"]["target"] == 40
    assert items["B"]["status"] == "scored"
    assert (items["G"]["status"], items["G"]["score"]) == ("scored", "90.0000")


@pytest.mark.parametrize(("item", "code"), [("A", "FTTH"), ("B", "3G")])
def test_item_lists_the_very_record(
    person: Person, scored: Page, sold: Sold, place: Place, product: Product, item: str, code: str
) -> None:
    page = person("branch").get(f"/kpi/{steps.this_month()}/grids/{place.grid}/?item={item}&all")
    assert sold.orders[code] in page.words
    assert page.link(sold.number) == f"/acceptance/slips/{sold.number}/"

    document = product.json("explain_score", steps.this_month(), "--grid", place.grid, "--item", item)
    (record,) = [row for row in document["records"] if row["number"] == sold.orders[code]]
    assert (record["slip_no"], record["delta"], record["developer_no"]) == (sold.number, 1, place.staff_no)
    assert f"{document['actual']} 净增" in page.words
    assert f"= {float(document['score']):.4f}".rstrip("0").rstrip(".") in page.words


def test_total_is_the_same_on_page_command_and_sum_of_items(person: Person, place: Place, row: Any) -> None:
    page = person("branch").get(f"/kpi/{steps.this_month()}/grids/{place.grid}/")
    assert f"{row['total']} 是怎么算出来的" in page.words
    exact = sum(Decimal(item["weighted"]) for item in row["items"].values())
    # Each of the parts is rounded to six places, so a total that ends in a half may round either way.
    assert abs(exact - Decimal(row["total"])) <= Decimal("0.00501")


def test_slip_says_where_it_counts(person: Person, scored: Page, sold: Sold, place: Place) -> None:
    for who in ("field", "branch", "clerk"):
        page = person(who).open(person(who).get(f"/acceptance/slips/{sold.number}/"), "算进考核了吗")
        assert page.status == 200
        assert page.words.count("计入 ") >= 2
    for item in ("A", "B"):
        assert f" {item}，+1" in page.words


def test_person_of_the_team_has_the_score_of_the_grid(person: Person, place: Place, row: Any) -> None:
    page = person("field").get(f"/kpi/{steps.this_month()}/people/{place.staff_no}/")
    assert page.status == 200
    assert row["total"] in page.words


# 5. The meeting --------------------------------------------------------------------------------------


def test_meeting_shows_the_score(person: Person, place: Place, row: Any) -> None:
    page = person("branch").get(f"/kpi/{steps.this_month()}/{place.branch}/meeting/")
    assert page.status == 200
    assert row["total"] in page.text
    assert "今天决定什么" in page.words
