"""Cells of the leagues as text."""

from html import escape

from django.utils.translation import gettext_noop

from core.formats import MINUS, named
from core.svg import item_cell
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


def item(cell: Cell | None, measure: str, link: str) -> str:
    """One item: the uncapped figure over its bar, or the word for why there is none; it opens its records."""
    if cell is None:
        return '<td class="num muted">—</td>'
    if cell.status != ItemStatus.SCORED:
        word = escape(str(ItemStatus(cell.status).label))
        return f'<td class="num"><a class="muted" href="{link}" tabindex="-1">{word}</a></td>'
    if measure == Measure.POINTS:
        sign, low = "+" if cell.points > 0 else "", " bad-t" if cell.points < 0 else ""
        return (
            f'<td class="num"><a class="ink{low}" href="{link}" tabindex="-1">{sign}{figure(cell.points, 1)}</a></td>'
        )
    rate = cell.rate if cell.rate is not None else cell.score or 0.0
    drawn = item_cell(short(rate), rate, low=is_low(measure, rate))
    return f'<td><a class="ink" href="{link}" tabindex="-1">{drawn}</a></td>'
