"""The assessment worked out a second time: day by day, in fractions. Knows no database and none of the kpi code."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

Day = dt.date


@dataclass(frozen=True)
class Item:
    code: str
    group: str  # business, retention, other; empty for points
    measure: str  # completion, points, retention, rating
    products: tuple[str, ...] = ()
    weight: Fraction = Fraction(0)
    floor: Fraction = Fraction(0)
    cap: Fraction = Fraction(100)
    target_rate: Fraction = Fraction(100)
    per_unit: Fraction = Fraction(1, 5)

    def __str__(self) -> str:
        numbers = [str(float(n)) for n in (self.weight, self.floor, self.cap, self.target_rate, self.per_unit)]
        words = "weight {}, {}…{}, target rate {}, {} a unit".format(*numbers)
        return f"{self.code} {self.group or 'points'} {self.measure} {' '.join(self.products)}: {words}"


@dataclass(frozen=True)
class Line:
    home: str
    product: str
    opened: Day
    closed: Day | None = None


@dataclass(frozen=True)
class Order:
    grid: str | None
    product: str
    accepted: Day
    cancelled: Day | None = None


@dataclass(frozen=True)
class Stay:
    """Somebody or something is in a grid from a day until the day before another."""

    who: str
    grid: str
    start: Day
    end: Day | None = None

    def holds(self, day: Day) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Goal:
    value: Fraction
    exempt: bool = False


@dataclass
class Company:
    first: Day
    scheme: list[Item]
    branch_of: dict[str, str]  # grid → branch
    lives: dict[str, tuple[Day, Day | None]]  # grid → its days
    communities: list[Stay] = field(default_factory=list)
    postings: list[Stay] = field(default_factory=list)
    home_of: dict[str, str] = field(default_factory=dict)  # household → community
    lines: list[Line] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    goals: dict[tuple[str, str], Goal] = field(default_factory=dict)
    ratings: dict[str, list[Fraction]] = field(default_factory=dict)

    @property
    def after(self) -> Day:
        """The 1st of the next month."""
        return (self.first + dt.timedelta(days=31)).replace(day=1)

    def days(self) -> Iterator[Day]:
        day = self.first
        while day < self.after:
            yield day
            day += dt.timedelta(days=1)

    def in_month(self, day: Day | None) -> bool:
        return day is not None and self.first <= day < self.after


@dataclass(frozen=True)
class Mark:
    """An item of a sheet: its state, its score to four places, and the figures behind it where it has one source."""

    status: str
    score: Fraction | None = None
    gained: int | None = None
    lost: int | None = None
    actual: Fraction | None = None
    base: int | None = None
    target: Fraction | None = None
    rate: Fraction | None = None


@dataclass(frozen=True)
class Sheet:
    branch: str
    days: int
    marks: dict[str, Mark]
    total: Fraction
    provisional: bool
    rank: int = 0


def half_up(value: Fraction, places: int) -> Fraction:
    """Round to so many places; a half goes away from zero."""
    scale = 10**places
    scaled = abs(value) * scale
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, scale)


def assess(company: Company) -> dict[str, dict[str, Sheet]]:
    """{"grids": code → sheet, "people": staff number → sheet}."""
    grids = _living_grids(company)
    served = _served(company, grids)
    own = {person: _rated(company, person) for person in served}
    marks = {grid: _grid_marks(company, grid, served, own) for grid in grids}
    grid_sheets = {grid: _sheet(company, company.branch_of[grid], days, marks[grid]) for grid, days in grids.items()}
    person_sheets = {
        person: _sheet(
            company,
            company.branch_of[_last_grid(company, person, grids)],
            sum(stays.values()),
            _person_marks(company, stays, marks, own[person]),
        )
        for person, stays in served.items()
    }
    return {"grids": _ranked(grid_sheets), "people": _ranked(person_sheets)}


def _living_grids(company: Company) -> dict[str, int]:
    found = {}
    for grid, (start, end) in company.lives.items():
        days = sum(1 for day in company.days() if start <= day and (end is None or day < end))
        if days:
            found[grid] = days
    return found


def _served(company: Company, grids: Iterable[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day in company.days():
        for stay in company.postings:
            if stay.grid in grids and stay.holds(day):
                found[stay.who][stay.grid] += 1
    return found


def _last_grid(company: Company, person: str, grids: Iterable[str]) -> str:
    for day in reversed(list(company.days())):
        for stay in company.postings:
            if stay.who == person and stay.grid in grids and stay.holds(day):
                return stay.grid
    raise AssertionError("no day served")


def _rated(company: Company, person: str) -> dict[str, Mark]:
    found = {}
    for item in company.scheme:
        if item.measure == "rating":
            points = company.ratings.get(person)
            if points:
                mean = half_up(sum(points, Fraction(0)) / len(points), 4)
                found[item.code] = Mark("scored", _within(item, mean), actual=mean, rate=mean)
            else:
                found[item.code] = Mark("no_rating")
    return found


def _within(item: Item, value: Fraction) -> Fraction:
    return min(max(value, item.floor), item.cap)


def _grid_marks(
    company: Company, grid: str, served: dict[str, dict[str, int]], own: dict[str, dict[str, Mark]]
) -> dict[str, Mark]:
    found = {}
    for item in company.scheme:
        if item.measure == "rating":
            parts = [(stays[grid], own[person][item.code]) for person, stays in served.items() if grid in stays]
            mean = _weighted(parts, otherwise="no_rating")
            found[item.code] = replace(mean, actual=mean.score, rate=mean.score)
        else:
            found[item.code] = _grid_mark(company, grid, item)
    return found


def _grid_mark(company: Company, grid: str, item: Item) -> Mark:
    goal = company.goals.get((grid, item.code))
    exempt = bool(goal and goal.exempt)
    if item.measure == "retention":
        return _retained(item, *_kept(company, grid, item), exempt=exempt)
    gained, lost = _moved(company, grid, item)
    figures = Mark("scored", gained=gained, lost=lost, actual=Fraction(gained - lost))
    if item.measure == "completion":
        figures = replace(figures, target=goal.value if goal else None)
    if exempt:
        return replace(figures, status="exempt")
    if item.measure == "points":
        rate = half_up((gained - lost) * item.per_unit, 4)
    elif goal is None or goal.value == 0:
        return replace(figures, status="no_target")
    else:
        rate = half_up((gained - lost) / goal.value * 100, 4)
    return replace(figures, rate=rate, score=_within(item, rate))


def _retained(item: Item, base: int, kept: int, *, exempt: bool) -> Mark:
    figures = Mark("exempt", lost=base - kept, actual=Fraction(kept), base=base, target=item.target_rate)
    if exempt or base == 0:
        return figures
    rate = half_up(Fraction(kept, base) * 100 / item.target_rate * 100, 4)
    return replace(figures, status="scored", rate=rate, score=_within(item, rate))


def _moved(company: Company, grid: str, item: Item) -> tuple[int, int]:
    orders = [order for order in company.orders if order.grid == grid and order.product in item.products]
    gained = sum(company.in_month(order.accepted) for order in orders)
    return gained, sum(company.in_month(order.cancelled) for order in orders)


def _kept(company: Company, grid: str, item: Item) -> tuple[int, int]:
    here = {stay.who for stay in company.communities if stay.grid == grid and stay.holds(company.first)}
    base = kept = 0
    for line in company.lines:
        if line.product not in item.products or company.home_of[line.home] not in here:
            continue
        if line.opened < company.first and (line.closed is None or line.closed >= company.first):
            base += 1
            kept += line.closed is None or line.closed >= company.after
    return base, kept


def _weighted(parts: list[tuple[int, Mark]], otherwise: str) -> Mark:
    scored = [(days, mark.score) for days, mark in parts if mark.score is not None]
    if not scored:
        return Mark(otherwise)
    days = sum(days for days, _score in scored)
    return Mark("scored", half_up(sum((days * score for days, score in scored), Fraction(0)) / days, 4))


def _person_marks(
    company: Company, stays: dict[str, int], marks: dict[str, dict[str, Mark]], own: dict[str, Mark]
) -> dict[str, Mark]:
    found = dict(own)
    for item in company.scheme:
        if item.measure != "rating":
            parts = [(days, marks[grid][item.code]) for grid, days in stays.items()]
            missing = any(mark.status == "no_target" for _days, mark in parts)
            mean = _weighted(parts, otherwise="no_target" if missing else "exempt")
            found[item.code] = replace(parts[0][1], status=mean.status, score=mean.score) if len(parts) == 1 else mean
    return found


def weights(scheme: list[Item], marks: dict[str, Mark]) -> dict[str, Fraction]:
    """The weight of each item once those of 不考核 items are spread: over the class first, then over the classes."""
    spread = {item.code: item.weight for item in scheme if item.group}
    for group in {item.group for item in scheme if item.group}:
        members = [item for item in scheme if item.group == group]
        _move(
            spread,
            off=[item.code for item in members if marks[item.code].status == "exempt"],
            on=[item.code for item in members if marks[item.code].status != "exempt"],
        )
    _move(
        spread,
        off=[item.code for item in scheme if item.group and marks[item.code].status == "exempt"],
        on=[item.code for item in scheme if item.group and marks[item.code].status != "exempt"],
    )
    return spread


def _move(spread: dict[str, Fraction], *, off: list[str], on: list[str]) -> None:
    freed, there = sum(spread[code] for code in off), sum(spread[code] for code in on)
    if not on:
        return
    for code in off:
        spread[code] = Fraction(0)
    for code in on:
        spread[code] += freed * spread[code] / there


def _sheet(company: Company, branch: str, days: int, marks: dict[str, Mark]) -> Sheet:
    spread = weights(company.scheme, marks)
    total = Fraction(0)
    for item in company.scheme:
        score = marks[item.code].score or Fraction(0)
        total += score * spread[item.code] / 100 if item.group else score
    provisional = any(mark.status in ("no_target", "no_rating") for mark in marks.values())
    return Sheet(branch, days, marks, half_up(total, 2), provisional)


def _ranked(sheets: dict[str, Sheet]) -> dict[str, Sheet]:
    return {
        key: Sheet(
            **{
                **vars(sheet),
                "rank": 1 + sum(o.total > sheet.total for o in sheets.values() if o.branch == sheet.branch),
            }
        )
        for key, sheet in sheets.items()
    }
