"""The lines of the support volume as one string: half a thousand operators, and a template takes five times as long."""

from collections.abc import Iterable
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from acceptance.queries.volumes import Support
from core import svg
from core.formats import number
from core.periods import Month


def drawn(rows: Iterable[Support], *, month: Month, top: int, chosen: str, address: str) -> SafeString:
    """Table rows; `address` is the page's own query without an operator, whose number is appended to it."""
    words = [f'<span class="ph muted">{escape(word)}</span>' for word in _words()]
    card = reverse("acceptance:hall_card", args=["0"]).removesuffix("0/")
    link = escape(f"{address}{'&' if address != '?' else ''}operator=")
    return SafeString("".join(_row(row, words, f"{card}{{}}/?month={month}", link, top, chosen) for row in rows))


def _words() -> tuple[str, ...]:
    """What a figure is, said beside it where the heads don't show (a phone)."""
    return _("录入"), _("来自预受理"), _("厅内直接"), _("后来撤销")


def _row(row: Support, words: list[str], card: str, link: str, top: int, chosen: str) -> str:
    operator, hall = row.operator, row.operator.hall
    no = escape(operator.operator_no)
    keyed, of_slips, direct, withdrawn = words
    selected = ' aria-selected="true"' if chosen == operator.operator_no else ""
    return (
        f'<tr{selected}><th scope="row">{no} {escape(operator.name)}</th>'
        f'<td class="place"><a href="{card.format(escape(hall.code))}">{escape(hall.name)}</a></td>'
        f'<td class="num strong">{keyed}<a href="{link}{no}#list">{number(row.total)}</a></td>'
        f'<td class="wide">{svg.hbar(row.total, top=top)}</td>'
        f'<td class="num">{of_slips}{number(row.from_slips)}</td><td class="num">{direct}{number(row.direct)}</td>'
        f'<td class="num{"" if row.withdrawn else " muted"}">{withdrawn}{number(row.withdrawn)}</td></tr>'
    )
