"""Branches, sub-bureaus, streets, halls, communities and grids on real names and positions."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from core.periods import Month
from demo import facts
from demo.plan import BAND, FULL_HALLS, Plan, share_out

GRIDS_A_SUB_BUREAU = 5
TOO_LARGE, TOO_SMALL = 10_600, 7_500
# Fewer grids can't make room for the two odd ones and stay in the band themselves.
ODD_FROM_GRIDS = 8
# In districts of this many grids one community is larger than a grid and divided by building group between two.
LARGE_FROM_GRIDS, LARGE_AT, LARGE_WEIGHT, LARGE_BUILDINGS = 19, 5, 8.0, 100


@dataclass(slots=True, eq=False)
class Branch:
    id: int
    code: str
    name: str
    short_name: str


@dataclass(slots=True, eq=False)
class SubBureau:
    id: int
    code: str
    name: str
    branch: Branch


@dataclass(slots=True, eq=False)
class Street:
    id: int
    fact: facts.Street
    centre: np.ndarray


@dataclass(slots=True, eq=False)
class Hall:
    id: int
    code: str
    name: str
    branch: Branch
    street: Street


@dataclass(slots=True, eq=False)
class Community:
    """`stays` are (grid, from, to) with `to` None while it lasts; households have consecutive ids."""

    id: int
    code: str
    name: str
    sub_bureau: SubBureau
    street: Street
    lon: float
    lat: float
    size: int
    first_household: int = 0
    first_building: int = 1
    stays: "list[tuple[Grid, dt.date, dt.date | None]]" = field(default_factory=list)

    def grid_on(self, day: dt.date) -> "Grid":
        return next(grid for grid, since, until in self.stays if since <= day and (until is None or day < until))


@dataclass(slots=True, eq=False)
class Grid:
    id: int
    code: str
    name: str
    branch: Branch
    sub_bureau: SubBureau
    hall: Hall
    communities: list[Community] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(community.size for community in self.communities)


@dataclass(slots=True)
class Places:
    branches: list[Branch] = field(default_factory=list)
    sub_bureaus: list[SubBureau] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    halls: list[Hall] = field(default_factory=list)
    communities: list[Community] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    too_large: Grid | None = None
    too_small: Grid | None = None


def lay_out(plan: Plan) -> Places:
    """All places of the plan; every household ends up in exactly one community, and that in one grid a day."""
    rng = plan.rng("places")
    places = Places()
    codes = list(plan.shares)
    weights = [float(plan.shares[code]) for code in codes]
    grids = share_out(plan.grids, weights, at_least=1)
    communities = _communities_by_district(plan, grids)
    halls = _halls_by_district(plan, codes, grids)
    sizes = iter(_grid_sizes(plan, rng))
    for code, grid_count, community_count, hall_count in zip(codes, grids, communities, halls, strict=True):
        _lay_district(places, code, rng, hall_count)
        branch = places.branches[-1]
        parts = share_out(community_count, [1.0] * grid_count)
        _lay_grids(places, branch, rng, [(next(sizes), part) for part in parts], plan.founded)
    _number_households(places)
    _odd_grids(places)
    _move_one_community(places, plan.month_list[max(0, len(plan.month_list) - 3)])
    return places


def _communities_by_district(plan: Plan, grids: list[int]) -> list[int]:
    return share_out(plan.communities, [float(count) for count in grids])


def _halls_by_district(plan: Plan, codes: list[str], grids: list[int]) -> list[int]:
    if not plan.is_full:
        total = max(len(codes), round(plan.grids * FULL_HALLS / 230))
        wanted = share_out(total, [float(count) for count in grids], at_least=1)
        return [min(count, len(facts.streets()[code])) for code, count in zip(codes, wanted, strict=True)]
    halls = []
    for area in ("urban", "rural"):
        own = [code for code in codes if (code in facts.URBAN) == (area == "urban")]
        counts = [len(facts.streets()[code]) for code in own]
        bare = share_out(facts.WITHOUT_HALL[area], [float(count) for count in counts])
        halls += [(code, count - none) for code, count, none in zip(own, counts, bare, strict=True)]
    found = dict(halls)
    return [found[code] for code in codes]


def _grid_sizes(plan: Plan, rng: np.random.Generator) -> list[int]:
    """Households of each grid, adding up to the plan's; inside the band but for two, where the band can be met."""
    odd = [TOO_LARGE, TOO_SMALL] if plan.grids >= ODD_FROM_GRIDS else []
    count, total = plan.grids - len(odd), plan.households - sum(odd)
    mean = total / count
    room = max(0.0, min(mean - BAND[0], BAND[1] - mean)) * 0.9
    swing = rng.uniform(-room, room, count)
    drawn = mean + swing - swing.mean() * (room > 0)
    sizes = share_out(total, np.clip(drawn, mean - room, mean + room).tolist())
    for place, size in zip((4, 9), odd, strict=False):
        sizes.insert(min(place, len(sizes)), size)
    return sizes


def _lay_district(places: Places, code: str, rng: np.random.Generator, hall_count: int) -> None:
    name = facts.districts()[code]
    short = name.removesuffix("新区").removesuffix("区")
    branch = Branch(len(places.branches) + 1, code, f"{short}分公司", short)
    places.branches.append(branch)
    known = facts.streets()[code]
    centres = facts.points_in(code, len(known), rng)
    order = np.lexsort((centres[:, 0], -centres[:, 1]))  # neighbours on the list are neighbours on the map
    streets = [Street(len(places.streets) + i + 1, fact, centres[order[i]]) for i, fact in enumerate(known)]
    places.streets += streets
    # The most populous streets get the halls; the number of committees stands for population.
    served = sorted(streets, key=lambda s: (-len(s.fact.committees), s.fact.code))[:hall_count]
    for number, street in enumerate(sorted(served, key=lambda s: s.id), 1):
        hall = Hall(
            len(places.halls) + 1, f"H{code[3:]}{number:02d}", f"{street.fact.short_name}营业厅", branch, street
        )
        places.halls.append(hall)


def _lay_grids(
    places: Places, branch: Branch, rng: np.random.Generator, sizes: list[tuple[int, int]], since: dt.date
) -> None:
    halls = [hall for hall in places.halls if hall.branch is branch]
    streets = [s for s in places.streets if s.fact.code[:6] == branch.code and s.fact.committees]
    spots = _spots(streets, sum(count for _, count in sizes))
    bureaus = _sub_bureaus(places, branch, -(-len(sizes) // GRIDS_A_SUB_BUREAU), streets)
    taken = 0
    for number, (size, count) in enumerate(sizes):
        own = spots[taken : taken + count]
        taken += count
        street = own[0][0]
        grid = Grid(
            id=len(places.grids) + 1,
            code=f"{branch.code[3:]}{number + 1:02d}",
            name=f"{branch.short_name}-{street.fact.short_name}-{number + 1:02d}",
            branch=branch,
            sub_bureau=bureaus[number * len(bureaus) // len(sizes)],
            hall=min(halls, key=lambda hall: (abs(hall.street.id - street.id), hall.id)),
        )
        places.grids.append(grid)
        # No community below a third of the mean: neighbours differ, but none is a single house.
        weights = rng.lognormal(0, 0.5, count).clip(0.4, 2.5).tolist()
        if len(sizes) >= LARGE_FROM_GRIDS and number in (LARGE_AT, LARGE_AT + 1):
            weights[-1 if number == LARGE_AT else 0] = LARGE_WEIGHT
        for (place, name), homes in zip(own, share_out(size, weights), strict=True):
            community = _community(places, grid, place, name, homes, rng)
            community.stays.append((grid, since, None))
            grid.communities.append(community)
    if len(sizes) >= LARGE_FROM_GRIDS:
        _divide_large(*places.grids[-len(sizes) + LARGE_AT :][:2])


def _divide_large(one: Grid, other: Grid) -> None:
    """Make the last community of one grid and the first of the next the two halves of a large one."""
    head, tail = one.communities[-1], other.communities[0]
    tail.name, tail.street = f"{head.name}({LARGE_BUILDINGS + 1} 号楼起)", head.street
    tail.lon, tail.lat, tail.first_building = head.lon, head.lat, LARGE_BUILDINGS + 1
    head.name = f"{head.name}(1–{LARGE_BUILDINGS} 号楼)"


def _spots(streets: list[Street], count: int) -> list[tuple[Street, str]]:
    """(street, name) of `count` communities: real committees picked evenly, divided when there are too few."""
    known = [(street, name) for street in streets for name in street.fact.committees]
    if count <= len(known):
        return [known[index * len(known) // count] for index in range(count)]
    parts = share_out(count, [1.0] * len(known))
    return [
        (street, f"{name}({'东西南北中'[part % 5]}区)" if share > 1 else name)
        for (street, name), share in zip(known, parts, strict=True)
        for part in range(share)
    ]


def _sub_bureaus(places: Places, branch: Branch, count: int, streets: list[Street]) -> list[SubBureau]:
    made = []
    for number in range(count):
        street = streets[number * len(streets) // count]
        made.append(
            SubBureau(
                len(places.sub_bureaus) + number + 1,
                f"F{branch.code[3:]}{number + 1}",
                f"{street.fact.short_name}分局",
                branch,
            )
        )
    places.sub_bureaus += made
    return made


def _community(
    places: Places, grid: Grid, street: Street, name: str, homes: int, rng: np.random.Generator
) -> Community:
    lon, lat = facts.points_near(street.fact.code[:6], street.centre, 1, rng)[0]
    number = len(places.communities) + 1
    made = Community(
        number, f"C{number:05d}", name, grid.sub_bureau, street, round(float(lon), 6), round(float(lat), 6), homes
    )
    places.communities.append(made)
    return made


def _number_households(places: Places) -> None:
    first = 1
    for community in places.communities:
        community.first_household = first
        first += community.size


def _odd_grids(places: Places) -> None:
    if len(places.grids) >= ODD_FROM_GRIDS:
        places.too_large = max(places.grids, key=lambda grid: grid.size)
        places.too_small = min(places.grids, key=lambda grid: grid.size)


def _move_one_community(places: Places, month: Month) -> None:
    """One community changes to the next grid in the middle of a month: yesterday's figures stay with the old one."""
    for old, new in zip(places.grids, places.grids[1:], strict=False):
        calm = {places.too_large, places.too_small} if places.too_large else set()
        if old.branch is new.branch and old not in calm and new not in calm:
            moved = min(old.communities, key=lambda community: (community.size, community.id))
            day = month.first + dt.timedelta(days=14)
            moved.stays = [(old, moved.stays[0][1], day), (new, day, None)]
            return
