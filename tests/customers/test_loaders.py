"""Files of households and lines."""

import datetime as dt

import pytest

from customers.models import FormerLine, Household, Subscription
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import CommunityFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db


def test_household_belongs_to_the_branch_of_its_community(tmp_path):
    community = CommunityFactory(code="C1")

    outcome, rejected = take_text(tmp_path, "households", "客户编码,社区编码,地址,联系人\n000012,C1,王顶堤3号,吴家麟\n")

    household = Household.objects.get()
    assert (outcome.counts, rejected) == ((1, 0, 0), [])
    assert (household.code, household.branch, household.search_key) == (
        "000012",
        community.sub_bureau.branch,
        "wdd3h wjl",
    )


def test_household_file_twice_is_all_the_same(tmp_path):
    CommunityFactory(code="C1")
    text = "客户编码,社区编码,楼栋,地址,联系人,联系电话\n" + "".join(f"H{n},C1,,地址{n},,\n" for n in range(50))

    first, _rejected = take_text(tmp_path, "households", text)
    again, _rejected = take_text(tmp_path, "households", text)

    assert (first.counts, again.counts) == ((50, 0, 0), (0, 0, 50))


def test_file_without_phones_keeps_them(tmp_path):
    household = HouseholdFactory(code="H1", contact_phone="13812345678")

    take_text(tmp_path, "households", f"code,community_code,address\nH1,{household.community.code},新地址\n")

    household.refresh_from_db()
    assert (household.address, household.contact_phone) == ("新地址", "13812345678")


def test_dry_run_counts_and_writes_nothing(tmp_path):
    CommunityFactory(code="C1")

    outcome, _rejected = take_text(
        tmp_path, "households", "code,community_code,address\nH1,C1,甲\nH2,C9,乙\n", dry_run=True
    )

    assert (outcome.counts, outcome.rejected, outcome.written) == ((1, 0, 0), 1, False)
    assert [sample["line"] for sample in outcome.samples] == [2]
    assert Household.objects.count() == 0


def test_strict_writes_all_or_nothing(tmp_path):
    CommunityFactory(code="C1")

    outcome, _rejected = take_text(
        tmp_path, "households", "code,community_code,address\nH1,C1,甲\nH2,C9,乙\n", strict=True
    )

    assert (outcome.written, Household.objects.count()) == (False, 0)


def test_line_closes(tmp_path):
    line = SubscriptionFactory(code="L1", household__code="H1", opened_on=dt.date(2025, 1, 1))

    outcome, _rejected = take_text(
        tmp_path,
        "subscriptions",
        "code,household_code,product_code,opened_on,closed_on\nL1,H1,FTTH,2025-01-01,2026-10-05\n",
    )

    line.refresh_from_db()
    assert (outcome.counts, line.closed_on) == ((0, 1, 0), dt.date(2026, 10, 5))


def test_bad_lines_say_why(tmp_path):
    HouseholdFactory(code="H1")

    _outcome, rejected = take_text(
        tmp_path,
        "subscriptions",
        "code,household_code,product_code,opened_on,closed_on\n"
        "L1,H1,NOPE,2025-01-01,\nL2,H9,FTTH,2025-01-01,\nL3,H1,FTTH,2025-01-02,2025-01-01\n",
    )

    assert rejected == [
        (2, ["产品编码 NOPE 不存在"]),
        (3, ["客户编码 H9 不存在"]),
        (4, ["拆机日期不能早于开通日期"]),
    ]
    assert Subscription.objects.count() == 0


def test_end_of_a_line_that_is_entered_or_taken_back_keeps_what_it_said(tmp_path):
    HouseholdFactory(code="H1")
    head = "code,household_code,product_code,opened_on,closed_on\n"
    day = dt.date(2026, 10, 20)
    for ends in (",2026-10-20", ",2026-10-20", ","):
        # (the second line came with its end, which bears no time)
        lines = f"L1,H1,FTTH,2025-01-01,\nL2,H1,FTTH,2025-01-01,{day}\n"
        take_text(tmp_path, "subscriptions", head + lines)
        take_text(tmp_path, "subscriptions", f"{head}L1,H1,FTTH,2025-01-01{ends}\n")

    rows = FormerLine.objects.order_by("pk").values_list("subscription__code", "closed_on")
    assert list(rows) == [("L1", None), ("L1", day), ("L1", None), ("L1", day)]


def test_line_that_changes_otherwise_keeps_nothing():
    line = SubscriptionFactory(closed_on=dt.date(2026, 10, 20))
    Subscription.objects.update(product_code="3G", closed_on=line.closed_on)
    assert not FormerLine.objects.exists()
