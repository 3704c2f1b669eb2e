"""Formal acceptances month by month, with the slips they come from and the lines they open."""

import datetime as dt
import random
from dataclasses import dataclass, field

import numpy as np

from core.periods import SHANGHAI
from demo import names
from demo.market import GROUP, OTHER_CHANNELS, PRODUCTS, SECOND, SHARES, Market
from demo.people import Manager, Operator, People
from demo.places import Community, Grid, Places
from demo.plan import Plan
from demo.slips import Pad, Row, accepted_steps

ACCEPTANCE_COLUMNS = [
    "order_no",
    "branch_id",
    "household_id",
    "grid_id",
    "product_id",
    "channel_id",
    "accepted_on",
    "completed_on",
    "cancelled_on",
    "developer_id",
    "developer_name",
    "co_developer_id",
    "developer_share",
    "operator_id",
    "slip_id",
    "recorded_at",
]
BY_SLIP, BY_DESK = 0.62, 0.82
WITH_SECOND, WITH_CO_DEVELOPER = 0.3, 0.02
CANCELLED = 0.03
INSTALLED_AT_ONCE = {"3G", "TERMINAL", "VALUE_ADDED", "SPEEDUP"}
OPENS_NO_LINE = {"SPEEDUP", "TERMINAL", "VALUE_ADDED"}
COMMUNITY_MANAGERS = 1_188
GOLDEN = (5**0.5 - 1) / 2


@dataclass(slots=True)
class Sale:
    """One product sold to a household on a day."""

    community: Community
    household: int
    product: str
    at: dt.datetime
    channel: str


@dataclass(slots=True)
class Credit:
    developer: Manager | None = None
    name: str = ""
    co_developer: Manager | None = None
    operator: Operator | None = None


@dataclass(slots=True)
class Counter:
    """Turns sales into rows; `take` empties it after each month."""

    plan: Plan
    people: People
    market: Market
    pad: Pad
    chance: random.Random
    fitters: list[str]
    number: int = 0
    acceptances: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)

    def sell(self, sale: Sale) -> None:
        """Book one sale: with its slip when a field manager won it, and with a second product now and then."""
        day = sale.at.date()
        grid = sale.community.grid_on(day)
        credit, by_slip = self._credit(sale, grid, day)
        products = [sale.product]
        if sale.product in SECOND and credit.operator and self.chance.random() < WITH_SECOND:
            products.append(SECOND[sale.product])
        ends = [self._ends(grid, product, day) for product in products]
        slip_id = None
        if by_slip and credit.developer and credit.operator:
            completed = [done for done, _ in ends]
            last = max((done for done in completed if done), default=None) if all(completed) else None
            at = max(sale.at + dt.timedelta(minutes=30), _noon(last)) if last else None
            slip_id = self.pad.write(
                grid,
                credit.developer,
                sale.household,
                self._contact(),
                products,
                accepted_steps(
                    credit.developer, credit.operator, sale.at, at if at and at <= self.plan.now else None, self.chance
                ),
            )
        for product, (completed_on, cancelled_on) in zip(products, ends, strict=True):
            self._book(sale, grid, product, credit, slip_id, completed_on, cancelled_on)

    def _credit(self, sale: Sale, grid: Grid, day: dt.date) -> tuple[Credit, bool]:
        if sale.channel == "community_manager":
            return Credit(name=self.fitters[sale.community.id * 7 % len(self.fitters)]), False
        if sale.channel != "own_hall":
            return Credit(), False
        clerks = self.people.clerks(grid.hall)
        credit = Credit(operator=clerks[self.chance.randrange(len(clerks))])
        how = self.chance.random()
        duty = "field" if how < BY_SLIP else "hall" if how < BY_DESK else ""
        team = self.people.team(grid, duty, day) if duty else []
        if team:
            credit.developer = team[self.chance.randrange(len(team))]
            credit.name = credit.developer.name
            if len(team) > 1 and self.chance.random() < WITH_CO_DEVELOPER:
                credit.co_developer = next(m for m in team if m is not credit.developer)
        return credit, how < BY_SLIP

    def _ends(self, grid: Grid, product: str, day: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """When the order is completed and when it is cancelled, as far as that has happened by today."""
        done = day if product in INSTALLED_AT_ONCE else day + dt.timedelta(days=self.chance.randrange(1, 8))
        cancelled = None
        if self.chance.random() < CANCELLED:
            cancelled = day + dt.timedelta(days=self.chance.randrange(46))
        if self.market.gives_back(grid, product, day) and self.chance.random() < 0.5:
            cancelled = self.market.set_back_month.first + dt.timedelta(days=self.chance.randrange(20))
        if cancelled and (cancelled > self.plan.today or cancelled < day):
            cancelled = None
        if done > self.plan.today or (cancelled and cancelled < done):
            return None, cancelled
        return done, cancelled

    def _book(
        self, sale: Sale, grid: Grid, product: str, credit: Credit, slip_id: int | None,
        completed_on: dt.date | None, cancelled_on: dt.date | None,
    ) -> None:  # fmt: skip
        self.number += 1
        self.acceptances.append(
            (
                f"DD{sale.at:%y%m%d}{self.number:07d}",
                grid.branch.id,
                sale.household,
                grid.id,
                product,
                sale.channel,
                sale.at.date(),
                completed_on,
                cancelled_on,
                credit.developer.id if credit.developer else None,
                credit.name,
                credit.co_developer.id if credit.co_developer else None,
                60 if credit.co_developer else 100,
                credit.operator.id if credit.operator else None,
                slip_id,
                sale.at,
            )
        )
        if completed_on and product not in OPENS_NO_LINE:
            self.lines.append((f"X{self.number:09d}", sale.household, product, completed_on, cancelled_on))

    def _contact(self) -> tuple[str, str]:
        surname = names.SURNAMES[self.chance.randrange(24)]
        given = names.GIVEN[self.chance.randrange(len(names.GIVEN))]
        return surname + given, f"138{self.chance.randrange(10**8):08d}"

    def take(self) -> tuple[list[Row], list[Row]]:
        """The rows booked since the last call: acceptances and the lines they opened."""
        taken = self.acceptances, self.lines
        self.acceptances, self.lines = [], []
        return taken


def open_counter(plan: Plan, people: People, market: Market) -> Counter:
    fitters = names.people(COMMUNITY_MANAGERS, plan.rng("community managers"))
    pad = Pad(random.Random(f"slips {plan.seed}"), campaign_id=1)
    return Counter(plan, people, market, pad, random.Random(f"sales {plan.seed}"), fitters)


def month_of_sales(plan: Plan, places: Places, market: Market, index: int) -> list[Sale]:
    """All sales of the plan's month number `index`, in the order of time, up to now."""
    month = plan.month_list[index]
    rng = plan.rng(f"sales {month}")
    homes = np.array([community.size for community in places.communities])
    grid_rows = np.array([community.grid_on(month.first).id - 1 for community in places.communities])
    counts = rng.poisson(homes[:, None] * market.rates[grid_rows, index, :])
    community_of, product_of = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), len(PRODUCTS))
    total = len(community_of)
    # Counters are open from nine to six.
    minutes = rng.integers(month.days, size=total) * 1440 + rng.integers(9 * 60, 18 * 60, total)
    household = (rng.random(total) * homes[community_of]).astype(int)
    order = np.lexsort((household, product_of, minutes))
    channel = _channels(product_of[order], rng)
    start = dt.datetime.combine(month.first, dt.time(), SHANGHAI)
    drawn = zip(*(a[order].tolist() for a in (community_of, household, product_of, minutes)), strict=True)
    codes = ["own_hall", "community_manager", *OTHER_CHANNELS]
    sales = []
    for (c, h, p, m), k in zip(drawn, channel.tolist(), strict=True):
        at = start + dt.timedelta(minutes=m)
        if at > plan.now:
            break
        community = places.communities[c]
        sales.append(Sale(community, community.first_household + h, PRODUCTS[p], at, codes[k]))
    return sales


def _channels(product_of: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Channel index of each sale in the order of time: own hall, community manager, then the others.

    Spread by the golden ratio within each group, not drawn: on any day the shares are the published ones to within
    a few sales, however small the company.
    """
    groups = np.array([list(SHARES).index(GROUP.get(product, "rest")) for product in PRODUCTS])[product_of]
    edges = np.array(list(SHARES.values()))
    edges = (edges / edges.sum(axis=1, keepdims=True)).cumsum(axis=1)[groups]
    spread = np.empty(len(groups))
    for group in range(len(SHARES)):
        own = np.flatnonzero(groups == group)
        spread[own] = (rng.random() + GOLDEN * np.arange(len(own))) % 1
    others = 2 + rng.choice(len(OTHER_CHANNELS), len(product_of), p=list(OTHER_CHANNELS.values()))
    # The call centre sells what bundles are left: a quarter of all, says the source.
    others = np.where(groups == list(SHARES).index("bundle"), 2, others)
    return np.where(spread < edges[:, 0], 0, np.where(spread < edges[:, 1], 1, others))


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), SHANGHAI)
