import dataclasses
import threading
import uuid

import pytest
from django.db import connection

from acceptance.domain import slips
from acceptance.domain.contents import IncompleteSlip
from acceptance.models import Slip, SlipEvent, SlipLine
from tests.acceptance.street import NOW, Street
from tests.factories.accounts import UserFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory

KEYS, AT_ONCE = 500, 50


@pytest.fixture
def street(db):
    return Street()


def send(street, client_uuid=None, acknowledged=False, **fields):
    return slips.submit(
        client_uuid=client_uuid or uuid.uuid4(),
        content=street.content(**fields),
        by=street.seller,
        now=NOW,
        acknowledged=acknowledged,
    )


def test_submit_finds_grid_hall_and_branch_of_the_household(street):
    receipt = send(street)
    slip = Slip.objects.get()
    assert receipt == slips.Receipt(slip.number, is_new=True)
    assert slip.number.startswith("YSL-261106-")
    assert (slip.grid, slip.hall, slip.branch, slip.is_cross_grid) == (street.grid, street.hall, street.branch, False)
    assert (slip.manager, slip.state, slip.submitted_at) == (street.manager, "submitted", NOW)
    assert [line.product_id for line in slip.lines.all()] == ["FTTH", "3G"]
    assert [event.to_state for event in slip.events.all()] == ["submitted"]


def test_submit_is_one_statement(street, django_assert_num_queries):
    with django_assert_num_queries(1):
        send(street)


def test_submit_of_another_grid_is_marked_and_goes_to_its_hall(street):
    held = GridCommunityFactory(grid__branch=street.branch)
    home = HouseholdFactory(community=held.community)
    send(street, household_code=home.code)
    slip = Slip.objects.get()
    assert (slip.grid, slip.hall, slip.is_cross_grid) == (held.grid, held.grid.hall, True)


def test_submit_with_typed_address_goes_to_the_own_hall(street):
    send(street, household_code="", typed_address="园荫里 12 号楼")
    slip = Slip.objects.get()
    assert (slip.household, slip.grid, slip.hall, slip.is_cross_grid) == (None, street.grid, street.hall, False)


def test_submit_of_a_foreign_branch_household_finds_no_place(street):
    with pytest.raises(slips.UnknownPlace):
        send(street, household_code=HouseholdFactory().code)
    assert Slip.objects.count() == 0


def test_submit_by_somebody_else_is_refused(street):
    with pytest.raises(slips.UnknownPlace):
        slips.submit(client_uuid=uuid.uuid4(), content=street.content(), by=UserFactory(), now=NOW)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"products": ()}, "products", "请至少选一个产品。"),
        ({"household_code": ""}, "household_code", "请选择客户，或写下新地址。"),
        ({"contact_name": ""}, "contact_name", "请写下联系人。"),
        ({"contact_phone": "1390221764"}, "contact_phone", "少 1 位，应为 11 位。"),
        ({"contact_phone": "abc"}, "contact_phone", "请写 11 位手机号，或带区号的固定电话。"),
        ({"has_consent": False}, "has_consent", "提交前要得到客户同意。"),
        ({"products": ("MOON",)}, "products", "选的产品里有不再销售的，请重选。"),
        ({"source": "moon"}, "source", "请选择来源。"),
    ],
)
def test_submit_refuses_an_incomplete_slip(street, fields, field, words):
    with pytest.raises(IncompleteSlip) as refused:
        send(street, **fields)
    assert (refused.value.field, str(refused.value)) == (field, words)


def test_submit_twice_is_the_same_slip(street):
    key = uuid.uuid4()
    first = send(street, key)
    assert send(street, key) == slips.Receipt(first.number, is_new=False)
    assert (Slip.objects.count(), SlipLine.objects.count(), SlipEvent.objects.count()) == (1, 2, 1)


def test_submit_of_other_content_under_the_same_key_is_refused_with_the_slip(street):
    key = uuid.uuid4()
    first = send(street, key)
    with pytest.raises(slips.ContentChanged) as refused:
        send(street, key, notes="晚上在家")
    assert refused.value.number == first.number


def test_submit_warns_of_a_similar_slip_and_goes_through_when_acknowledged(street):
    first = send(street)
    with pytest.raises(slips.SimilarExists) as warned:
        send(street, products=("FTTH",))
    assert warned.value.number == first.number
    assert send(street, products=("FTTH",), acknowledged=True).is_new
    assert Slip.objects.count() == 2


def test_submit_of_another_product_is_no_repetition(street):
    send(street, products=("FTTH",))
    assert send(street, products=("3G",)).is_new


def test_fingerprint_ignores_the_order_of_products(street):
    content = street.content()
    turned = dataclasses.replace(content, products=("3G", "FTTH"))
    assert content.fingerprint == turned.fingerprint


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_500_slips_sent_50_times_at_once_make_500_slips():
    street = Street()
    keys = [uuid.uuid4() for _ in range(KEYS)]
    homes = [HouseholdFactory(community=street.membership.community).code for _ in keys]
    receipts, start = [], threading.Barrier(AT_ONCE)

    def work():
        try:
            start.wait()
            for key, home in zip(keys, homes, strict=True):
                receipts.append((key, send(street, key, household_code=home)))
        finally:
            connection.close()

    # All go through the same forms in the same order, so that each is sent by many at the same moment.
    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == KEYS * AT_ONCE
    assert sum(receipt.is_new for _, receipt in receipts) == KEYS
    assert len({(key, receipt.number) for key, receipt in receipts}) == KEYS
    assert (Slip.objects.count(), SlipLine.objects.count(), SlipEvent.objects.count()) == (KEYS, 2 * KEYS, KEYS)
