"""Sizes and places that need no database."""

import datetime as dt
import random

import numpy as np
import pytest
import shapely

from core.periods import SHANGHAI, Month
from core.pinyin import initials
from core.sql import copy_line
from demo import facts, homes, people, places
from demo.losses import Losses
from demo.plan import FULL_HOUSEHOLDS, Plan, share_out
from demo.slips import SLIP_COLUMNS, Pad

NOW = dt.datetime(2026, 11, 22, 15, tzinfo=SHANGHAI)
FULL = Plan(FULL_HOUSEHOLDS, 12, 1, NOW)
QUICK = Plan(100_000, 6, 1, NOW)


@pytest.fixture(scope="module")
def full() -> places.Places:
    return places.lay_out(FULL)


@pytest.fixture(scope="module")
def quick() -> places.Places:
    return places.lay_out(QUICK)


def test_months_are_full_past_ones_and_the_running_one() -> None:
    assert [str(month) for month in QUICK.month_list] == [
        "2026-06",
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
        "2026-11",
    ]


def test_share_out_adds_up() -> None:
    assert share_out(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
    assert share_out(7, [0.0, 5.0, 1.0], at_least=1) == [1, 4, 2]


def test_full_company_has_the_scale_of_the_guideline(full: places.Places) -> None:
    assert len(full.branches) == 16
    assert len(full.halls) == 170
    assert len(full.communities) == 1109
    assert len(full.grids) == 230
    assert sum(community.size for community in full.communities) == 2_070_000


def test_full_company_has_115_streets_without_hall(full: places.Places) -> None:
    served = {hall.street.fact.code for hall in full.halls}
    bare = [street.fact.area_type for street in full.streets if street.fact.code not in served]
    assert (bare.count("urban"), bare.count("rural")) == (28, 87)


@pytest.mark.parametrize("size", ["full", "quick"])
def test_grids_are_in_the_band_but_for_the_two_odd_ones(size: str, request: pytest.FixtureRequest) -> None:
    laid: places.Places = request.getfixturevalue(size)
    outside = {grid.size for grid in laid.grids if not 8_000 <= grid.size <= 10_000}
    assert outside == {10_600, 7_500}


def test_full_company_loses_what_the_sources_60000_slips_a_month_leave(full: places.Places) -> None:
    """Some 22,000 a month end in an order."""
    pad = Pad(random.Random(1), campaign_id=1)
    lost = Losses(FULL, full, people.hire(FULL, full), pad)
    lost.write(Month(2026, 9))
    assert len(pad.slips) == pytest.approx(34_000, abs=1_000)  # and a tenth that repeats a slip with an order
    crossing = sum(bool(row[SLIP_COLUMNS.index("is_cross_grid")]) for row in pad.slips)
    assert crossing / len(pad.slips) == pytest.approx(0.03, abs=0.005)


def test_large_communities_are_divided_between_two_grids(full: places.Places) -> None:
    halves = [community for community in full.communities if "号楼" in community.name]
    assert len(halves) == 6
    assert all(one.size + other.size > 10_000 for one, other in zip(halves[::2], halves[1::2], strict=True))
    assert all(one.stays[0][0] is not other.stays[0][0] for one, other in zip(halves[::2], halves[1::2], strict=True))


def test_communities_lie_inside_their_district(quick: places.Places) -> None:
    for community in quick.communities:
        outline = facts.outlines()[community.street.fact.code[:6]]
        assert shapely.contains_xy(outline, community.lon, community.lat)


def test_household_search_key_is_that_of_any_household(quick: places.Places) -> None:
    rows = list(homes._homes_of(quick.communities[0], np.random.default_rng(1)))
    assert all(row[8] == initials(f"{row[5]}{row[6]}") for row in rows[:200])


def test_copy_line_keeps_tabs_backslashes_and_line_ends() -> None:
    assert copy_line(["a\tb", "c\\d", "e\nf", None, 7]) == "a\\tb\tc\\\\d\te\\nf\t\\N\t7\n"
