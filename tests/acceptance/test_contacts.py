"""A customer's whole number, for who oversees: with a reason, logged, so many a day."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessLog
from tests.factories.acceptance import SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.customers import HouseholdFactory

pytestmark = pytest.mark.django_db

PHONE = "13902217648"


@pytest.fixture
def household():
    return HouseholdFactory(contact_phone=PHONE, contact_name="刘建军")


def page_of(household) -> str:
    return reverse("acceptance:household_contact", args=[household.code])


def test_number_is_shown_once_a_reason_stands_in_the_log(client: Client, household) -> None:
    user = user_of_branch(household.branch)
    client.force_login(user)
    assert (
        page_of(household) in client.get(reverse("acceptance:household_card", args=[household.code])).content.decode()
    )
    asked = client.get(page_of(household))
    assert PHONE not in asked.content.decode()
    for reason in ("", " "):
        assert PHONE not in client.post(page_of(household), {"reason": reason}).content.decode()
    assert not AccessLog.objects.exists()
    told = client.post(page_of(household), {"reason": "客户投诉，需回访"})
    assert f"tel:{PHONE}" in told.content.decode()
    assert "no-store" in told["Cache-Control"]
    line = AccessLog.objects.get()
    assert (line.user, line.action, line.subject, line.reason) == (
        user,
        "customers.reveal",
        household.code,
        "客户投诉，需回访",
    )
    assert PHONE not in client.get(page_of(household)).content.decode()


def test_looks_of_a_day_are_limited(client: Client, household, settings) -> None:
    settings.REVEALS_A_DAY = 2
    client.force_login(user_of_branch(household.branch))
    answers = [client.post(page_of(household), {"reason": "回访"}).content.decode() for _look in range(3)]
    assert [f"tel:{PHONE}" in answer for answer in answers] == [True, True, False]
    assert "今天已查看 2 次，到了上限" in answers[2]
    assert AccessLog.objects.count() == 2


def test_number_of_a_slip_is_shown_alike(client: Client) -> None:
    slip = SlipFactory(contact_phone=PHONE)
    client.force_login(user_of_branch(slip.branch))
    page = reverse("acceptance:slip_contact", args=[slip.number])
    assert PHONE not in client.get(page).content.decode()
    assert PHONE in client.post(page, {"reason": "催办"}).content.decode()
    assert AccessLog.objects.get().subject == slip.number


def test_auditor_reads_who_looked_and_why_but_no_number(client: Client, household) -> None:
    client.force_login(user_of_branch(household.branch))
    client.post(page_of(household), {"reason": "客户投诉，需回访"})
    client.force_login(UserFactory(role="auditor"))
    assert client.post(page_of(household), {"reason": "看看"}).status_code == 404
    log = client.get(reverse("accounts:access_log")).content.decode()
    for told in ("查看完整电话", household.code, "客户投诉，需回访"):
        assert told in log
    assert PHONE not in log
