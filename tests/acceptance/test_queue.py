"""What the hall's queue shows, in which order, and what an open page of it learns."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acceptance.domain import slips
from acceptance.domain.clocks import opening_hours
from acceptance.models import Slip
from acceptance.queries.queue import Narrow, first_free, queue, token
from acceptance.queries.slips import at_counter
from accounts.scope import Scope
from core.periods import local_day
from managers.access import scope_of
from managers.choices import Duty
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import make
from tests.factories.acceptance import SlipLineFactory
from tests.factories.accounts import user_of_manager, user_of_operator
from tests.factories.managers import OperatorFactory, PostingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return Street()


def rows_of(street: Street, **narrow: str):
    scope = Scope(halls=frozenset({street.hall.pk}), operator=street.operator.pk)
    return queue(scope, street.clerk, Narrow(**narrow), now=NOW, hours=opening_hours())


def sent(street: Street, hours: int, **fields):
    at = NOW - dt.timedelta(hours=hours)
    return make(street, submitted_at=at, state_at=at, **fields)


def test_longest_wait_comes_first_whatever_the_clock_of_its_step_says(street):
    young, old = sent(street, 2), sent(street, 48)
    slips.receive(slip=old, by=street.clerk, now=NOW)
    rows, after = rows_of(street)
    assert ([row.number for row in rows], after) == ([old.number, young.number], None)
    # Two working days of nine hours; yesterday evening's half hour and this morning's 42 minutes.
    assert [row.waited for row in rows] == [18 * 60, 42]
    assert [row.clock.used for row in rows] == [0, 42]


def test_queue_starts_with_ones_own_or_a_free_slip_never_a_colleagues(street):
    colleague = street.clerk_of(OperatorFactory(hall=street.hall))
    theirs, free, mine = sent(street, 5), sent(street, 4), sent(street, 3)
    slips.take(slip=theirs, by=colleague, now=NOW)
    slips.take(slip=mine, by=street.clerk, now=NOW)
    rows, _after = rows_of(street)
    assert [(row.number, row.is_free, row.is_mine) for row in rows] == [
        (theirs.number, False, False),
        (free.number, True, False),
        (mine.number, True, True),
    ]
    assert first_free(rows) == free.number
    slips.take(slip=free, by=colleague, now=NOW)
    assert first_free(rows_of(street)[0]) == mine.number


def test_products_of_a_slip_stand_in_their_order_and_narrow_the_queue(street):
    first, other = sent(street, 2), sent(street, 1)
    first.lines.all().delete()
    other.lines.all().delete()
    SlipLineFactory(slip=first, product_id="FTTH", position=2)
    SlipLineFactory(slip=first, product_id="3G", position=1)
    SlipLineFactory(slip=other, product_id="FTTH")
    rows, _after = rows_of(street)
    assert rows[0].products.split(" · ")[0] == "3G"
    assert len(rows[0].products.split(" · ")) == 2
    assert [row.number for row in rows_of(street, product="3G")[0]] == [first.number]


def test_pages_of_the_queue_meet_without_a_gap(street, monkeypatch):
    monkeypatch.setattr("acceptance.queries.queue.PAGE", 2)
    made = [sent(street, 5), sent(street, 5), sent(street, 5), sent(street, 3)]
    first, after = rows_of(street)
    second, end = rows_of(street, after=after)
    assert [row.number for row in first + second] == [slip.number for slip in made]
    assert (after, end) == (made[1].number, None)


def test_open_page_hears_of_nothing_until_something_happens(client: Client, street):
    slip = make(street)
    client.force_login(street.clerk_user)
    address = reverse("acceptance:queue_news")
    etag = client.get(address)["ETag"]

    def news():
        return client.get(address, headers={"if-none-match": etag})

    with CaptureQueriesContext(connection) as seen:
        assert news().status_code == 304
    # The session's user, where they stand, and one look at the open slips.
    assert len(seen) == 3
    colleague = OperatorFactory(hall=street.hall, name="沈春博")
    slips.take(slip=slip, by=street.clerk_of(colleague), now=timezone.now())
    told = news()
    assert (told.status_code, "沈春博" in told.content.decode()) == (200, True)
    etag = told["ETag"]
    assert news().status_code == 304
    make(street)
    assert news().status_code == 200
    make(Street())
    etag = news()["ETag"]
    make(Street())
    assert news().status_code == 304


def test_open_page_keeps_nobody_logged_in(client: Client, street):
    make(street)
    client.force_login(street.clerk_user)
    session = client.session
    session["touched"] = 1
    session.save()
    assert settings.SESSION_COOKIE_NAME not in client.get(reverse("acceptance:queue_news")).cookies
    assert client.session["touched"] == 1
    assert settings.SESSION_COOKIE_NAME in client.get(reverse("acceptance:hall_queue")).cookies


def test_claim_left_lying_for_half_a_day_is_marked(client: Client, street):
    colleague = street.clerk_of(OperatorFactory(hall=street.hall))
    fresh, stale = sent(street, 30), sent(street, 30)
    slips.take(slip=fresh, by=colleague, now=NOW - dt.timedelta(minutes=30))
    slips.take(slip=stale, by=colleague, now=NOW - dt.timedelta(hours=19))
    assert {row.number: row.is_stale for row in rows_of(street)[0]} == {fresh.number: False, stale.number: True}


def test_panel_offers_the_claim_before_the_keying(client: Client, street):
    slip = make(street)
    slips.receive(slip=slip, by=street.clerk, now=timezone.now())
    client.force_login(street.clerk_user)
    panel = reverse("acceptance:queue_slip", args=[slip.number])
    assert "accept-form" not in client.get(panel).content.decode()
    client.post(reverse("acceptance:slip_claim", args=[slip.number]))
    assert "accept-form" in client.get(panel).content.decode()
    client.force_login(user_of_operator(OperatorFactory(hall=street.hall)))
    assert "accept-form" not in client.get(panel).content.decode()


OTHER_INDEXES = """
SELECT indexrelid::regclass::text FROM pg_index
WHERE indrelid = 'acceptance_slip'::regclass AND NOT indisunique AND indexrelid <> 'slip_hall_queue'::regclass
"""


def test_queue_reads_the_index_of_open_slips_by_a_plan_for_any_values(street):
    rows_of(street)
    token(Scope(halls=frozenset({street.hall.pk})), street.clerk)
    with connection.cursor() as cursor:
        # Of so few rows any index would do: without the others the plan shows whether this one can be taken at all.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(OTHER_INDEXES)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off")
        for statement, more in (("list_queue", ", '{submitted}', '', '', '', 51"), ("mark_queue", "")):
            cursor.execute(f"""EXPLAIN EXECUTE "acceptance/{statement}/0" ('{{{street.hall.pk}}}'{more})""")
            assert "slip_hall_queue" in "\n".join(line for (line,) in cursor.fetchall()), statement


def test_counter_sees_the_very_slips_that_the_scope_does(street):
    there = Street()
    found = [
        make(street),
        make(street, hall=street.other_hall),
        make(street, grid=there.grid, hall=there.hall),
        make(street, grid=None, branch=there.branch, hall=there.hall, household=None, typed_address="园荫里"),
        make(there),
    ]
    on_duty = user_of_manager(PostingFactory(grid=street.grid, duty=Duty.HALL).manager)
    clerks = [user_of_operator(OperatorFactory(hall=hall)) for hall in (street.other_hall, there.hall)]
    seen = set()
    for user in (street.seller, there.seller, street.clerk_user, on_duty, *clerks):
        scope = scope_of(user, on=local_day(NOW))
        own = set(Slip.objects.within(scope).values_list("number", flat=True))
        assert {slip.number for slip in found if at_counter(scope, slip.number)} == own
        seen.add(frozenset(own))
    assert len(seen) == 6  # each of them something else
