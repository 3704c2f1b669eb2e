"""The rows of the leagues as text: 260 of them through the template engine cost more than all the rest of the page."""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.formats import MINUS, named
from core.svg import item_cell, rank_change, score_bar
from kpi.choices import ItemStatus, Measure
from kpi.models import Indicator
from kpi.queries.league import LOW_ITEM, LOW_RETENTION, LOW_TOTAL, Cell, Row
from kpi.queries.people import Person
from managers.choices import Duty


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


def grid_row(row: Row, indicators: Sequence[Indicator], link: str, mean: float | None, tags: str, branch: str) -> str:
    """One line of the league; `link` is the address of the score sheet."""
    cells = "".join(item(row.items.get(i.code), i.measure, f"{link}?item={i.code}") for i in indicators)
    bar = score_bar(figure(row.total), row.total, low=row.total < LOW_TOTAL, mean=mean)
    return (
        f'<tr><td class="num strong">{row.rank}</td><td>{rank_change(row.climbed)}</td>'
        f'<th scope="row"><a class="strong" href="{link}">{escape(row.name)}</a>{tags}</th>{branch}'
        f'<td><a class="ink" href="{link}" tabindex="-1">{bar}</a></td>{cells}'
        f'<td class="muted ppl" title="{(team := escape(row.team))}">{team}</td></tr>'
    )


def grid_rows(
    rows: Iterable[Row],
    *,
    indicators: Sequence[Indicator],
    address: str,
    mean: float | None,
    odd: dict[int, str],
    with_branch: bool,
) -> SafeString:
    """All lines. `address` holds CODE where the grid's code goes; `odd` says what is out of rule with a grid."""
    gap, parts = f'<span class="tag">{_("有缺项")}</span>', []
    for row in rows:
        word = odd.get(row.grid_id)
        tags = f'<span class="tag">{escape(word)}</span>' if word else ""
        tags += gap if row.is_provisional else ""
        branch = f'<td class="muted">{escape(row.branch_name)}</td>' if with_branch else ""
        parts.append(grid_row(row, indicators, address.replace("CODE", escape(row.code)), mean, tags, branch))
    return mark_safe("".join(parts))  # every text in it was escaped above


def person_rows(people: Iterable[Person], *, address: str, mean: float | None, with_branch: bool) -> SafeString:
    """The league of people; days below the whole month are shown where they differ."""
    duties = {duty.value: escape(str(duty.label)) for duty in Duty}
    gap, parts = f'<span class="tag">{_("有缺项")}</span>', []
    for person in people:
        link = address.replace("CODE", escape(person.staff_no))
        bar = score_bar(figure(person.total), person.total, low=person.total < LOW_TOTAL, mean=mean)
        branch = f'<td class="muted">{escape(person.branch_name)}</td>' if with_branch else ""
        parts.append(
            f'<tr><td class="num strong">{person.rank}</td><td>{rank_change(person.climbed)}</td>'
            f'<th scope="row"><a class="strong" href="{link}">{escape(person.name)}</a>'
            f"{gap if person.is_provisional else ''}</th>"
            f'<td class="muted">{escape(person.staff_no)}</td>{branch}'
            f'<td><a class="ink" href="{link}" tabindex="-1">{bar}</a></td><td class="num">{person.days}</td>'
            f'<td class="num">{short(person.developed)}</td><td class="muted">{duties.get(person.duty, "")}</td>'
            f'<td class="muted">{escape(person.team)}</td></tr>'
        )
    return mark_safe("".join(parts))  # every text in it was escaped above
