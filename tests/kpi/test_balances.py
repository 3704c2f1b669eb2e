"""Balances are carried by movements, and agree with a full count whatever happened to the lines."""

import datetime as dt
import random

import pytest

from core.periods import Month
from customers.models import Household, LineChange, Subscription
from kpi.domain import balances
from kpi.models import Balance
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import CommunityFactory

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def kept(month: Month) -> int:
    balances.ensure(month=month)
    assert balances.check(month=month) == []
    return sum(Balance.objects.filter(month=month.first).values_list("lines", flat=True))


def test_balance_counts_lines_opened_before_the_first_and_not_ended_before_it():
    SubscriptionFactory(opened_on=day("2026-09-30"))
    SubscriptionFactory(opened_on=day("2026-10-01"))
    SubscriptionFactory(closed_on=day("2026-09-30"))
    SubscriptionFactory(closed_on=day("2026-10-01"))

    assert kept(OCTOBER) == 2


def test_balance_is_carried_by_what_opened_and_ended():
    SubscriptionFactory.create_batch(5)
    assert kept(OCTOBER) == 5
    SubscriptionFactory(opened_on=day("2026-10-05"))
    SubscriptionFactory(opened_on=day("2026-10-05"), closed_on=day("2026-10-20"))
    Subscription.objects.filter(pk__in=Subscription.objects.values("pk")[:2]).update(closed_on=day("2026-10-31"))

    assert kept(NOVEMBER) == 4


def test_balance_is_carried_from_the_first_day_of_a_month_to_its_last():
    SubscriptionFactory.create_batch(5)
    assert kept(OCTOBER) == 5
    for opened in ("2026-10-01", "2026-10-01", "2026-10-01", "2026-10-31", "2026-11-01"):
        SubscriptionFactory(opened_on=day(opened))
    for line, closed in zip(Subscription.objects.order_by("pk")[:2], ("2026-10-01", "2026-11-01"), strict=True):
        line.closed_on = day(closed)
        line.save()

    assert kept(NOVEMBER) == 8


def test_balance_of_a_later_month_is_dropped_by_a_change_that_lies_before_it():
    line = SubscriptionFactory()
    assert (kept(OCTOBER), kept(NOVEMBER)) == (1, 1)
    line.closed_on = day("2026-10-31")
    line.save()

    assert (kept(OCTOBER), kept(NOVEMBER)) == (1, 0)


def test_balance_stands_when_the_change_lies_after_it():
    SubscriptionFactory()
    kept(OCTOBER)
    before = Balance.objects.get().pk
    SubscriptionFactory(opened_on=day("2026-10-01"))
    kept(OCTOBER)

    assert Balance.objects.get().pk == before
    assert not LineChange.objects.exists()


def test_balance_check_names_a_difference():
    line = SubscriptionFactory()
    kept(OCTOBER)
    Balance.objects.update(lines=7)

    community = line.household.community.code
    assert balances.check(month=OCTOBER) == [balances.Difference(community, "FTTH", 7, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_carried_balances_equal_full_counts_after_random_changes(seed):
    chance = random.Random(seed)
    communities = CommunityFactory.create_batch(3)
    homes = [HouseholdFactory(community=chance.choice(communities)) for _ in range(6)]
    months = [Month(2026, 9).shift(n) for n in range(4)]
    for _ in range(8):
        for _ in range(4):
            _change(chance, homes, communities)
        for month in chance.sample(months, 2):
            balances.ensure(month=month)
            assert balances.check(month=month) == []
    for month in months:
        balances.ensure(month=month)
        assert balances.check(month=month) == []


def _change(chance: random.Random, homes: list, communities: list) -> None:
    opened = day("2026-08-01") + dt.timedelta(days=chance.randrange(130))
    line = Subscription.objects.order_by("?").first()
    kind = chance.choice(["open", "open", "close", "reopen", "redate", "delete", "move"])
    if kind == "open" or line is None:
        closed = opened + dt.timedelta(days=chance.randrange(90)) if chance.random() < 0.4 else None
        product = chance.choice(["FTTH", "FIXED_LINE"])
        SubscriptionFactory(household=chance.choice(homes), product_code=product, opened_on=opened, closed_on=closed)
    elif kind == "close":
        line.closed_on = line.opened_on + dt.timedelta(days=chance.randrange(90))
        line.save()
    elif kind == "reopen":
        line.closed_on = None
        line.save()
    elif kind == "redate":
        line.opened_on, line.closed_on = opened, None
        line.save()
    elif kind == "delete":
        line.delete()
    else:
        Household.objects.filter(pk=chance.choice(homes).pk).update(community=chance.choice(communities))
