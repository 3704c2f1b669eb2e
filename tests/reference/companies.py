"""Small companies full of odd cases, for the two implementations to disagree about."""

import datetime as dt
from fractions import Fraction

from hypothesis import strategies as st

from tests.reference.scoring import Company, Goal, Item, Line, Order, Stay

FIRST = dt.date(2026, 10, 1)
AFTER = dt.date(2026, 11, 1)
GRIDS = ["G1", "G2", "G3"]
BRANCHES = {"G1": "B1", "G2": "B1", "G3": "B2"}
COMMUNITIES = ["C1", "C2", "C3", "C4"]
PEOPLE = ["P1", "P2", "P3"]
SOLD = ["FTTH", "3G", "3G_BUNDLE", "2G_BUNDLE", "CARD"]
IN_USE = ["FIXED_LINE", "BROADBAND", "FTTH"]

# The edges of the month and the days around them, more often than any other day.
EDGES = [FIRST - dt.timedelta(days=1), FIRST, FIRST + dt.timedelta(days=1), AFTER - dt.timedelta(days=1), AFTER]
days = st.one_of(st.sampled_from(EDGES), st.dates(min_value=dt.date(2026, 9, 1), max_value=dt.date(2026, 11, 30)))
hundredths = st.integers(0, 10_000).map(lambda n: Fraction(n, 100))


def _item(code: str, group: str, measure: str, products: tuple[str, ...], weight: Fraction, **fields) -> Item:
    return Item(code, group, measure, products, weight, **fields)


@st.composite
def schemes(draw) -> list[Item]:
    """The usual letters; now and then other weights, caps, target rates and points."""
    split = draw(st.sampled_from([(25, 25, 20, 10, 10), (30, 30, 10, 15, 5), (Fraction(70, 3), 20, 10, 1, 19)]))
    if split[0] == Fraction(70, 3):
        split = (Fraction("33.33"), Fraction("16.67"), Fraction(20), Fraction("0.01"), Fraction("19.99"))
    a, b, c, e, f = (Fraction(share) for share in split)
    floor, cap = draw(st.sampled_from([(0, 100), (0, 120), (-20, 150), (60, 100)]))
    bounds = {"floor": Fraction(floor), "cap": Fraction(cap)}
    rate = draw(st.sampled_from([Fraction(100), Fraction(98), Fraction("99.97"), Fraction("33.3")]))
    per_unit = draw(st.sampled_from([Fraction("0.2"), Fraction("0.3333"), Fraction(1)]))
    return [
        _item("A", "business", "completion", ("FTTH",), a, **bounds),
        _item("B", "business", "completion", ("3G",), b, **bounds),
        _item("C", "business", "completion", ("3G_BUNDLE",), c),
        _item("D", "", "points", ("2G_BUNDLE",), Fraction(0), floor=Fraction(-5), cap=Fraction(10), per_unit=per_unit),
        _item("E", "retention", "retention", ("FIXED_LINE",), e, target_rate=rate),
        _item("F", "retention", "retention", ("BROADBAND", "FTTH"), f, target_rate=rate),
        _item("G", "other", "rating", (), Fraction(10)),
    ]


@st.composite
def stays(draw, who: list[str], grids: list[str]) -> list[Stay]:
    """Everyone in at most one grid a day, moving now and then, gone for a while or altogether."""
    found = []
    for name in who:
        marks = sorted(draw(st.sets(days, min_size=1, max_size=4)))
        for start, end in zip(marks, [*marks[1:], None], strict=True):
            grid = draw(st.sampled_from([*grids, None]))
            if grid:
                found.append(Stay(name, grid, start, end))
    return found


@st.composite
def spans(draw) -> tuple[dt.date, dt.date | None]:
    """From a day, with luck long ago, until a later one, with luck never."""
    start = draw(st.one_of(st.just(dt.date(2026, 1, 1)), days))
    end = draw(st.one_of(st.none(), days))
    return start, end if end and end >= start else None


@st.composite
def lines(draw, homes: list[str]) -> list[Line]:
    found = []
    for _ in range(draw(st.integers(0, 24))):
        start, end = draw(spans())
        found.append(Line(draw(st.sampled_from(homes)), draw(st.sampled_from(IN_USE)), start, end))
    return found


@st.composite
def orders(draw) -> list[Order]:
    found = []
    for _ in range(draw(st.integers(0, 24))):
        start, end = draw(spans())
        grid = draw(st.sampled_from([*GRIDS, None]))
        found.append(Order(grid, draw(st.sampled_from(SOLD)), start, end))
    return found


goals = st.one_of(
    st.builds(Goal, st.integers(1, 12).map(Fraction)),
    st.builds(Goal, hundredths),
    st.just(Goal(Fraction(0))),
    st.just(Goal(Fraction(5), exempt=True)),
)


@st.composite
def companies(draw) -> Company:
    lives = {grid: draw(spans()) for grid in GRIDS}
    lives = {grid: (start, end if end and end > start else None) for grid, (start, end) in lives.items()}
    homes = {f"H{n}": draw(st.sampled_from(COMMUNITIES)) for n in range(1, 7)}
    keys = [(grid, code) for grid in GRIDS for code in "ABCDEF"]
    return Company(
        first=FIRST,
        scheme=draw(schemes()),
        branch_of=BRANCHES,
        lives=lives,
        communities=draw(stays(COMMUNITIES, GRIDS)),
        postings=draw(stays(PEOPLE, GRIDS)),
        home_of=homes,
        lines=draw(lines(sorted(homes))),
        orders=draw(orders()),
        goals={key: goal for key in keys if (goal := draw(st.one_of(st.none(), goals, goals)))},
        ratings={person: scores for person in PEOPLE if (scores := draw(st.lists(hundredths, max_size=5)))},
    )
