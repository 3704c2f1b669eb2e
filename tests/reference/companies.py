"""Small companies full of odd cases, for the two implementations to disagree about.

Everything is drawn from one `Random`: a seed names a company for good.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from random import Random

from core.periods import Month
from tests.reference.scoring import Company, Goal, Item, Line, Order, Stay

GRIDS = ["G1", "G2", "G3", "G4"]
COMMUNITIES = ["C1", "C2", "C3", "C4"]
PEOPLE = ["P1", "P2", "P3", "P4"]
SOLD = ["FTTH", "3G", "3G_BUNDLE", "2G_BUNDLE", "CARD"]
IN_USE = ["FIXED_LINE", "BROADBAND", "FTTH"]
SPLITS = [
    # A, B, C | E, F | G
    ("25", "25", "20", "10", "10", "10"),
    ("30", "30", "10", "15", "5", "10"),
    ("33.33", "16.67", "20", "0.01", "19.99", "10"),
    ("0.01", "0.01", "0.01", "33.33", "33.34", "33.30"),
    ("40", "0.07", "19.93", "5.55", "4.45", "30"),
]
BOUNDS = [("0", "100"), ("0", "120"), ("-20", "150"), ("60", "100"), ("0", "0"), ("99.99", "100.01")]
RATES = ["100", "98", "99.97", "33.3", "100.5"]
UNITS = ["0.2", "0.3333", "1", "0.0001"]


def scheme(chance: Random) -> list[Item]:
    """The usual letters; now and then other weights, caps, target rates, points and products, or a single class."""
    if chance.random() < 0.15:
        return _one_class(chance)
    a, b, c, e, f, g = map(Fraction, chance.choice(SPLITS))
    items = [
        Item("A", "business", "completion", _products(chance, "FTTH", SOLD), a, **_bounds(chance)),
        Item("B", "business", "completion", _products(chance, "3G", SOLD), b, **_bounds(chance)),
        Item("C", "business", "completion", ("3G_BUNDLE",), c),
        Item("D", "", "points", ("2G_BUNDLE",), **_points(chance)),
        Item("E", "retention", "retention", ("FIXED_LINE",), e, target_rate=_rate(chance), **_bounds(chance)),
        Item("F", "retention", "retention", ("BROADBAND", "FTTH"), f, target_rate=_rate(chance)),
        Item("G", "other", "rating", (), g, **_bounds(chance)),
    ]
    if chance.random() < 0.3:
        items.append(Item("H", "", "points", ("FTTH", "CARD"), **_points(chance)))
    if chance.random() < 0.3:  # a class whose items measure different things
        half = Fraction(chance.choice(["0.01", "3", "9.99"]))
        items[6] = replace(items[6], weight=g - half)
        items.append(Item("I", "other", "completion", ("CARD", "3G"), half, **_bounds(chance)))
    if len(items) == 7 and chance.random() < 0.2:  # a class with nothing but a target, so that it may be left out
        items[6] = replace(items[6], measure="completion", products=("CARD",))
    elif items[6].weight > 1 and chance.random() < 0.2:  # one rating that counts twice, within other bounds
        items.append(Item("J", "other", "rating", (), Fraction(1, 100), Fraction(50), Fraction(90)))
        items[6] = replace(items[6], weight=items[6].weight - Fraction(1, 100))
    return items


def _one_class(chance: Random) -> list[Item]:
    """Nearly nothing: where its one or two items aren't assessed, nothing is."""
    group, measure = chance.choice([("business", "completion"), ("retention", "retention"), ("other", "completion")])
    second = Fraction(chance.choice(["0.01", "33.33", "50"]))
    return [
        Item("A", group, measure, ("FTTH",), 100 - second, target_rate=_rate(chance)),
        Item("B", group, measure, ("BROADBAND", "FTTH"), second, target_rate=_rate(chance)),
        Item("D", "", "points", ("2G_BUNDLE",), **_points(chance)),
    ]


def _products(chance: Random, usual: str, all_of_them: list[str]) -> tuple[str, ...]:
    if chance.random() < 0.7:
        return (usual,)
    return tuple(sorted({usual, *chance.sample(all_of_them, 2)}))


def _bounds(chance: Random) -> dict[str, Fraction]:
    floor, cap = chance.choice(BOUNDS[:1] * 3 + BOUNDS)
    return {"floor": Fraction(floor), "cap": Fraction(cap)}


def _points(chance: Random) -> dict[str, Fraction]:
    floor, cap = chance.choice([("-5", "10"), ("0", "1"), ("-0.55", "0.55")])
    return {"floor": Fraction(floor), "cap": Fraction(cap), "per_unit": Fraction(chance.choice(UNITS))}


def _rate(chance: Random) -> Fraction:
    return Fraction(chance.choice(RATES))


class _Days:
    """Days in and around a month: its edges more often than any other day."""

    def __init__(self, chance: Random, month: Month) -> None:
        one = dt.timedelta(days=1)
        self.chance, self.first, self.after = chance, month.first, month.next_first
        self.edges = [self.first - one, self.first, self.first + one, self.after - one, self.after]

    def any(self) -> dt.date:
        if self.chance.random() < 0.5:
            return self.chance.choice(self.edges)
        return self.first + dt.timedelta(days=self.chance.randint(-30, 60))

    def within(self) -> dt.date:
        return self.first + dt.timedelta(days=self.chance.randrange((self.after - self.first).days))

    def span(self) -> tuple[dt.date, dt.date | None]:
        """From a day, with luck long ago, until the same or a later one, with luck never."""
        start = dt.date(self.first.year - 1, 12, 31) if self.chance.random() < 0.5 else self.any()
        end = self.any() if self.chance.random() < 0.5 else None
        return start, end if end and end >= start else None


def company(chance: Random, *, month: Month, items: list[Item]) -> Company:
    """A company of one to four grids in one or two branches."""
    days = _Days(chance, month)
    grids = GRIDS[: chance.randint(1, 4)]
    homes = {f"H{n}": chance.choice(COMMUNITIES) for n in range(1, chance.randint(2, 7))}
    return Company(
        first=month.first,
        scheme=items,
        branch_of={grid: chance.choice(["B1", "B1", "B2"]) for grid in grids},
        lives={grid: _life(days) for grid in grids},
        communities=_stays(days, COMMUNITIES[: chance.randint(1, 4)], grids),
        postings=_stays(days, PEOPLE[: chance.randint(0, 4)], grids),
        home_of=homes,
        lines=[_line(days, sorted(homes)) for _ in range(chance.randint(0, 16))],
        orders=[_order(days, grids) for _ in range(chance.randint(0, 20))],
        goals=_goals(chance, grids, [item.code for item in items if item.measure != "rating"]),
        ratings={who: scores for who in PEOPLE if (scores := _scores(chance))},
    )


def _life(days: _Days) -> tuple[dt.date, dt.date | None]:
    start, end = days.span()
    return start, end if end and end > start else None


def _stays(days: _Days, who: Iterable[str], grids: list[str]) -> list[Stay]:
    """Everyone in at most one grid a day, moving now and then, gone for a while or altogether."""
    found = []
    for name in who:
        marks = sorted({days.any() for _ in range(days.chance.randint(1, 4))})
        if days.chance.random() < 0.3:
            marks[0] -= dt.timedelta(days=400)
        for start, end in zip(marks, [*marks[1:], None], strict=True):
            grid = days.chance.choice([*grids, *grids, None])
            if grid:
                found.append(Stay(name, grid, start, end))
    return found


def _line(days: _Days, homes: list[str]) -> Line:
    return Line(days.chance.choice(homes), days.chance.choice(IN_USE), *days.span())


def _order(days: _Days, grids: list[str]) -> Order:
    return Order(days.chance.choice([*grids, *grids, None]), days.chance.choice(SOLD), *days.span())


def _goals(chance: Random, grids: list[str], codes: list[str]) -> dict[tuple[str, str], Goal]:
    return {(grid, code): goal for grid in grids for code in codes if (goal := _goal(chance))}


def _goal(chance: Random) -> Goal | None:
    kind = chance.random()
    if kind < 0.25:
        return None
    if kind < 0.35:
        return Goal(Fraction(0))
    if kind < 0.5:
        return Goal(Fraction(chance.choice([0, 5])), exempt=True)
    return Goal(Fraction(chance.randint(1, 12)) if kind < 0.8 else Fraction(chance.randint(1, 2_000), 100))


def _scores(chance: Random) -> list[Fraction]:
    return [chance.choice([Fraction(0), Fraction(100), _hundredths(chance)]) for _ in range(chance.randint(0, 5))]


def _hundredths(chance: Random) -> Fraction:
    return Fraction(chance.randint(0, 10_000), 100)


def late_orders(chance: Random, before: Company) -> Company:
    """The same company after late news of orders alone: some come, some are cancelled, some stand after all."""
    days = _Days(chance, Month.of(before.first))
    orders = [replace(order, cancelled=_ended(days, order.accepted, order.cancelled)) for order in before.orders]
    new = [_order(days, sorted(before.branch_of)) for _ in range(chance.randint(0, 2))]
    return replace(before, orders=[*orders, *new])


def a_day_later(chance: Random, before: Company) -> Company:
    """The same company after late news: orders and lines come, end and are given back, targets and ratings move."""
    days = _Days(chance, Month.of(before.first))
    lines = [replace(line, closed=_ended(days, line.opened, line.closed)) for line in before.lines]
    goals = dict(before.goals)
    for key in chance.sample(sorted(goals), min(2, len(goals))):
        goals[key] = Goal(Fraction(chance.randint(0, 900), 100), exempt=chance.random() < 0.2)
    ratings = dict(before.ratings)
    for who in chance.sample(PEOPLE, 1):
        ratings[who] = [_hundredths(chance) for _ in range(5)]
    return replace(
        late_orders(chance, before),
        lines=[*lines, *(_line(days, sorted(before.home_of)) for _ in range(chance.randint(0, 2)))],
        goals=goals,
        ratings=ratings,
    )


def _ended(days: _Days, began: dt.date, end: dt.date | None) -> dt.date | None:
    if days.chance.random() < 0.8:
        return end
    return None if end else max(began, days.any())
