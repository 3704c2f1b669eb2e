"""Two credits held against each other: what the hall keyed in, and what the billing system's file brings."""

import datetime as dt

import pytest

from acceptance.domain import reconciling, slips
from acceptance.domain.acceptances import Order, record_direct
from acceptance.domain.clocks import office_day
from acceptance.domain.reconciling import CannotName, CannotSettle
from acceptance.models import Acceptance, BilledOrder, DeveloperAlias, Difference
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import make
from tests.factories.accounts import user_of_branch, user_of_hall
from tests.factories.customers import HouseholdFactory
from tests.factories.managers import ManagerFactory, OperatorFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db

HEAD = (
    "order_no,household_code,product_code,accepted_on,completed_on,cancelled_on,"
    "developer_no,developer_name,operator_no,channel,slip_no\n"
)
DAY = NOW.date()
LATER = NOW + dt.timedelta(days=5)


@pytest.fixture
def street():
    return Street()


def billed(street, order_no="ORDER001", **fields) -> str:
    """A line of the day file; by default just what the hall keyed in."""
    row = {
        "order_no": order_no,
        "household_code": street.household.code,
        "product_code": "FTTH",
        "accepted_on": str(DAY),
        "completed_on": "",
        "cancelled_on": "",
        "developer_no": street.manager.staff_no,
        "developer_name": street.manager.name,
        "operator_no": street.operator.operator_no,
        "channel": "direct",
        "slip_no": "",
    } | fields
    return ",".join(row.values()) + "\n"


def key_in(street, order_no="ORDER001", day=DAY, now=NOW, slip=None) -> Acceptance:
    slip = slip or make(street, "working", claimed_by=street.operator, submitted_at=NOW - dt.timedelta(days=1))
    slips.accept(slip=slip, orders=[Order("FTTH", order_no, day)], by=street.clerk, now=now)
    return Acceptance.objects.get(slip=slip)


def look(now=LATER) -> dict[str, tuple[str, list[str], str]]:
    """The open lines after another look: kind, what differs and the owner by order number."""
    reconciling.reconcile(now=now)
    lines = Difference.objects.filter(settled_at=None).select_related("acceptance")
    return {line.acceptance.order_no: (line.kind, line.fields, line.owner) for line in lines}


def test_order_that_both_know_alike_is_one_acceptance_and_no_line(tmp_path, street):
    order = key_in(street)
    outcome, rejected = take_text(tmp_path, "acceptances", HEAD + billed(street))
    assert (outcome.counts, rejected) == ((0, 0, 1), [])
    assert BilledOrder.objects.get().acceptance == order
    assert look() == {}


@pytest.mark.parametrize(
    ("fields", "differs", "owner"),
    [
        ({"developer_no": "M2", "developer_name": ""}, ["developer"], "branch"),
        ({"operator_no": "OP2"}, ["operator"], "hall"),
        ({"product_code": "3G"}, ["product"], "hall"),
        ({"household_code": "H2"}, ["household"], "hall"),
        ({"accepted_on": "2026-11-07"}, ["date"], "hall"),
        ({"developer_no": "", "developer_name": "张三"}, ["developer"], "branch"),
    ],
)
def test_each_difference_is_listed_and_overwrites_nobody(tmp_path, street, fields, differs, owner):
    ManagerFactory(staff_no="M2", branch=street.branch)
    OperatorFactory(operator_no="OP2", hall=street.hall)
    HouseholdFactory(code="H2", community=street.membership.community)
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, **fields))
    order = Acceptance.objects.get()
    assert (order.developer, order.operator, order.product_id, order.household) == (
        street.manager,
        street.operator,
        "FTTH",
        street.household,
    )
    assert look() == {"ORDER001": ("differs", differs, owner)}


def test_file_that_names_nobody_leaves_the_credit(tmp_path, street):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no="", developer_name="", operator_no=""))
    assert Acceptance.objects.get().developer == street.manager
    assert look() == {}


def test_day_is_the_billing_systems_and_decides_the_month(tmp_path, street):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, accepted_on="2026-12-01", completed_on="2026-12-02"))
    order = Acceptance.objects.get()
    assert (order.accepted_on, order.completed_on) == (dt.date(2026, 12, 1), dt.date(2026, 12, 2))
    assert order.billed.keyed_on == DAY


def test_order_under_another_number_is_the_same_order(tmp_path, street):
    key_in(street, "ORDER00I")
    outcome, _rejected = take_text(tmp_path, "acceptances", HEAD + billed(street, accepted_on="2026-11-08"))
    order = Acceptance.objects.get()
    assert (outcome.counts, order.order_no, order.billed.keyed_no) == ((0, 1, 0), "ORDER001", "ORDER00I")
    assert order.slip is not None
    assert look() == {"ORDER001": ("differs", ["order_no", "date"], "hall")}
    outcome, _rejected = take_text(tmp_path, "acceptances", HEAD + billed(street, accepted_on="2026-11-08"))
    assert (outcome.counts, Acceptance.objects.count()) == ((0, 0, 1), 1)
    assert Acceptance.objects.get().billed.keyed_no == "ORDER00I"


def test_preview_counts_the_same_order_as_changed_and_writes_nothing(tmp_path, street):
    key_in(street, "ORDER00I")
    outcome, _rejected = take_text(
        tmp_path, "acceptances", HEAD + billed(street, accepted_on="2026-11-08"), dry_run=True
    )
    assert (outcome.counts, Acceptance.objects.get().order_no) == ((0, 1, 0), "ORDER00I")
    assert not BilledOrder.objects.exists()


def test_order_too_far_apart_is_another_one(tmp_path, street):
    key_in(street, "ORDER00I")
    take_text(tmp_path, "acceptances", HEAD + billed(street, accepted_on="2026-11-10"))
    assert Acceptance.objects.count() == 2


def test_slip_of_the_file_finds_its_order_however_far_apart(tmp_path, street):
    order = key_in(street, "ORDER00I")
    row = billed(street, accepted_on="2026-11-20", slip_no=order.slip.number)
    _outcome, rejected = take_text(tmp_path, "acceptances", HEAD + row)
    assert (rejected, Acceptance.objects.get().order_no) == ([], "ORDER001")


def test_two_orders_of_a_file_never_share_an_acceptance(tmp_path, street):
    key_in(street, "ORDER00I")
    rows = billed(street, "ORDER001", accepted_on="2026-11-08") + billed(street, "ORDER002")
    take_text(tmp_path, "acceptances", HEAD + rows)
    numbers = list(Acceptance.objects.order_by("order_no").values_list("order_no", "keyed_here"))
    assert numbers == [("ORDER001", False), ("ORDER002", True)]


def test_late_slip_joins_the_order_that_the_file_brought(tmp_path, street):
    take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no="", developer_name="", operator_no=""))
    key_in(street, day=DAY + dt.timedelta(days=2), now=LATER)
    order = Acceptance.objects.get()
    assert (order.accepted_on, order.developer, order.operator) == (DAY, street.manager, street.operator)
    assert (order.keyed_here, order.billed.keyed_on) == (True, DAY + dt.timedelta(days=2))
    assert look() == {"ORDER001": ("differs", ["date"], "hall")}


def test_counter_sale_does_not_take_an_order_of_another_household(tmp_path, street):
    other = HouseholdFactory(community=street.membership.community)
    take_text(tmp_path, "acceptances", HEAD + billed(street))
    with pytest.raises(Exception, match="订单号 ORDER001 已经用过"):
        record_direct(household=other, orders=[Order("FTTH", "ORDER001", DAY)], by=street.clerk, now=NOW)
    assert Acceptance.objects.get().keyed_here is False


def test_missing_on_either_side_after_three_days_only(tmp_path, street):
    key_in(street, "ORDERHERE")
    other = HouseholdFactory(code="H9", community=street.membership.community)
    take_text(tmp_path, "acceptances", HEAD + billed(street, "ORDERBILL", household_code=other.code))
    assert look(NOW + dt.timedelta(days=2)) == {}
    assert look() == {"ORDERHERE": ("not_billed", [], "hall"), "ORDERBILL": ("not_keyed", [], "hall")}
    line = Difference.objects.first()
    assert line.due_on == office_day(LATER.date(), 3)


def test_nothing_is_missing_before_a_file_came_or_a_hall_began(tmp_path, street):
    key_in(street)
    assert look() == {}
    Acceptance.objects.all().update(keyed_here=False)
    assert look() == {}


def test_other_channels_are_no_business_of_the_hall(tmp_path, street):
    key_in(street)
    other = HouseholdFactory(code="H9", community=street.membership.community)
    rows = billed(street) + billed(street, "ORDERWEB", household_code=other.code, channel="e_channel")
    take_text(tmp_path, "acceptances", HEAD + rows)
    assert look() == {}


def test_line_that_no_longer_holds_is_settled_by_itself(tmp_path, street):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, operator_no=street_operator(street)))
    assert len(look()) == 1
    take_text(tmp_path, "acceptances", HEAD + billed(street))
    assert look() == {}
    line = Difference.objects.get()
    assert (line.settled_how, line.settled_by) == ("matched", None)
    take_text(tmp_path, "acceptances", HEAD + billed(street, operator_no="OP2"))
    assert len(look()) == 1


def street_operator(street) -> str:
    return OperatorFactory(operator_no="OP2", hall=street.hall).operator_no


def test_looking_twice_changes_nothing(tmp_path, street):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, operator_no=street_operator(street)))
    assert [reconciling.reconcile(now=LATER), reconciling.reconcile(now=LATER)] == [(1, 0), (0, 0)]


def test_billing_system_may_have_it(tmp_path, street):
    key_in(street)
    other = ManagerFactory(branch=street.branch)
    take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no=other.staff_no, developer_name=""))
    look()
    by = user_of_branch(street.branch)
    reconciling.settle(line=Difference.objects.get(), how="billing", word="客户确认是他办的", by=by, now=LATER)
    assert Acceptance.objects.get().developer == other
    line = Difference.objects.get()
    assert (line.settled_by, line.settled_at, line.word) == (by, LATER, "客户确认是他办的")
    assert look() == {}
    assert Difference.objects.get().settled_how == "billing"


def test_hall_may_have_it_and_the_line_stays_settled(tmp_path, street):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, operator_no=street_operator(street)))
    look()
    head = user_of_hall(street.hall)
    reconciling.settle(line=Difference.objects.get(), how="here", word="当天是小王代班", by=head, now=LATER)
    assert look() == {}
    assert Acceptance.objects.get().operator == street.operator


def test_order_the_billing_system_never_had_can_be_withdrawn_on_its_day(tmp_path, street):
    key_in(street, "ORDERHERE")
    take_text(tmp_path, "acceptances", HEAD + billed(street, "ORDERBILL", product_code="3G"))
    look()
    line = Difference.objects.get(acceptance__order_no="ORDERHERE")
    reconciling.settle(line=line, how="billing", word="没有办成", by=user_of_hall(street.hall), now=LATER)
    assert Acceptance.objects.get(order_no="ORDERHERE").cancelled_on == DAY


@pytest.mark.parametrize(("how", "word"), [("explained", "好"), ("matched", "好"), ("here", " "), ("", "好")])
def test_settling_needs_a_way_of_its_kind_and_a_word(tmp_path, street, how, word):
    key_in(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, operator_no=street_operator(street)))
    look()
    with pytest.raises(CannotSettle):
        reconciling.settle(
            line=Difference.objects.get(), how=how, word=word, by=user_of_branch(street.branch), now=LATER
        )
    assert Difference.objects.get().settled_at is None


def test_credit_is_for_the_branch_to_settle_and_once(tmp_path, street):
    key_in(street)
    other = ManagerFactory(branch=street.branch)
    take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no=other.staff_no, developer_name=""))
    look()
    line, again = Difference.objects.get(), Difference.objects.get()
    with pytest.raises(CannotSettle):
        reconciling.settle(line=line, how="here", word="好", by=user_of_hall(street.hall), now=LATER)
    reconciling.settle(line=line, how="here", word="好", by=user_of_branch(street.branch), now=LATER)
    with pytest.raises(CannotSettle, match="刚被别人处理"):
        reconciling.settle(line=again, how="billing", word="好", by=user_of_branch(street.branch), now=LATER)
    assert Acceptance.objects.get().developer == street.manager


def test_name_alone_credits_nobody_until_a_person_says_whom_it_means(tmp_path, street):
    meant = ManagerFactory(branch=street.branch, name="张三")
    nobody = {"developer_no": "", "developer_name": "张三"}
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody))
    assert Acceptance.objects.get().developer is None
    by = user_of_branch(street.branch)
    assert reconciling.name_developer(branch=street.branch, name="张三", manager=meant, by=by, now=NOW) == 1
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody) + billed(street, "ORDER002", **nobody))
    assert list(Acceptance.objects.values_list("developer", flat=True)) == [meant.pk, meant.pk]


def test_name_that_two_bear_is_refused(street):
    first, _second = (ManagerFactory(branch=street.branch, name="张三") for _one in range(2))
    with pytest.raises(CannotName, match="2 位叫张三"):
        reconciling.name_developer(
            branch=street.branch, name="张三", manager=first, by=user_of_branch(street.branch), now=NOW
        )
    assert not DeveloperAlias.objects.exists()


def test_name_means_nobody_of_another_branch_and_is_said_once(street):
    by, stranger = user_of_branch(street.branch), ManagerFactory(name="李四")
    with pytest.raises(CannotName, match="没有这个工号"):
        reconciling.name_developer(branch=street.branch, name="李四", manager=stranger, by=by, now=NOW)
    reconciling.name_developer(branch=street.branch, name="李四", manager=street.manager, by=by, now=NOW)
    with pytest.raises(CannotName, match="已经有人确认过"):
        reconciling.name_developer(branch=street.branch, name="李四", manager=street.manager, by=by, now=NOW)


def other_manager(street, name="张三"):
    return ManagerFactory(branch=street.branch, name=name)


def test_two_alike_orders_of_a_household_find_two_rows_and_nobody_is_credited_twice(tmp_path, street):
    """Two lines of one product on one day: each row of the file fits both, and each takes one."""
    for number in ("ORDERA1", "ORDERA2"):
        record_direct(household=street.household, orders=[Order("FTTH", number, DAY)], by=street.clerk, now=NOW)
    rows = billed(street, "ORDER001", developer_no="", developer_name="") + billed(
        street, "ORDER002", developer_no="", developer_name=""
    )
    take_text(tmp_path, "acceptances", HEAD + rows)
    told = Acceptance.objects.order_by("order_no").values_list("order_no", "keyed_here", "billed__keyed_no")
    assert list(told) == [("ORDER001", True, "ORDERA1"), ("ORDER002", True, "ORDERA2")]


def test_of_equally_near_orders_the_one_of_the_same_people_is_meant(tmp_path, street):
    other = other_manager(street)
    for number, developer in (("ORDERA1", street.manager), ("ORDERA2", other)):
        record_direct(
            household=street.household,
            orders=[Order("FTTH", number, DAY)],
            by=street.clerk,
            now=NOW,
            developer=developer,
        )
    row = billed(street, "ORDER001", developer_no=other.staff_no, developer_name=other.name)
    take_text(tmp_path, "acceptances", HEAD + row)
    assert BilledOrder.objects.get().keyed_no == "ORDERA2"
    assert set(Acceptance.objects.values_list("order_no", "developer__name")) == {
        ("ORDERA1", street.manager.name),
        ("ORDER001", other.name),
    }


def test_corrected_file_opens_a_settled_line_again_and_the_same_file_does_not(tmp_path, street):
    first, second = other_manager(street), other_manager(street, "李四")
    key_in(street)
    by = user_of_branch(street.branch)
    row = billed(street, developer_no=first.staff_no, developer_name="")
    take_text(tmp_path, "acceptances", HEAD + row)
    look()
    reconciling.settle(line=Difference.objects.get(), how="here", word="回访核实", by=by, now=LATER)
    take_text(tmp_path, "acceptances", HEAD + row)
    assert look() == {}
    take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no=second.staff_no, developer_name=""))
    assert look() == {"ORDER001": ("differs", ["developer"], "branch")}
    assert Acceptance.objects.get().developer == street.manager


def test_corrected_file_is_settled_by_what_it_says_now(tmp_path, street):
    first, second = other_manager(street), other_manager(street, "李四")
    key_in(street)
    by = user_of_branch(street.branch)
    for developer in (first, second):
        take_text(tmp_path, "acceptances", HEAD + billed(street, developer_no=developer.staff_no, developer_name=""))
        assert look() == {"ORDER001": ("differs", ["developer"], "branch")}
        reconciling.settle(line=Difference.objects.get(), how="billing", word="照计费", by=by, now=LATER)
        assert Acceptance.objects.get().developer == developer
        assert look() == {}


def test_same_day_file_twice_changes_and_credits_nothing(tmp_path, street):
    key_in(street, "ORDER00I")
    other = HouseholdFactory(code="H9", community=street.membership.community)
    text = HEAD + billed(street) + billed(street, "ORDER009", household_code=other.code)
    take_text(tmp_path, "acceptances", text)
    before = list(Acceptance.objects.order_by("pk").values())
    outcome, rejected = take_text(tmp_path, "acceptances", text)
    assert (outcome.counts, rejected) == ((0, 0, 2), [])
    assert list(Acceptance.objects.order_by("pk").values()) == before
    assert BilledOrder.objects.count() == 1


def test_number_used_again_for_another_home_takes_nothing_from_the_first(tmp_path, street):
    order = key_in(street)
    other = HouseholdFactory(code="H9", community=street.membership.community)
    take_text(tmp_path, "acceptances", HEAD + billed(street, household_code=other.code, accepted_on="2026-11-20"))
    assert Acceptance.objects.get().household == order.household
    assert look(NOW + dt.timedelta(days=20)) == {"ORDER001": ("differs", ["household", "date"], "hall")}


def test_name_that_a_second_manager_bears_later_credits_nobody_new(tmp_path, street):
    meant, by = other_manager(street), user_of_branch(street.branch)
    nobody = {"developer_no": "", "developer_name": "张三"}
    reconciling.name_developer(branch=street.branch, name="张三", manager=meant, by=by, now=NOW)
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody))
    other_manager(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody) + billed(street, "ORDER002", **nobody))
    credited = dict(Acceptance.objects.values_list("order_no", "developer"))
    assert credited == {"ORDER001": meant.pk, "ORDER002": None}
