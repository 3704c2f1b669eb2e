"""What the database and the rules keep of a slip: its steps, its clock, its first slip, its place, its two contents."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from acceptance.choices import PASSAGES
from acceptance.domain import contents, slips, transitions
from acceptance.domain.acceptances import Order
from acceptance.models import Acceptance, Slip
from acceptance.queries.slips import row_of
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import ALLOWED, STATES, make
from tests.acceptance.test_submit import send
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, HallFactory
from tests.factories.managers import OperatorFactory

HOUR = dt.timedelta(hours=1)
FAR = {"state_note": "缺证件", "received_at": NOW, "accepted_at": NOW}
ADDED = {"contact_name": "刘建军", "contact_phone": "13902217648", "notes": "已补", "products": ["3G"]}


@pytest.fixture
def street(db):
    return Street()


def test_database_knows_the_steps_of_the_rules_and_no_other():
    ruled = {(origin, step.target) for step in transitions.STEPS.values() for origin in step.origins}
    assert set(PASSAGES) == ruled | {("accepted", "completed")}


@pytest.mark.parametrize("state", STATES)
def test_database_refuses_every_other_step(street, state):
    targets = {transitions.STEPS[name].target for name, origins in ALLOWED.items() if state in origins}
    targets |= {"completed"} if state == "accepted" else set()
    first = make(street)
    for wanted in STATES:
        slip = make(street, state, **FAR)
        changes = {
            "state": wanted,
            "claimed_by": street.operator,
            "duplicate_of": first if wanted == "duplicate" else None,
        }
        if wanted in targets or wanted == state:
            assert Slip.objects.filter(pk=slip.pk).update(**changes) == 1
            continue
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            Slip.objects.filter(pk=slip.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "transferred"},
        {"state": "withdrawn"},
        {"state": "duplicate", "state_note": "重复"},
        {"state": "received"},
    ],
)
def test_database_refuses_a_step_without_what_belongs_to_it(street, changes):
    slip = make(street)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(**changes)
    slip = make(street, "received")
    with pytest.raises(IntegrityError), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(state="working")


def clock(slip, now):
    found = row_of(slip, now).clock
    return found.used, found.limit


def test_transferred_slip_carries_the_clock_of_its_receipt(street):
    slip, there = make(street), street.clerk_of(OperatorFactory(hall=street.other_hall))
    slips.transfer(slip=slip, hall=street.other_hall, reason="离客户近", by=street.clerk, now=NOW + HOUR)
    assert clock(slip, NOW + 2 * HOUR) == (120, 24 * 60)
    slips.receive(slip=slip, by=there, now=NOW + 2 * HOUR)
    assert (slip.received_at, clock(slip, NOW + 3 * HOUR)) == (NOW + 2 * HOUR, (60, 48 * 60))


def test_slip_received_and_handed_on_stays_on_the_clock_of_its_acceptance(street):
    slip, there = make(street), street.clerk_of(OperatorFactory(hall=street.other_hall))
    slips.take(slip=slip, by=street.clerk, now=NOW + HOUR)
    slips.transfer(slip=slip, hall=street.other_hall, reason="离客户近", by=street.clerk, now=NOW + 3 * HOUR)
    assert clock(slip, NOW + 4 * HOUR) == (180, 48 * 60)
    slips.take(slip=slip, by=there, now=NOW + 5 * HOUR)
    assert (slip.received_at, clock(slip, NOW + 6 * HOUR)) == (NOW + HOUR, (300, 48 * 60))


def test_returned_slip_moves_its_clock_to_the_field_and_starts_anew_at_the_hall(street):
    slip = make(street)
    slips.take(slip=slip, by=street.clerk, now=NOW + HOUR)
    slips.return_to_field(slip=slip, reason="缺证件", by=street.clerk, now=NOW + 2 * HOUR)
    assert clock(slip, NOW + 3 * HOUR) == (60, 24 * 60)
    slips.resubmit(slip=slip, by=street.field, now=NOW + 4 * HOUR, **ADDED)
    assert (slip.received_at, clock(slip, NOW + 5 * HOUR)) == (None, (60, 24 * 60))


def test_duplicate_leads_to_a_slip_that_somebody_works_on(street):
    first, second, third, lost = (make(street) for _ in range(4))
    given = {"outcome": "duplicate", "reason": "", "by": street.clerk, "now": NOW}
    slips.close(slip=lost, outcome="withdraw", reason="填错", by=street.clerk, now=NOW)
    with pytest.raises(slips.WrongDuplicate, match="不能让两单都落空"):
        slips.close(slip=second, duplicate_of=lost, **given)
    slips.close(slip=second, duplicate_of=first, **given)
    with pytest.raises(slips.WrongDuplicate) as refused:
        slips.close(slip=third, duplicate_of=second, **given)
    assert str(refused.value) == f"{second.number} 自己也是重复的单，请填最早的 {first.number}。"
    slips.close(slip=first, duplicate_of=third, **given)
    second.refresh_from_db()
    assert (first.duplicate_of, second.duplicate_of) == (third, third)


def test_detail_shows_the_first_slip_and_its_duplicates(street, client):
    first, second = make(street), make(street)
    slips.close(slip=second, outcome="duplicate", reason="", by=street.clerk, now=NOW, duplicate_of=first)
    client.force_login(street.seller)
    for shown, other in ((first, second), (second, first)):
        page = client.get(reverse("acceptance:slip_detail", args=[shown.number])).content.decode()
        assert f'<a href="{reverse("acceptance:slip_detail", args=[other.number])}">{other.number}</a>' in page


def test_page_of_a_slip_that_two_halls_handed_on_tells_both_times(street, client):
    slip, third = make(street), HallFactory(branch=street.branch)
    there = street.clerk_of(OperatorFactory(hall=street.other_hall))
    slips.transfer(slip=slip, hall=street.other_hall, reason="离客户近", by=street.clerk, now=NOW)
    slips.transfer(slip=slip, hall=third, reason="这里不办", by=there, now=NOW + HOUR)
    client.force_login(street.seller)
    page = client.get(reverse("acceptance:slip_detail", args=[slip.number])).content.decode()
    assert (page.count("<span>转厅&emsp;"), page.count("交给")) == (2, 0)


def test_resubmit_for_another_household_goes_to_its_hall_and_is_marked(street):
    held = GridCommunityFactory(grid__branch=street.branch)
    home = HouseholdFactory(community=held.community)
    slip = make(street, "returned")
    slips.resubmit(slip=slip, by=street.field, now=NOW, household=home, **ADDED)
    assert (slip.household, slip.grid, slip.hall, slip.is_cross_grid) == (home, held.grid, held.grid.hall, True)
    slip = make(street, "returned", household=None, typed_address="园荫里")
    slips.resubmit(slip=slip, by=street.field, now=NOW, typed_address="园荫里 12 号楼", **ADDED)
    assert (slip.typed_address, slip.hall) == ("园荫里 12 号楼", street.hall)
    with pytest.raises(slips.UnknownPlace):
        slips.resubmit(slip=make(street, "returned"), by=street.field, now=NOW, household=HouseholdFactory(), **ADDED)


@pytest.mark.parametrize(
    ("field", "text"), [("contact_name", "刘" * 41), ("notes", "补" * 301), ("typed_address", "里" * 201)]
)
def test_resubmit_refuses_what_is_longer_than_a_slip_holds(street, field, text):
    slip = make(street, "returned", household=None, typed_address="园荫里")
    with pytest.raises(contents.IncompleteSlip) as refused:
        slips.resubmit(slip=slip, by=street.field, now=NOW, **(ADDED | {field: text}))
    assert (refused.value.field, slip.state) == (field, "returned")


def test_resubmit_takes_a_product_named_twice_once(street):
    slip = make(street, "returned")
    slips.resubmit(slip=slip, by=street.field, now=NOW, **(ADDED | {"products": ["3G", "FTTH", "3G"]}))
    assert [line.product_id for line in slip.lines.all()] == ["3G", "FTTH"]


def test_returned_slip_is_corrected_and_sent_again_on_the_phone(street, client):
    held = GridCommunityFactory(grid__branch=street.branch)
    home = HouseholdFactory(community=held.community)
    slip = make(street, "returned", state_note="客户编码写错了")
    client.force_login(street.seller)
    address = reverse("acceptance:slip_detail", args=[slip.number])
    assert "客户编码写错了" in client.get(address).content.decode()
    wrong = client.post(f"{address}resubmit/", ADDED | {"household_code": "NOBODY"})
    assert (wrong.status_code, "没有这个客户编码" in wrong.content.decode()) == (422, True)
    assert client.post(f"{address}resubmit/", ADDED | {"household_code": home.code}).status_code == 302
    slip.refresh_from_db()
    assert (slip.state, slip.household, slip.hall) == ("submitted", home, held.grid.hall)


def test_cross_grid_slip_counts_for_the_households_grid_and_credits_its_manager(street):
    held = GridCommunityFactory(grid__branch=street.branch)
    home = HouseholdFactory(community=held.community)
    send(street, household_code=home.code)
    slip = Slip.objects.get()
    clerk = street.clerk_of(OperatorFactory(hall=slip.hall))
    slips.take(slip=slip, by=clerk, now=NOW)
    slips.accept(slip=slip, orders=[Order("FTTH", "221112088431", NOW.date())], by=clerk, now=NOW)
    made = Acceptance.objects.get()
    assert (slip.is_cross_grid, made.grid, made.developer) == (True, held.grid, street.manager)


def test_form_sent_again_with_other_content_shows_both(street, client):
    client.force_login(street.seller)
    form = {"client_uuid": str(uuid.uuid4()), "products": ["FTTH"], "contact_name": "刘建军", "has_consent": "1"}
    form |= {"contact_phone": "13902217648", "household_code": street.household.code, "source": "home"}
    address = reverse("acceptance:slip_new")
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code == 302
    answer = client.post(address, form | {"contact_phone": "13902217649", "products": ["3G"]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(text in page for text in (Slip.objects.get().number, "13902217648", "13902217649", "另送一单"))
    differ = [line.field for line in answer.context["refused"].both if line.differs]
    assert differ == ["products", "contact_phone"]
    again = dict(answer.context["again"])
    assert client.post(address, again | {"products": ["3G"]}).status_code == 302
    assert Slip.objects.count() == 2


@pytest.fixture
def post(client):
    def ask(user, slip, step, **words):
        client.force_login(user)
        address = reverse("acceptance_api_step", args=[slip.number, step])
        answer = client.post(address, words, content_type="application/json")
        return answer.status_code, answer.json() if answer.status_code != 404 else {}

    return ask


def test_api_takes_every_step_of_a_slip(street, post):
    clerk, seller, slip = street.clerk_user, street.seller, make(street)
    assert post(clerk, slip, "receive") == (
        200,
        {
            "number": slip.number,
            "state": "received",
            "steps": ["claim", "accept", "return", "transfer", "withdraw", "abandon", "no_resource", "duplicate"],
        },
    )
    assert post(clerk, slip, "claim")[1]["state"] == "working"
    assert post(clerk, slip, "release")[1]["state"] == "received"
    assert post(clerk, slip, "return", reason="缺证件")[1]["state"] == "returned"
    assert post(seller, slip, "resubmit", notes="已补")[1]["state"] == "submitted"
    assert post(clerk, slip, "receive")[1]["state"] == "received"
    order = {"product": "FTTH", "order_no": "221112088431", "accepted_on": "2026-11-06"}
    assert post(clerk, slip, "accept", orders=[order])[1]["state"] == "accepted"
    slip = make(street)
    assert post(clerk, slip, "transfer", hall=street.other_hall.code, reason="近")[1]["state"] == "transferred"
    for outcome in ("withdraw", "abandon", "no_resource"):
        assert post(clerk, make(street), outcome, reason="客户改主意")[0] == 200
    assert post(clerk, make(street), "duplicate", duplicate_of=make(street).number)[1]["state"] == "duplicate"


def test_api_refuses_in_words(street, post):
    clerk, seller, slip = street.clerk_user, street.seller, make(street)
    status, told = post(clerk, slip, "claim")
    assert (status, told["message"]) == (409, f"{slip.number} 现在是“已提交”，不能接单。")
    status, told = post(seller, slip, "receive")
    assert (status, told["message"]) == (403, f"“签收”由营业厅来做，{slip.number} 不在您手里。")
    assert told["steps"] == ["withdraw", "abandon"]
    status, told = post(clerk, slip, "return")
    assert (status, told["field"], told["state"]) == (422, "reason", "submitted")
    assert post(clerk, slip, "duplicate", duplicate_of="YSL-1")[0] == 422
    assert post(clerk, slip, "transfer", hall="NOWHERE", reason="近")[0] == 422
    assert post(clerk, slip, "vanish")[0] == 404
    assert post(clerk, make(Street()), "receive")[0] == 404
