"""Slips that come to nothing: most doorsteps do. With those that end in an order they make up the month's slips."""

import datetime as dt
import random
from collections.abc import Iterator
from operator import attrgetter

from acceptance.choices import SlipState as S
from core.periods import SHANGHAI, Month
from demo.market import SEASON
from demo.people import Manager, Operator, People
from demo.places import Grid, Hall, Places
from demo.plan import Plan
from demo.slips import RETURN_REASONS, Pad, Step, wish

# Lost slips a month and a thousand households. The full company has the source's 60,000 slips a month, of which some
# 22,000 end in an order; the small one has few, to be built quickly and to show mostly what goes well.
FULL_RATE, QUICK_RATE = 18.1, 0.7
OUTCOMES = {S.ABANDONED: 50, S.NO_RESOURCE: 22, S.WITHDRAWN: 18, S.DUPLICATE: 10}
REASONS = {
    S.WITHDRAWN: ["客户改主意", "重复登记，自行撤回"],
    S.ABANDONED: ["客户嫌贵", "客户搬家", "合约未到期"],
    S.NO_RESOURCE: ["光交箱无端口", "楼内未布线", "小区暂不具备条件"],
    S.DUPLICATE: ["与前一张单重复"],
}
CROSS_GRID, TRANSFERRED, RETURNED, CLAIMED = 0.03, 0.04, 0.12, 0.5
OPENS, CLOSES = 9, 18


class Losses:
    """Writes them month by month; what of their way is still to come by now leaves them in transit."""

    def __init__(self, plan: Plan, places: Places, people: People, pad: Pad) -> None:
        self.plan, self.people, self.pad = plan, people, pad
        self.chance = random.Random(f"losses {plan.seed}")
        self.grids, self.halls = places.grids, places.halls
        self.rate = (FULL_RATE if plan.is_full else QUICK_RATE) / 1000

    def write(self, month: Month) -> None:
        """The lost slips of a month, grid by grid."""
        for grid in self.grids:
            mean = grid.size * self.rate * SEASON[month.number - 1] * self.chance.gauss(1, 0.15)
            for _ in range(int(mean + self.chance.random())):
                minutes = self.chance.randrange(month.days) * 1440 + self.chance.randrange(OPENS * 60, 19 * 60)
                sent = dt.datetime.combine(month.first, dt.time(), SHANGHAI) + dt.timedelta(minutes=minutes)
                seller = self._seller(grid, sent.date())
                if seller and sent <= self.plan.now:
                    self._lose(grid, seller, sent)

    def _lose(self, grid: Grid, seller: Manager, sent: dt.datetime) -> None:
        """One slip; a duplicate repeats one that was accepted shortly before."""
        outcome = self.chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        steps = [step for step in self._way(grid, seller, sent, outcome) if step.at <= self.plan.now]
        if outcome != S.DUPLICATE:
            contact, products = wish(self.chance)
            self.pad.write(grid, seller, self._household(grid, sent.date()), contact, products, steps)
            return
        before = [won for won in self.pad.won.get(grid.id, []) if won.at < sent]
        if before:
            first = max(before, key=attrgetter("at"))
            known = first.id if steps[-1].state == outcome else None
            self.pad.write(grid, seller, first.household, first.contact, first.products, steps, duplicate_of=known)

    def _way(self, grid: Grid, seller: Manager, sent: dt.datetime, outcome: S) -> Iterator[Step]:
        """From the doorstep to the end, some by way of another hall or back to the field once."""
        clerk, at = self._clerk(grid.hall), self._later(sent, 20, 600)
        yield Step(S.SUBMITTED, sent, seller.user_id, grid.hall)
        other = self._neighbour(grid.hall) if self.chance.random() < TRANSFERRED else None
        if other:
            yield Step(S.TRANSFERRED, at, clerk.user_id, other, note="客户就近办理")
            clerk, at = self._clerk(other), self._later(at, 20, 600)
        yield Step(S.RECEIVED, at, clerk.user_id, clerk.hall)
        at = self._later(at, 30, 900)
        if self.chance.random() < RETURNED:
            yield Step(S.RETURNED, at, clerk.user_id, clerk.hall, note=self.chance.choice(RETURN_REASONS))
            at = self._later(at, 60, 1800)
            yield Step(S.SUBMITTED, at, seller.user_id, clerk.hall)
            at = self._later(at, 20, 600)
            yield Step(S.RECEIVED, at, clerk.user_id, clerk.hall)
            at = self._later(at, 30, 900)
        if outcome != S.DUPLICATE and self.chance.random() < CLAIMED:
            yield Step(S.WORKING, at, clerk.user_id, clerk.hall, clerk)
            at = self._later(at, 5, 240)
        by = seller.user_id if outcome == S.WITHDRAWN else clerk.user_id
        yield Step(outcome, at, by, clerk.hall, note=self.chance.choice(REASONS[outcome]))

    def _later(self, moment: dt.datetime, least: int, most: int) -> dt.datetime:
        """So many minutes later, or the next morning when the counter has closed."""
        at = moment + dt.timedelta(minutes=self.chance.randrange(least, most))
        if OPENS <= at.hour < CLOSES:
            return at
        return at.replace(hour=OPENS) + dt.timedelta(days=at.hour >= CLOSES)

    def _seller(self, grid: Grid, day: dt.date) -> Manager | None:
        """One of the grid's own, now and then one of another grid of the branch."""
        if self.chance.random() < CROSS_GRID:
            grid = self.chance.choice([other for other in self.grids if other.branch is grid.branch])
        team = self.people.team(grid, "field", day)
        return self.chance.choice(team) if team else None

    def _clerk(self, hall: Hall) -> Operator:
        return self.chance.choice(self.people.clerks(hall))

    def _neighbour(self, hall: Hall) -> Hall | None:
        others = [other for other in self.halls if other.branch is hall.branch and other is not hall]
        return self.chance.choice(others) if others else None

    def _household(self, grid: Grid, day: dt.date) -> int:
        """A household of a community that belonged to the grid on the day."""
        community = self.chance.choice(grid.communities)
        if community.grid_on(day) is not grid:
            community = next(own for own in grid.communities if own.grid_on(day) is grid)
        return community.first_household + self.chance.randrange(community.size)
