"""Cells of the leagues as text."""

from collections.abc import Callable
from functools import cache, lru_cache
from html import escape
from typing import Any

from django.utils.translation import gettext_noop

from core import svg
from core.formats import MINUS, named
from kpi.choices import ItemStatus, Measure
from kpi.queries.league import LOW_ITEM, LOW_RETENTION, Cell


def figure(value: float, places: int = 2) -> str:
    """A float of a hot row; everything else goes through core.formats, which is exact and slower."""
    return f"{value:,.{places}f}".replace("-", MINUS)


#: The short heads of the standard scheme, so that the catalogue knows them.
SHORT_HEADS = (gettext_noop("3G融合"), gettext_noop("2G融合"), gettext_noop("固话保有"), gettext_noop("宽带保有"))


def head(name: str) -> str:
    """An indicator's name as the head of a narrow column; whole where only the whole name is translated."""
    short_name = name.replace("版亲情1+", "").replace("用户", "").removesuffix("率").replace("FTTH宽带", "FTTH")
    own, own_short = named(name), named(short_name)
    is_translated_only_whole = own != name and own_short == short_name and not short_name.isascii()
    return own if is_translated_only_whole else own_short


def short(value: float) -> str:
    """96.5, 101: at most one place."""
    return figure(value, 1).removesuffix(".0")


def is_low(measure: str, rate: float) -> bool:
    if measure == Measure.POINTS:
        return rate < 0
    return rate < (LOW_RETENTION if measure == Measure.RETENTION else LOW_ITEM)


def item_cell(code: str, measure: str, page: Callable[[Any], str], query: str) -> Callable[[Any], str]:
    """How a column draws one item of a row: the uncapped figure over its bar, or the word for why there is none; it
    opens its records at `page` of the row with `query`."""
    scored, is_points = ItemStatus.SCORED.value, measure == Measure.POINTS
    unscored = cache(_unscored)  # of one page, in the reader's language

    def drawn(row: Any) -> str:
        cell: Cell | None = row.items.get(code)
        if cell is None:
            return '<td class="num muted">—</td>'
        if cell.status != scored:
            before, after = unscored(cell.status)
        elif is_points:
            before, after = _points(cell.points)
        else:
            before, after = _rate(measure, cell.rate if cell.rate is not None else cell.score or 0.0)
        return before + page(row) + query + after

    return drawn


# What stands before and after the address, so that a league puts a cell together from three texts. It repeats the same
# figures on every visit.


def _unscored(status: str) -> tuple[str, str]:
    word = escape(str(ItemStatus(status).label))
    return '<td class="num"><a class="muted" href="', f'" tabindex="-1">{word}</a></td>'


@lru_cache(maxsize=4096)
def _points(points: float) -> tuple[str, str]:
    sign, low = "+" if points > 0 else "", " bad-t" if points < 0 else ""
    return f'<td class="num"><a class="ink{low}" href="', f'" tabindex="-1">{sign}{figure(points, 1)}</a></td>'


@lru_cache(maxsize=16384)
def _rate(measure: str, rate: float) -> tuple[str, str]:
    drawing = svg.item_cell(short(rate), rate, low=is_low(measure, rate))
    return '<td><a class="ink" href="', f'" tabindex="-1">{drawing}</a></td>'
