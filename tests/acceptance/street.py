import datetime as dt

from acceptance.domain.actors import Actor
from acceptance.domain.contents import Content
from core.periods import SHANGHAI
from managers.models import Operator
from tests.factories.accounts import user_of_manager, user_of_operator
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, HallFactory
from tests.factories.managers import ManagerFactory, OperatorFactory, PostingFactory

NOW = dt.datetime(2026, 11, 6, 9, 12, tzinfo=SHANGHAI)


class Street:
    """One grid with its hall, its field manager, a clerk and a household; and a second hall of the branch."""

    def __init__(self):
        self.membership = GridCommunityFactory()
        self.grid = self.membership.grid
        self.hall = self.grid.hall
        self.branch = self.grid.branch
        self.other_hall = HallFactory(branch=self.branch)
        self.household = HouseholdFactory(community=self.membership.community)
        self.manager = ManagerFactory(branch=self.branch)
        PostingFactory(manager=self.manager, grid=self.grid)
        self.seller = user_of_manager(self.manager)
        self.operator = OperatorFactory(hall=self.hall)
        self.clerk_user = user_of_operator(self.operator)
        self.field = Actor(user=self.seller.pk, manager=self.manager.pk)
        self.clerk = self.clerk_of(self.operator, self.clerk_user)

    def clerk_of(self, operator: Operator, user=None) -> Actor:
        user = user or user_of_operator(operator)
        return Actor(user=user.pk, operator=operator.pk, halls=frozenset({operator.hall_id}))

    def content(self, **fields) -> Content:
        given = {
            "products": ("FTTH", "3G"),
            "contact_name": "刘建军",
            "contact_phone": "13902217648",
            "household_code": self.household.code,
            "has_consent": True,
        }
        return Content(**(given | fields))
