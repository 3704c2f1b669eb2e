"""What an acceptance said before it was changed is kept, whoever changes it."""

import datetime as dt

import pytest
from django.db import InternalError, transaction

from acceptance.models import Acceptance, FormerAcceptance
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db
HEAD = "order_no,household_code,product_code,accepted_on,channel,cancelled_on\n"
DAY = dt.date(2026, 10, 20)


def kept() -> list[tuple[str, str, dt.date, dt.date | None]]:
    rows = FormerAcceptance.objects.order_by("pk")
    return list(rows.values_list("acceptance__order_no", "product", "accepted_on", "cancelled_on"))


def test_file_that_cancels_an_order_keeps_what_it_said(tmp_path) -> None:
    home = HouseholdFactory(code="H1", community=GridCommunityFactory().community)
    take_text(tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2026-10-14,own_hall,\nO2,H1,3G,2026-10-15,own_hall,\n")
    assert kept() == []

    for _again in range(2):
        take_text(
            tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2026-10-14,own_hall,2026-10-20\nO2,H1,3G,2026-10-15,own_hall,\n"
        )

    assert kept() == [("O1", "FTTH", dt.date(2026, 10, 14), None)]
    former = FormerAcceptance.objects.get()
    assert former.grid == home.community.memberships.get().grid


def test_cancellation_taken_back_is_kept_as_well() -> None:
    order = AcceptanceFactory(order_no="O1")
    for day in (DAY, None, DAY):
        Acceptance.objects.filter(pk=order.pk).update(cancelled_on=day)
    assert [row[3] for row in kept()] == [None, DAY, None]


def test_change_that_counts_nowhere_is_not_kept() -> None:
    order = AcceptanceFactory(order_no="O1", cancelled_on=DAY)
    Acceptance.objects.filter(pk=order.pk).update(
        completed_on=DAY, developer_name="吴家麟", order_no="O2", keyed_here=True, cancelled_on=DAY
    )
    assert kept() == []


def test_what_is_kept_is_never_changed() -> None:
    order = AcceptanceFactory()
    Acceptance.objects.filter(pk=order.pk).update(cancelled_on=DAY)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        FormerAcceptance.objects.update(cancelled_on=DAY)
    order.delete()
    assert kept() == []
