"""The company of the walk: one branch, two grids, three field managers, a hall, and everybody's login."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from accounts.choices import Role
from accounts.models import User
from customers.models import Household
from tests.factories.accounts import ItAdminFactory, UserFactory, user_of_branch, user_of_manager, user_of_operator
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import (
    BranchFactory,
    CommunityFactory,
    GridCommunityFactory,
    GridFactory,
    HallFactory,
    SubBureauFactory,
)
from tests.factories.managers import ManagerFactory, OperatorFactory, PostingFactory
from tests.factories.periods import period
from tests.walk.desk import Clock, Desk, Worker

# Lines in service at the month's start: what they are, where, when they ended.
LINES = [
    *[("FIXED_LINE", "G01", None)] * 7,
    ("FIXED_LINE", "G01", dt.date(2026, 10, 20)),
    ("FIXED_LINE", "G02", dt.date(2026, 9, 30)),  # ended before the month: nobody in the base of E
    *[("BROADBAND", "G01", None)] * 3,
    ("FTTH", "G01", dt.date(2026, 11, 1)),  # the loss of the next month
    *[("FTTH", "G02", None)] * 2,
    ("FTTH", "G02", dt.date(2026, 10, 31)),
]


@dataclass
class Company:
    """Homes by the code of their grid, and who can log in by a short name."""

    clock: Clock
    worker: Worker = field(default_factory=Worker)
    homes: dict[str, list[Household]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    slips: dict[str, str] = field(default_factory=dict)  # numbers, by what becomes of them

    def desk(self, name: str) -> Desk:
        """Somebody on their first page; who comes for the first time logs in."""
        if name not in self.desks:
            self.desks[name] = Desk(self.users[name], self.clock)
        else:
            self.desks[name].home = self.desks[name].open("/")
        return self.desks[name]


def build(clock: Clock) -> Company:
    """Five homes in 迎风里 (G01), three in 水晶城 (G02); 李强 moves from the one to the other on the 16th."""
    company = Company(clock)
    branch = BranchFactory(code="HX", name="河西分公司")
    sub_bureau = SubBureauFactory(branch=branch)
    hall = HallFactory(branch=branch, code="T01", name="友谊路厅")
    grids = {}
    for code, name, homes in (("G01", "迎风里", 5), ("G02", "水晶城", 3)):
        grids[code] = GridFactory(code=code, name=name, sub_bureau=sub_bureau, hall=hall)
        place = CommunityFactory(sub_bureau=sub_bureau, name=name)
        GridCommunityFactory(grid=grids[code], community=place)
        company.homes[code] = [
            HouseholdFactory(code=f"{code}-{number}", community=place, address=f"{name}{number}号楼101")
            for number in range(1, homes + 1)
        ]
    for place, (product, grid, ended) in enumerate(LINES):
        homes = company.homes[grid]
        SubscriptionFactory(household=homes[place % len(homes)], product_code=product, closed_on=ended)
    for staff_no, name, login in (("M0001", "王芳", "wang"), ("M0002", "李强", "li"), ("M0003", "赵敏", "zhao")):
        manager = ManagerFactory(staff_no=staff_no, name=name, branch=branch)
        company.users[login] = user_of_manager(manager, username=login)
        if login == "li":
            PostingFactory(manager=manager, grid=grids["G01"], period=period(valid_to="2026-10-16"))
            PostingFactory(manager=manager, grid=grids["G02"], period=period(valid_from="2026-10-16"))
        else:
            PostingFactory(manager=manager, grid=grids["G01" if login == "wang" else "G02"])
    for number, login in (("OP01", "clerk"), ("OP02", "colleague")):
        company.users[login] = user_of_operator(OperatorFactory(operator_no=number, hall=hall), username=login)
    company.users["branch"] = user_of_branch(branch, username="branch", name="陈静")
    company.users["company"] = UserFactory(username="company", role=Role.COMPANY, name="周敏")
    company.users["admin"] = ItAdminFactory(username="admin")
    return company
