"""Size of the grids: which are out of the band of 8,000 to 10,000 households."""

import datetime as dt

from django.core.cache import cache
from django.utils.translation import gettext as _

from core import sql
from kpi.queries.generations import Generation
from managers.domain.bands import band_of

KEPT = 24 * 3600  # seconds; the figure belongs to a generation of scores and changes with it


def grid_households(shown: Generation) -> dict[int, int]:
    """Grid id → households on the last day of the month. Two million homes are counted once a generation."""
    key = f"kpi:households:{shown.month}:{shown.newest}"
    found: dict[int, int] | None = cache.get(key)
    if found is None:
        last = shown.month.next_first - dt.timedelta(days=1)
        found = dict(sql.tuples("kpi/count_grid_households", day=last))
        cache.set(key, found, KEPT)
    return found


def odd_grids(shown: Generation) -> dict[int, str]:
    """Grids out of band with the word for it."""
    word = _("户数越界")
    return {grid: word for grid, count in grid_households(shown).items() if band_of(count).is_out}
