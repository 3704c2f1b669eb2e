"""The reports: what is on its way, which channel sells, who keys in."""

import datetime as dt

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acceptance.choices import SlipState
from acceptance.models import Slip
from acceptance.queries.mixes import classes, mix, mix_rows, places
from acceptance.queries.transit import Account, account, waiting_then
from acceptance.queries.volumes import by_hall, support, waiting
from accounts.scope import EVERYTHING, Scope
from core.periods import SHANGHAI, Month
from tests.factories.acceptance import AcceptanceFactory, SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_hall, user_of_manager
from tests.factories.grids import HallFactory
from tests.factories.managers import ManagerFactory, OperatorFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
OCTOBER = Month(2026, 10)
PAGES = [
    f"acceptance:{name}"
    for name in (
        "in_transit",
        "channel_mix",
        "channel_concentration",
        "channel_conflicts",
        "hall_load",
        "support_volume",
        "community_channel_list",
    )
]


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def ended(state: str, sent: dt.datetime, when: dt.datetime) -> None:
    accepted = when if state in (SlipState.ACCEPTED, SlipState.COMPLETED) else None
    slip = SlipFactory(submitted_at=sent)
    with pgtrigger.ignore("acceptance.Slip:known_steps"):  # at once, without the steps between
        Slip.objects.filter(pk=slip.pk).update(state=state, state_at=when, accepted_at=accepted, state_note="填错")


def october() -> Account:
    return account(EVERYTHING, OCTOBER.start, OCTOBER.end, len(waiting_then(EVERYTHING, OCTOBER.end)))


def test_waiting_lists_open_slips_oldest_first_with_age_and_clock() -> None:
    new = SlipFactory(submitted_at=at(10, 12))
    old = SlipFactory(submitted_at=at(10, 1))
    ended(SlipState.WITHDRAWN, at(10, 1), at(10, 2))
    rows = waiting(EVERYTHING, NOW)
    assert [(row.pk, row.age, row.is_late) for row in rows] == [(old.pk, "old", True), (new.pk, "today", False)]


def test_balance_carried_and_sent_equal_ended_and_open() -> None:
    SlipFactory(submitted_at=at(9, 30))
    SlipFactory(submitted_at=at(10, 2))
    ended(SlipState.ACCEPTED, at(9, 29), at(10, 3))
    ended(SlipState.WITHDRAWN, at(10, 4), at(10, 5))
    ended(SlipState.ABANDONED, at(9, 4), at(9, 5))
    found = october()
    assert (found.carried, found.sent, found.all_ended, found.open) == (2, 2, 2, 2)
    assert (found.ended["accepted"], found.ended["withdrawn"]) == (1, 1)


def test_balance_leaves_out_what_was_accepted_before_and_finished_in_the_month() -> None:
    SlipFactory(state=SlipState.COMPLETED, submitted_at=at(9, 1), accepted_at=at(9, 2), state_at=at(10, 3))
    found = october()
    assert (found.carried, found.sent, found.all_ended, found.open) == (0, 0, 0, 0)


def test_mix_counts_each_group_without_withdrawn() -> None:
    for product in ("FTTH", "BROADBAND", "3G_BUNDLE", "FIXED_LINE", "SPEEDUP"):
        AcceptanceFactory(product_id=product)
    AcceptanceFactory(product_id="FTTH", channel_id="community_manager")
    AcceptanceFactory(product_id="FTTH", channel_id="e_channel", cancelled_on=dt.date(2026, 10, 9))
    AcceptanceFactory(product_id="FTTH", accepted_on=dt.date(2026, 11, 1))
    rows = mix_rows(places("", OCTOBER.first), mix(EVERYTHING, [OCTOBER]), [OCTOBER])
    assert [[cell.lines for cell in row.cells] for row in rows] == [[2, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert [cell.source for cell in rows[0].cells] == ["64.2", "65.5", "66.4"]
    assert rows[0].cells[1].share == 100


def test_mix_in_the_plan_takes_in_the_channels_that_are_mapped_to_it() -> None:
    AcceptanceFactory(channel_id="community_manager")
    AcceptanceFactory(channel_id="direct")
    AcceptanceFactory(channel_id="own_hall")
    rows = mix_rows(places("target", OCTOBER.first), mix(EVERYTHING, [OCTOBER]), [OCTOBER])
    told = {row.place.code: (row.place.tier, row.place.takes_over, row.cells[0].lines) for row in rows}
    assert told["direct"] == ("核心渠道", ("社区经理",), 2)
    assert told["own_hall"] == ("核心渠道", (), 1)
    assert "community_manager" not in told


def test_mix_by_class_has_a_column_for_each_of_the_seven() -> None:
    AcceptanceFactory(product_id="SPEEDUP")
    AcceptanceFactory(product_id="3G", channel_id="e_channel")
    columns = classes()
    rows = mix_rows(places("current", OCTOBER.first), mix(EVERYTHING, [OCTOBER], columns), [OCTOBER], columns)
    told = {row.place.code: [cell.lines for cell in row.cells] for row in rows}
    assert [column.code for column in columns] == [
        "class-fixed",
        "class-broadband",
        "class-bundle",
        "class-value_added",
        "class-payphone",
        "class-terminal",
        "class-card",
    ]
    assert (told["own_hall"], told["e_channel"]) == ([0, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0])


def test_support_counts_what_an_operator_keyed_in_even_if_withdrawn() -> None:
    operator = OperatorFactory()
    slip = SlipFactory()
    AcceptanceFactory(operator=operator, slip=slip)
    AcceptanceFactory(operator=operator, cancelled_on=dt.date(2026, 10, 9))
    AcceptanceFactory(operator=None)
    (row,) = support(EVERYTHING, OCTOBER)
    assert (row.operator, row.total, row.from_slips, row.direct, row.withdrawn) == (operator, 2, 1, 1, 1)
    assert by_hall([row]) == [(operator.hall, 1, 2, 1)]
    assert support(Scope(), OCTOBER) == []


@pytest.mark.parametrize("name", PAGES)
def test_report_takes_the_same_queries_for_one_and_three(client: Client, name: str) -> None:
    client.force_login(UserFactory())
    counts = []
    for more in (1, 2):
        for _row in range(more):
            SlipFactory()
            AcceptanceFactory(operator=OperatorFactory())
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name), {"month": "2026-10"}).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


def test_in_transit_narrows_and_stays_within_the_scope(client: Client) -> None:
    mine, other = SlipFactory(), SlipFactory()
    client.force_login(UserFactory())
    page = client.get(reverse("acceptance:in_transit"), {"hall": mine.hall.code})
    assert [row.slip.number for row in page.context["slips"]] == [mine.number]
    assert len(client.get(reverse("acceptance:in_transit"), {"state": "returned"}).context["slips"]) == 0
    client.force_login(user_of_hall(other.hall))
    page = client.get(reverse("acceptance:in_transit"))
    assert [row.slip.number for row in page.context["slips"]] == [other.number]


def test_in_transit_pages_by_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acceptance.views.volumes.PAGE", 2)
    numbers = [SlipFactory(submitted_at=at(10, day)).number for day in (1, 2, 3)]
    client.force_login(UserFactory())
    first = client.get(reverse("acceptance:in_transit"))
    second = client.get(reverse("acceptance:in_transit"), {"after": first.context["after"]})
    shown = [row.slip.number for page in (first, second) for row in page.context["slips"]]
    assert (shown, second.context["after"]) == (numbers, "")


@pytest.mark.parametrize("name", PAGES)
def test_report_is_exported_as_shown(client: Client, name: str) -> None:
    SlipFactory()
    AcceptanceFactory(operator=OperatorFactory())
    client.force_login(UserFactory())
    for kind in ("csv", "xlsx"):
        answer = client.get(reverse(name), {"month": "2026-10", "export": kind})
        assert (answer.status_code, len(b"".join(answer)) > 40) == (200, True)
    assert client.get(reverse(name), {"export": "exe"}).status_code == 404


def test_numbers_open_the_acceptances_behind_them(client: Client) -> None:
    order = AcceptanceFactory(operator=OperatorFactory())
    client.force_login(user_of_branch(order.branch))
    cell = {"month": "2026-10", "row": "own_hall", "group": "broadband"}
    assert list(client.get(reverse("acceptance:channel_mix"), cell).context["listed"]) == [order]
    keyed = {"month": "2026-10", "operator": order.operator.operator_no}
    assert list(client.get(reverse("acceptance:support_volume"), keyed).context["listed"]) == [order]


def test_reports_are_closed_to_the_field_and_unknown_months(client: Client) -> None:
    client.force_login(user_of_manager(ManagerFactory()))
    # Community channels are the managers' own work.
    assert [client.get(reverse(name)).status_code for name in PAGES] == [404] * 6 + [200]
    client.force_login(UserFactory())
    assert client.get(reverse("acceptance:channel_mix"), {"month": "soon"}).status_code == 404


def test_past_day_shows_slips_as_they_stood_then(client: Client) -> None:
    slip = SlipFactory(submitted_at=at(10, 8))
    elsewhere = HallFactory(branch=slip.branch)
    Slip.objects.filter(pk=slip.pk).update(state="transferred", hall=elsewhere, state_at=at(10, 9), state_note="近")
    Slip.objects.filter(pk=slip.pk).update(state="withdrawn", state_at=at(10, 12), state_note="填错")
    client.force_login(UserFactory())
    seen = {}
    for day in (7, 8, 9, 11, 12):
        page = client.get(reverse("acceptance:in_transit"), {"day": f"2026-10-{day:02d}"})
        seen[day] = [(row.slip.state, row.slip.hall) for row in page.context["slips"]]
        assert page.context["balance"].is_even and page.context["one_day"].is_even
    assert seen == {
        7: [],
        8: [("submitted", slip.hall)],
        9: [("transferred", elsewhere)],
        11: [("transferred", elsewhere)],
        12: [],
    }
    assert client.get(reverse("acceptance:in_transit"), {"day": "soon"}).status_code == 404
    file = client.get(reverse("acceptance:in_transit"), {"day": "2026-10-09", "export": "csv"})
    assert elsewhere.name in b"".join(file).decode("utf-8-sig")
