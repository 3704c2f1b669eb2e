"""A manager's scope follows the memberships of the day, whoever held a community before."""

import datetime as dt

import pytest

from accounts.choices import Role
from customers.models import Household
from managers.access import scope_of
from tests.factories.accounts import UserFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.managers import PostingFactory
from tests.factories.periods import period

MOVED_ON = dt.date(2026, 10, 15)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "seen"), [("2026-10-14", 1), ("2026-10-15", 0)])
def test_scope_leaves_a_community_on_the_day_it_leaves_the_grid(day: str, seen: int) -> None:
    posting, home = PostingFactory(), HouseholdFactory()
    GridCommunityFactory(grid=posting.grid, community=home.community, period=period("2026-01-01", MOVED_ON))
    user = UserFactory(role=Role.ACCOUNT_MANAGER, staff_code=posting.manager.staff_no)
    scope = scope_of(user, on=dt.date.fromisoformat(day))
    assert Household.objects.within(scope).count() == seen
