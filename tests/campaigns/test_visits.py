import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from campaigns.domain import follow_ups, plans, visits
from campaigns.models import FollowUp, Visit
from core.periods import SHANGHAI
from managers.models import Posting
from tests.factories.accounts import UserFactory
from tests.factories.managers import PostingFactory

NOW = dt.datetime(2026, 10, 12, 15, 0, tzinfo=SHANGHAI)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def posting(db: None) -> Posting:
    return PostingFactory()


@pytest.fixture
def phone(posting: Posting, client: Client) -> Client:
    """The logged-in manager of the posting."""
    client.force_login(UserFactory(role=Role.ACCOUNT_MANAGER, staff_code=posting.manager.staff_no))
    return client


def record(posting: Posting, **fields: object) -> Visit:
    given = {"kind": "property", "visited_at": NOW - HOUR, "now": NOW, **fields}
    return visits.record(manager=posting.manager, grid=posting.grid, **given)


def test_visit_in_the_future_is_refused(posting: Posting) -> None:
    with pytest.raises(visits.VisitInTheFuture) as refused:
        record(posting, visited_at=NOW + HOUR)
    assert (refused.value.field, str(refused.value)) == ("visited_at", "时间还没到，请核对走访时间。")


@pytest.mark.parametrize("kind", ["home", "retention"])
def test_home_visit_without_a_home_is_refused(posting: Posting, kind: str) -> None:
    with pytest.raises(visits.HouseholdMissing):
        record(posting, kind=kind)
    assert Visit.objects.count() == 0


def test_follow_up_in_the_past_is_refused_and_leaves_no_visit(posting: Posting) -> None:
    with pytest.raises(follow_ups.DueInThePast):
        plans.record_with_next_step(
            posting=posting,
            kind="property",
            visited_at=NOW - HOUR,
            note="",
            code="",
            household=None,
            follow_up="送海报",
            due_at=NOW,
            now=NOW,
        )
    assert Visit.objects.count() == 0


def test_follow_up_is_finished_once_and_keeps_the_first_moment(posting: Posting) -> None:
    promised = follow_ups.promise(
        manager=posting.manager, grid=posting.grid, subject="回访", due_at=NOW + HOUR, now=NOW
    )
    assert follow_ups.finish(follow_up=promised, now=NOW) is True
    assert follow_ups.finish(follow_up=promised, now=NOW + HOUR) is False
    assert FollowUp.objects.get().done_at == NOW
    assert follow_ups.reopen(follow_up=promised) is True
    assert FollowUp.objects.get().done_at is None


def test_visit_page_records_the_visit_and_the_next_step(phone: Client, posting: Posting) -> None:
    now = timezone.now()
    answer = phone.post(
        reverse("campaigns:visit_new"),
        {
            "kind": "publicity",
            "visited_at": (now - HOUR).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
            "note": "换海报",
            "follow_up": "补拍照片",
            "due_at": (now + HOUR).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        },
    )
    assert answer.status_code == 302
    assert list(Visit.objects.values_list("grid", "kind", "note")) == [(posting.grid_id, "publicity", "换海报")]
    assert list(FollowUp.objects.values_list("manager", "subject")) == [(posting.manager_id, "补拍照片")]


def test_visit_page_keeps_what_was_typed_and_says_what_is_wrong(phone: Client) -> None:
    answer = phone.post(reverse("campaigns:visit_new"), {"kind": "home", "household": "nobody", "note": "敲门没人"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "敲门没人" in page
    assert Visit.objects.count() == 0


def test_visit_page_is_not_there_for_a_manager_without_a_posting(client: Client, db: None) -> None:
    client.force_login(UserFactory(role=Role.ACCOUNT_MANAGER, staff_code="NOBODY"))
    assert client.get(reverse("campaigns:visit_new")).status_code == 404


def test_follow_up_of_a_colleague_is_not_found(phone: Client, posting: Posting) -> None:
    other = PostingFactory(grid=posting.grid)
    theirs = follow_ups.promise(manager=other.manager, grid=other.grid, subject="回访", due_at=NOW + HOUR, now=NOW)
    assert phone.post(reverse("campaigns:followup_done", args=[theirs.pk])).status_code == 404
    assert FollowUp.objects.get().done_at is None


def test_visit_list_asks_the_database_as_often_for_three_as_for_one(phone: Client, posting: Posting) -> None:
    counts = []
    for more in (1, 2):
        for _visit in range(more):
            record(posting)
        phone.get(reverse("campaigns:visit_list"))
        with CaptureQueriesContext(connection) as asked:
            phone.get(reverse("campaigns:visit_list"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5
