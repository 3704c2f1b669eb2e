import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection

from acceptance.choices import WANT_REASON
from acceptance.domain import acceptances, slips, transitions
from acceptance.domain.acceptances import BadOrder, BadSplit, Order, Split
from acceptance.domain.actors import Actor
from acceptance.models import Acceptance, Slip
from tests.acceptance.street import NOW, Street
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.grids import HallFactory
from tests.factories.managers import ManagerFactory, OperatorFactory

LATER = NOW + dt.timedelta(hours=3)
DAY = NOW.date()
ORDERS = [Order("FTTH", "221112088431", DAY), Order("3G_BUNDLE", "221112088432", DAY)]


@pytest.fixture
def street(db):
    return Street()


def make(street, state="submitted", **fields):
    given = {
        "grid": street.grid,
        "manager": street.manager,
        "household": street.household,
        "submitted_at": NOW,
        "state": state,
        "state_by": street.seller,
    }
    if state in ("received", "working"):
        given["received_at"] = NOW
    if state == "working":
        given["claimed_by"] = street.operator
    if state in WANT_REASON:
        given["state_note"] = "缺证件"
    if state == "duplicate":
        given["duplicate_of"] = SlipFactory(grid=street.grid, manager=street.manager, household=street.household)
    slip = SlipFactory(**(given | fields))
    SlipLineFactory(slip=slip)
    return slip


def steps(slip):
    return [event.to_state for event in slip.events.all()]


def test_receive_starts_the_hall_clock(street):
    slip = make(street)
    slips.receive(slip=slip, by=street.clerk, now=LATER)
    assert (slip.state, slip.received_at, slip.state_by_id) == ("received", LATER, street.clerk_user.pk)
    assert steps(slip) == ["submitted", "received"]


def test_take_receives_and_claims(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=LATER)
    assert (slip.state, slip.claimed_by) == ("working", street.operator)
    assert steps(slip) == ["submitted", "received", "working"]


def test_accept_makes_orders_with_people_and_places_of_the_day(street):
    slip = make(street, "received")
    slips.accept(slip=slip, orders=ORDERS, by=street.clerk, now=LATER)
    assert (slip.state, slip.accepted_at) == ("accepted", LATER)
    rows = Acceptance.objects.order_by("order_no").values_list(
        "order_no", "product_id", "grid_id", "branch_id", "developer_id", "developer_share", "operator_id", "slip_id"
    )
    rest = (street.grid.pk, street.branch.pk, street.manager.pk, Decimal(100), street.operator.pk, slip.pk)
    assert list(rows) == [("221112088431", "FTTH", *rest), ("221112088432", "3G_BUNDLE", *rest)]


def test_accept_splits_the_credit(street):
    other = ManagerFactory(branch=street.branch)
    slip = make(street, "received")
    slips.accept(slip=slip, orders=ORDERS[:1], by=street.clerk, now=LATER, split=Split(other, Decimal(60)))
    order = Acceptance.objects.get()
    assert (order.developer, order.co_developer, order.developer_share) == (street.manager, other, Decimal(60))


@pytest.mark.parametrize("share", [0, 100])
def test_accept_refuses_a_split_that_leaves_one_with_nothing(street, share):
    slip = make(street, "received")
    with pytest.raises(BadSplit):
        split = Split(ManagerFactory(branch=street.branch), Decimal(share))
        slips.accept(slip=slip, orders=ORDERS, by=street.clerk, now=LATER, split=split)
    slip.refresh_from_db()
    assert (slip.state, Acceptance.objects.count()) == ("received", 0)


@pytest.mark.parametrize(
    ("orders", "field"),
    [
        ([], "order_no-1"),
        ([Order("FTTH", "843", DAY)], "order_no-1"),
        ([ORDERS[0], Order("3G", "221112088431", DAY)], "order_no-2"),
        ([ORDERS[0], Order("FTTH", "221112088499", DAY)], "product-2"),
        ([Order("FTTH", "221112088431", DAY + dt.timedelta(days=1))], "accepted_on-1"),
        ([Order("FTTH", "221112088431", DAY - dt.timedelta(days=1))], "accepted_on-1"),
    ],
)
def test_accept_refuses_orders_that_cannot_be_right(street, orders, field):
    with pytest.raises(BadOrder) as refused:
        slips.accept(slip=make(street, "received"), orders=orders, by=street.clerk, now=LATER)
    assert refused.value.field == field


def test_accept_refuses_a_used_order_number_and_changes_nothing(street):
    AcceptanceFactory(order_no="221112088432")
    slip = make(street, "received")
    with pytest.raises(BadOrder) as refused:
        slips.accept(slip=slip, orders=ORDERS, by=street.clerk, now=LATER)
    assert (refused.value.field, str(refused.value)) == ("order_no-2", "订单号 221112088432 已经用过。")
    assert (Slip.objects.get(pk=slip.pk).state, Acceptance.objects.count()) == ("received", 1)


def test_accept_of_a_new_address_wants_a_household(street):
    slip = make(street, "received", household=None, typed_address="园荫里 12 号楼")
    with pytest.raises(BadOrder):
        slips.accept(slip=slip, orders=ORDERS, by=street.clerk, now=LATER)
    slips.accept(slip=slip, orders=ORDERS, by=street.clerk, now=LATER, household=street.household)
    assert slip.household == street.household


def test_return_and_resubmit(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=LATER)
    slips.return_to_field(slip=slip, reason="缺手机号末位", by=street.clerk, now=LATER)
    assert (slip.state, slip.state_note, slip.claimed_by) == ("returned", "缺手机号末位", None)
    given = {"contact_name": "刘建军", "contact_phone": "13902217648", "notes": "已补", "products": ["3G"]}
    slips.resubmit(slip=slip, by=street.field, now=LATER, **given)
    assert (slip.state, slip.contact_phone, slip.notes) == ("submitted", "13902217648", "已补")
    assert [line.product_id for line in slip.lines.all()] == ["3G"]


def test_return_needs_a_reason(street):
    with pytest.raises(slips.ReasonMissing):
        slips.return_to_field(slip=make(street), reason="  ", by=street.clerk, now=LATER)


def test_transfer_moves_the_slip_to_the_other_hall(street):
    slip = make(street)
    slips.transfer(slip=slip, hall=street.other_hall, reason="离客户近", by=street.clerk, now=LATER)
    assert (slip.state, slip.hall) == ("transferred", street.other_hall)
    with pytest.raises(transitions.NotYours):
        slips.receive(slip=slip, by=street.clerk, now=LATER)
    there = street.clerk_of(OperatorFactory(hall=street.other_hall))
    slips.receive(slip=slip, by=there, now=LATER)
    assert slip.state == "received"


def test_transfer_stays_in_the_branch(street):
    for hall in (street.hall, HallFactory()):
        with pytest.raises(slips.WrongHall):
            slips.transfer(slip=make(street), hall=hall, reason="离客户近", by=street.clerk, now=LATER)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("withdraw", "withdrawn"), ("abandon", "abandoned"), ("no_resource", "no_resource")],
)
def test_close_ends_a_slip(street, outcome, state):
    slip = make(street)
    slips.close(slip=slip, outcome=outcome, reason="客户改主意", by=street.clerk, now=LATER)
    assert (slip.state, slip.state_note) == (state, "客户改主意")


def test_close_as_duplicate_names_the_first(street):
    first, second = make(street), make(street)
    slips.close(slip=second, outcome="duplicate", reason="", by=street.clerk, now=LATER, duplicate_of=first)
    assert (second.state, second.duplicate_of, second.state_note) == ("duplicate", first, first.number)
    with pytest.raises(slips.WrongDuplicate):
        slips.close(slip=first, outcome="duplicate", reason="", by=street.clerk, now=LATER, duplicate_of=first)


def test_withdraw_by_its_own_manager_but_not_by_another(street):
    slip = make(street)
    stranger = Actor(user=street.seller.pk, manager=ManagerFactory().pk)
    with pytest.raises(transitions.NotYours):
        slips.close(slip=slip, outcome="withdraw", reason="填错", by=stranger, now=LATER)
    slips.close(slip=slip, outcome="withdraw", reason="填错", by=street.field, now=LATER)
    assert slip.state == "withdrawn"


def test_claimed_slip_is_kept_from_other_clerks_in_words(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=LATER)
    other = street.clerk_of(OperatorFactory(hall=street.hall))
    with pytest.raises(transitions.NotYours) as refused:
        slips.accept(slip=slip, orders=ORDERS, by=other, now=LATER)
    holder = street.operator
    assert str(refused.value) == f"{holder.name}（{holder.operator_no}）正在受理 {slip.number}。"


def test_head_of_the_hall_lays_back_what_an_absent_clerk_holds(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=LATER)
    head = replace(street.clerk_of(OperatorFactory(hall=street.hall)), leads=True)
    with pytest.raises(transitions.NotYours):
        slips.accept(slip=slip, orders=ORDERS, by=head, now=LATER)
    slips.release(slip=slip, by=head, now=LATER)
    assert (slip.state, slip.claimed_by) == ("received", None)
    slips.accept(slip=slip, orders=ORDERS, by=head, now=LATER)
    assert slip.state == "accepted"


def test_head_of_another_hall_lays_nothing_back(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=LATER)
    elsewhere = replace(street.clerk_of(OperatorFactory(hall=street.other_hall)), leads=True)
    with pytest.raises(transitions.NotYours):
        slips.release(slip=slip, by=elsewhere, now=LATER)


STATES = [
    "submitted", "transferred", "received", "working", "returned", "accepted", "completed", "withdrawn", "abandoned",
    "no_resource", "duplicate",
]  # fmt: skip
AT_HALL = {"submitted", "transferred", "received", "working"}
ALLOWED = {
    "receive": {"submitted", "transferred"},
    "claim": {"received"},
    "release": {"working"},
    "accept": {"received", "working"},
    "return": AT_HALL,
    "resubmit": {"returned"},
    "transfer": AT_HALL,
    "withdraw": AT_HALL | {"returned"},
    "abandon": AT_HALL | {"returned"},
    "no_resource": AT_HALL,
    "duplicate": AT_HALL,
}


@pytest.mark.parametrize("state", STATES)
def test_every_step_is_allowed_or_refused_in_words(street, state):
    both = Actor(street.seller.pk, street.manager.pk, street.operator.pk, frozenset({street.hall.pk}))
    times = {"received_at": NOW, "accepted_at": NOW, "state_note": "缺证件"}
    slip = make(street, state, **times)
    assert transitions.allowed(slip, both) == [name for name, origins in ALLOWED.items() if state in origins]
    for name, origins in ALLOWED.items():
        if state in origins:
            continue
        with pytest.raises(transitions.StepForbidden) as refused:
            transitions.check(transitions.STEPS[name], slip, both)
        assert slip.number in str(refused.value)
        assert slip.get_state_display() in str(refused.value)


def test_each_side_has_its_own_steps(street):
    slip = make(street)
    assert transitions.allowed(slip, street.field) == ["withdraw", "abandon"]
    assert transitions.allowed(slip, Actor(user=street.seller.pk)) == []


def test_record_direct_credits_the_developer_and_needs_the_counter(street):
    order = [Order("FTTH", "221112088431", DAY)]
    acceptances.record_direct(
        household=street.household, orders=order, by=street.clerk, now=NOW, developer=street.manager
    )
    made = Acceptance.objects.get()
    assert (made.slip, made.developer, made.operator) == (None, street.manager, street.operator)
    assert (made.channel_id, made.grid) == ("own_hall", street.grid)
    with pytest.raises(acceptances.NotAtCounter):
        acceptances.record_direct(household=street.household, orders=order, by=street.field, now=NOW)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_4_clerks_accepting_the_same_slip_make_one_acceptance():
    street = Street()
    slip = make(street, "received")
    clerks = [street.clerk_of(OperatorFactory(hall=street.hall)) for _ in range(4)]
    start, outcomes = threading.Barrier(4), []

    def work(place, clerk):
        try:
            mine = Slip.objects.get(pk=slip.pk)
            start.wait()
            slips.accept(slip=mine, orders=[Order("FTTH", f"22111208840{place}", DAY)], by=clerk, now=LATER)
            outcomes.append("accepted")
        except (transitions.StepForbidden, transitions.NotYours):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(clerks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "refused", "refused", "refused"]
    assert Acceptance.objects.count() == 1
    assert steps(slip) == ["received", "accepted"]


def test_record_direct_refuses_a_day_of_a_settled_month(street):
    order = [Order("FTTH", "221112088431", dt.date(2006, 11, 6))]
    with pytest.raises(acceptances.BadOrder, match="不能早于上月 1 日"):
        acceptances.record_direct(household=street.household, orders=order, by=street.clerk, now=NOW)
    assert not Acceptance.objects.exists()
