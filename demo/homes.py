"""Households and the lines they have, as COPY rows."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from core.pinyin import initials
from demo import names
from demo.places import Community, Places
from demo.plan import Plan

# Lines a hundred households have on average when the first month begins; with the sales of a year about 145.
OWNED = {"FIXED_LINE": 54, "BROADBAND": 27, "FTTH": 24, "3G": 7, "3G_BUNDLE": 5, "2G_BUNDLE": 4}
# Monthly loss of lines by community; the retention is 98–99 %.
LOSS = (0.009, 0.019)
UNITS, FLOORS, DOORS = 5, 6, 3
HOMES_A_BUILDING = UNITS * FLOORS * DOORS

HOUSEHOLD_COLUMNS = [
    "id",
    "code",
    "branch_id",
    "community_id",
    "building",
    "address",
    "contact_name",
    "contact_phone",
    "search_key",
]
LINE_COLUMNS = ["code", "household_id", "product_code", "opened_on", "closed_on"]


def households(plan: Plan, places: Places) -> Iterator[tuple[object, ...]]:
    """Rows of HOUSEHOLD_COLUMNS, community by community."""
    rng = plan.rng("households")
    for community in places.communities:
        yield from _homes_of(community, rng)


def _homes_of(community: Community, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    place = f"{community.street.fact.name}{community.name.split('(')[0]}"
    key = initials(place)
    branch = community.sub_bureau.branch.id
    contacts = names.people(community.size, rng)
    numbers = names.phones(community.size, rng)
    for index, (name, phone) in enumerate(zip(contacts, numbers, strict=True)):
        block, home = divmod(index, HOMES_A_BUILDING)
        unit, flat = divmod(home, FLOORS * DOORS)
        floor, door = divmod(flat, DOORS)
        block, unit, room = block + community.first_building, unit + 1, f"{floor + 1}{door + 1:02d}"
        number = community.first_household + index
        yield (
            number,
            f"KH{number:08d}",
            branch,
            community.id,
            f"{block} 号楼",
            f"{place} {block} 号楼 {unit} 门 {room}",
            name,
            phone,
            # The same as initials(address + name), at a tenth of the time.
            f"{key}{block}hl{unit}m{room}{initials(name)}",
        )


def lines(plan: Plan, places: Places) -> Iterator[tuple[object, ...]]:
    """Rows of LINE_COLUMNS: what was in service when the first month began, and when some of it ended."""
    rng = plan.rng("lines")
    days = (plan.today - plan.start).days + 1
    number = 0
    losses = rng.uniform(*LOSS, len(places.communities)).tolist()
    for community, loss in zip(places.communities, losses, strict=True):
        for product, percent in OWNED.items():
            owners = np.flatnonzero(rng.random(community.size) < percent / 100)
            age = rng.integers(1, 3650 if product in ("FIXED_LINE", "BROADBAND") else 900, len(owners))
            # A constant chance of ending each day; beyond today the line is still in service.
            ended = rng.exponential(30.4 / loss, len(owners)).astype(int)
            for owner, years, end in zip(owners.tolist(), age.tolist(), ended.tolist(), strict=True):
                number += 1
                yield (
                    f"L{number:09d}",
                    community.first_household + owner,
                    product,
                    plan.start - dt.timedelta(days=years),
                    plan.start + dt.timedelta(days=end) if end < days else None,
                )
