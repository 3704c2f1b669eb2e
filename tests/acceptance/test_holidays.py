"""Holidays are data: edited on a page, imported as a file, loaded for a company that begins."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.choices import DayKind
from acceptance.domain.clocks import opening_hours
from acceptance.domain.holidays import BadHoliday, set_days
from acceptance.models import SpecialDay
from accounts.choices import Role
from demo.holidays import NAMES, load_holidays
from tests.factories.accounts import UserFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db


def test_file_of_holidays_is_taken_and_corrected(tmp_path):
    head, kind = "日期,安排,名称\n", "special_days"
    outcome, rejected = take_text(tmp_path, kind, head + "2026-10-01,放假,国庆节\n2026-10-10,上班,国庆节调休\n")
    assert (outcome.counts.new, rejected) == (2, [])
    outcome, rejected = take_text(tmp_path, kind, head + "2026-10-10,放假,国庆节\n2026-10-11,半天,国庆节\n")
    assert (outcome.counts.changed, [line for line, _reasons in rejected]) == (1, [3])
    assert opening_hours().closed == (dt.date(2026, 10, 1), dt.date(2026, 10, 10))


def test_company_begins_with_the_nations_days():
    assert load_holidays() == SpecialDay.objects.count() == 85
    closed = set(SpecialDay.objects.filter(kind=DayKind.CLOSED).values_list("day", flat=True))
    assert {dt.date(2026, 2, 15), dt.date(2026, 10, 7), dt.date(2027, 2, 6)} <= closed
    assert SpecialDay.objects.get(day="2026-10-10").kind == DayKind.OPEN
    assert load_holidays() == 0
    assert set(SpecialDay.objects.values_list("name", flat=True)) == set(NAMES)


def test_days_are_set_in_place_of_what_stood_there():
    assert set_days(first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 3), kind="closed", name=" 元旦 ") == 3
    assert set_days(first=dt.date(2027, 1, 3), last=dt.date(2027, 1, 3), kind="open", name="元旦调休") == 1
    assert list(SpecialDay.objects.values_list("kind", "name")) == [("closed", "元旦")] * 2 + [("open", "元旦调休")]


@pytest.mark.parametrize(
    ("last", "kind", "name", "field"),
    [("2026-12-31", "closed", "元旦", "last"), ("2027-01-16", "closed", "元旦", "last")]
    + [("2027-01-01", "half", "元旦", "kind"), ("2027-01-01", "closed", " ", "name")],
)
def test_days_that_make_no_sense_are_refused(last, kind, name, field):
    with pytest.raises(BadHoliday) as refused:
        set_days(first=dt.date(2027, 1, 1), last=dt.date.fromisoformat(last), kind=kind, name=name)
    assert refused.value.field == field
    assert not SpecialDay.objects.exists()


def test_staff_write_days_down_and_drop_them(client: Client):
    client.force_login(UserFactory(role=Role.COMPANY))
    page = reverse("acceptance:holiday_list")
    assert "还没有登记放假的日子" in client.get(page).content.decode()
    given = {"first": "2027-01-01", "kind": "closed", "name": "元旦"}
    assert client.post(reverse("acceptance:holiday_set"), given).url == page
    assert client.post(reverse("acceptance:holiday_set"), given | {"first": "bald"}).status_code == 422
    assert opening_hours().closed == (dt.date(2027, 1, 1),)
    client.post(reverse("acceptance:holiday_drop"), {"first": "2027-01-01", "last": "2027-01-01"})
    assert client.post(reverse("acceptance:holiday_drop"), {"first": "bald", "last": ""}).status_code == 404
    assert opening_hours().closed == ()
