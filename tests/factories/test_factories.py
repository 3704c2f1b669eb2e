"""The factories build rows that fit together."""

import pytest

from accounts.choices import Role
from tests.factories.accounts import PASSWORD, AccessLogFactory, ItAdminFactory, user_of_operator
from tests.factories.grids import GridCommunityFactory, GridFactory, GridWaiverFactory, HallFactory, SubBureauFactory
from tests.factories.managers import OperatorFactory, PostingFactory, TeamWaiverFactory, full_team

pytestmark = pytest.mark.django_db


def test_factories_keep_places_together() -> None:
    sub_bureau = SubBureauFactory()
    hall = HallFactory()
    one, two, three = GridFactory(sub_bureau=sub_bureau), GridFactory(hall=hall), GridFactory()
    assert one.branch == sub_bureau.branch == one.hall.branch
    assert two.branch == hall.branch == two.sub_bureau.branch
    assert three.sub_bureau.branch == three.hall.branch == three.branch
    assert GridCommunityFactory(grid=one).community.sub_bureau == sub_bureau


def test_factories_build_people() -> None:
    grid = GridFactory()
    assert [posting.duty for posting in full_team(grid)] == ["field", "field", "hall"]
    assert PostingFactory(grid=grid).manager.branch == grid.branch
    user = user_of_operator(OperatorFactory())
    assert user.role == Role.HALL_CLERK
    assert user.check_password(PASSWORD)
    GridWaiverFactory(), TeamWaiverFactory(), AccessLogFactory(), ItAdminFactory()
