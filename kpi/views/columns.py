"""The columns of the leagues: each knows its head, its cell, its figure for sorting and for files, and its sum.

Cells are text: 260 rows through the template engine cost more than all the rest of the page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from html import escape
from operator import attrgetter
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.formats import number, plain
from kpi.choices import ItemClass, Measure
from kpi.models import Indicator
from kpi.queries.league import class_points
from kpi.queries.sums import Sums
from kpi.views.asks import DIFFERENCE, PUBLISHED, LeagueAsk
from kpi.views.rows import figure, head, item_cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cell` gives the whole <td>; `value` what it sorts by and what a file holds, None comes last.

    `is_fixed`: shown whatever was chosen; `is_usual`: shown when nothing was. `foot` is the cell of the sums.
    """

    key: str
    word: str
    cell: Callable[[Any], str]
    value: Callable[[Any], Any]
    code: str = ""
    weight: str = ""
    is_num: bool = False
    is_text: bool = False
    is_fixed: bool = False
    is_usual: bool = True
    foot: str = ""
    can_sort: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head with the address that sorts by it; pressing the sorted one turns it round."""

    column: Column
    address: str
    sorted: str


def chosen(columns: Sequence[Column], ask: LeagueAsk) -> list[Column]:
    """The columns asked for, in their own order; without any known one, the usual ones."""
    wanted = {column.key for column in columns if not column.is_fixed} & set(ask.cols)
    return [c for c in columns if c.is_fixed or (c.key in wanted if wanted else c.is_usual)]


def heads(columns: Iterable[Column], ask: LeagueAsk) -> list[Head]:
    key, turned = ask.sort.lstrip("-"), ask.sort.startswith("-")
    found = []
    for column in columns:
        target = f"-{column.key}" if column.key == key and not turned else column.key
        falling = turned if column.is_text else not turned
        mark = ("descending" if falling else "ascending") if column.key == key else ""
        found.append(Head(column, f"?{ask.address_with(sort=target)}" if column.can_sort else "", mark))
    return found


def sort_by(rows: list[Any], columns: Sequence[Column], by: str) -> list[Any]:
    """By a column's key, the highest or the first first; a leading minus turns the order round; nothing comes last."""
    key, turned = by.lstrip("-"), by.startswith("-")
    column = next((c for c in columns if c.key == key and c.can_sort), None)
    if column is None:
        return rows
    known = [row for row in rows if column.value(row) is not None]
    unknown = [row for row in rows if column.value(row) is None]
    falling = turned if column.is_text or key == "rank" else not turned
    return sorted(known, key=column.value, reverse=falling) + unknown


def body(rows: Iterable[Any], columns: Sequence[Column]) -> SafeString:
    """All lines of the table."""
    shown = list(rows)
    cells = [map(column.cell, shown) for column in columns]
    lines = "</tr><tr>".join(map("".join, zip(*cells, strict=True)))
    return mark_safe(f"<tr>{lines}</tr>" if lines else "")  # each cell escapes its own texts


def foot(columns: Sequence[Column]) -> SafeString:
    """The line of the sums, or nothing when no column shown has one."""
    if not any(column.foot for column in columns if not column.is_fixed):
        return mark_safe("")
    cells = [column.foot or "<td></td>" for column in columns]
    return mark_safe(f"<tfoot><tr>{''.join(cells)}</tr></tfoot>")  # feet escape their own texts


def number_cell(value: float | None, places: int = 2, sign: bool = False, kind: str = "") -> str:
    """A plain figure; with `sign` a plus, red when it falls."""
    if value is None:
        return '<td class="num muted">—</td>'
    plus = "+" if sign and value > 0 else ""
    low = " bad-t" if sign and value < 0 else ""
    return f'<td class="num{low}{kind}">{plus}{figure(value, places)}</td>'


def difference(one: Decimal | float | None, other: Decimal | float | None) -> float | None:
    return None if one is None or other is None else round(float(one) - float(other), 2)


def figure_column(key: str, word: str, value: Callable[[Any], float | None], **more: Any) -> Column:
    """A column of plain figures; `sign` when it is a change."""
    sign, places = more.pop("sign", False), more.pop("places", 2)
    return Column(key, word, lambda row: number_cell(value(row), places, sign), value, is_num=True, **more)


def time_columns(
    ask: LeagueAsk,
    mean: Decimal | None,
    corrected_mean: Decimal | None,
    now: Callable[[Any], float] = attrgetter("total"),
    old: Callable[[Any], float | None] = attrgetter("old_total"),
) -> list[Column]:
    """Month on month, year on year, and published beside corrected; `now` and `old` read this and the last month."""
    compares = ask.basis == DIFFERENCE
    year, corrected = attrgetter("year_total"), attrgetter("corrected")
    return [
        figure_column("old_total", _("上月"), old, is_usual=False),
        figure_column("mom", _("环比"), lambda row: difference(now(row), old(row)), is_usual=False, sign=True),
        figure_column("year_total", _("去年同月"), year, is_usual=False),
        figure_column("yoy", _("同比"), lambda row: difference(now(row), year(row)), is_usual=False, sign=True),
        figure_column("corrected", _("更正后"), corrected, is_usual=compares, foot=_mean_foot(corrected_mean)),
        figure_column(
            "difference",
            _("差异"),
            lambda row: difference(corrected(row), now(row)),
            is_usual=compares,
            sign=True,
            foot=_mean_foot(difference(corrected_mean, mean), sign=True),
        ),
    ]


def _mean_foot(mean: Decimal | float | None, *, sign: bool = False) -> str:
    return "" if mean is None else number_cell(float(mean), sign=sign, kind=" strong")


def class_columns(indicators: Sequence[Indicator]) -> list[Column]:
    """The points each class gives: together they are the total."""
    found = []
    for kind in ItemClass:
        codes = [i.code for i in indicators if i.item_class == kind]
        weight = sum(i.weight for i in indicators if i.item_class == kind)
        if codes:
            found.append(
                figure_column(
                    kind.value,
                    str(kind.label),
                    partial(class_points, codes=codes),
                    is_usual=False,
                    weight=f"{plain(weight)}%" if weight else "",
                )
            )
    return found


class Links:
    """Addresses of score sheets; `address` holds CODE where the code goes. Corrected leagues open corrected sheets."""

    def __init__(self, address: str, ask: LeagueAsk, code: Callable[[Any], str]) -> None:
        self._code, self._basis = code, f"as={ask.basis}" if ask.basis != PUBLISHED else ""
        # A row has a link in every cell.
        self._page = cache(lambda key: address.replace("CODE", escape(key)))
        self.query = cache(self._query)

    def page(self, row: Any) -> str:
        """The address without its query."""
        return self._page(self._code(row))

    def _query(self, item: str) -> str:
        parts = "&amp;".join(filter(None, (f"item={item}" if item else "", self._basis)))
        return f"?{parts}" if parts else ""

    def __call__(self, row: Any, item: str) -> str:
        return self.page(row) + self.query(item)


def item_columns(
    indicators: Sequence[Indicator],
    link: Links,
    *,
    usual: bool = True,
    sums: dict[str, Sums] | None = None,
) -> list[Column]:
    """One column an item: the uncapped figure over its bar; it opens its records."""
    return [
        Column(
            i.code,
            head(i.name),
            item_cell(i.code, i.measure, link.page, link.query(i.code)),
            partial(_item_value, indicator=i),
            code=i.code,
            weight=f"{plain(i.weight)}%" if i.weight else _("加分"),
            is_num=True,
            is_usual=usual,
            foot=item_foot(i, (sums or {}).get(i.code)),
        )
        for i in indicators
    ]


def _item_value(row: Any, indicator: Indicator) -> float | None:
    cell = row.items.get(indicator.code)
    if cell is None or cell.score is None:
        return None
    if indicator.measure == Measure.POINTS or cell.rate is None:
        return float(cell.score)
    return float(cell.rate)


def item_foot(indicator: Indicator, sums: Sums | None) -> str:
    """The sums of an item: net ÷ targets, kept ÷ base, or the mean of the scores; the numbers stand beneath."""
    if sums is None:
        return ""
    told = {
        Measure.COMPLETION: (plain(sums.completion, 1), f"{number(sums.net_to_target, 0)} / {plain(sums.target)}"),
        Measure.RETENTION: (plain(sums.retention, 1), f"{number(sums.actual, 0)} / {number(sums.base, 0)}"),
        Measure.POINTS: (number(sums.actual, 0), _("净增")),
        Measure.RATING: (plain(sums.mean, 1), _("均值")),
    }
    big, small = told.get(Measure(indicator.measure), (plain(sums.mean, 1), _("均值")))
    return f'<td class="num">{escape(big)}<small class="muted">{escape(small)}</small></td>'


def export_rows(rows: Iterable[Any], columns: Sequence[Column]) -> Iterable[list[Any]]:
    """The figures of the columns shown, in the order shown."""
    return ([column.value(row) for column in columns] for row in rows)


def export_header(columns: Sequence[Column]) -> list[str]:
    return [f"{column.code} {column.word}".strip() for column in columns]
