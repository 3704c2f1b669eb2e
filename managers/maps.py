"""A plain map of a grid among its neighbours: a dot for each community, drawn by the server."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grids.models import Community, Grid, GridCommunity

WIDTH, HEIGHT, MARGIN = 640, 360, 24
NEIGHBOURS = 6


@dataclass(frozen=True, slots=True)
class Dot:
    """A community on the map: position in pixels, tint 1–6 of its grid, whether it belongs to the page's grid."""

    at: tuple[float, float]
    tint: int
    is_own: bool
    community: Community
    grid: Grid


@dataclass(frozen=True, slots=True)
class Map:
    dots: list[Dot]
    hall: tuple[float, float] | None
    neighbours: list[tuple[Grid, int]]
    width: int = WIDTH
    height: int = HEIGHT


def draw(grid: Grid, memberships: Iterable[GridCommunity]) -> Map | None:
    """The grid's communities and its nearest neighbours'; None when no position is known."""
    groups: dict[int, list[GridCommunity]] = {}
    for membership in memberships:
        groups.setdefault(membership.grid_id, []).append(membership)
    own = groups.pop(grid.pk, [])
    if not own:
        return None
    here = _middle(own)
    near = sorted(groups.values(), key=lambda group: math.dist(here, _middle(group)))[:NEIGHBOURS]
    shown = [*own, *(membership for group in near for membership in group)]
    place = _projection([_position(membership.community) for membership in shown])
    # Six tints and at most six neighbours: no two grids share one, the page's own is marked by its ring.
    tints = {group[0].grid_id: index + 1 for index, group in enumerate(near)}
    dots = [
        Dot(place(_position(m.community)), tints.get(m.grid_id, 0), m.grid_id == grid.pk, m.community, m.grid)
        for m in shown
    ]
    hall = None if grid.hall.lon is None or grid.hall.lat is None else place((grid.hall.lon, grid.hall.lat))
    if hall and not (0 <= hall[0] <= WIDTH and 0 <= hall[1] <= HEIGHT):
        hall = None
    return Map(
        sorted(dots, key=lambda dot: dot.is_own), hall, [(group[0].grid, tints[group[0].grid_id]) for group in near]
    )


def _position(community: Community) -> tuple[float, float]:
    return community.lon or 0.0, community.lat or 0.0


def _middle(group: list[GridCommunity]) -> tuple[float, float]:
    points = [_position(membership.community) for membership in group]
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)


def _projection(points: list[tuple[float, float]]):  # type: ignore[no-untyped-def]
    """Degrees → pixels: north up, one scale both ways (a degree of longitude is shorter by the cosine)."""
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * MARGIN) / max((east - west) * shrink, 1e-4), (HEIGHT - 2 * MARGIN) / max(north - south, 1e-4)
    )
    middle = ((west + east) / 2, (south + north) / 2)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x = WIDTH / 2 + (point[0] - middle[0]) * shrink * scale
        y = HEIGHT / 2 - (point[1] - middle[1]) * scale
        return round(x, 1), round(y, 1)

    return place
