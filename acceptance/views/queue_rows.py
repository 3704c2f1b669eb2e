"""The lines of the queue as one string: a template takes three times as long, and hundreds of pages ask for them."""

from collections.abc import Iterable
from html import escape  # Django's own looks at each text twice

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from acceptance.choices import OPEN_STATES
from acceptance.queries.queue import Waiting
from acceptance.queries.slips import CHIPS
from core import svg
from core.formats import duration, time_left


def drawn(rows: Iterable[Waiting], *, selected: str, address: str) -> SafeString:
    """Table rows; `address` is what a slip's number is appended to."""
    words = {"mine": _("我接的"), "stale": _("久未办")}
    words |= {state: svg.chip(CHIPS[state], str(state.label)) for state in OPEN_STATES}
    link = escape(address)
    return SafeString("\n".join(_row(row, row.number == selected, link, words) for row in rows))


def _row(row: Waiting, is_chosen: bool, link: str, words: dict[str, str]) -> str:
    number = escape(row.number)
    chosen = ' aria-selected="true"' if is_chosen else ""
    kind = "" if row.is_free else ' class="theirs"'
    clock = svg.clock(row.clock.percent, time_left(row.clock.left), row.clock.level) if row.clock else ""
    return (
        f'<tr data-slip="{number}"{chosen}{kind}><td><b>{duration(row.waited)}</b><br>{clock}</td>'
        f'<td><a class="strong" href="{link}{number}">{escape(row.contact)}</a><br>'
        f'<span class="muted">{escape(row.address)}</span></td>'
        f'<td class="wrap">{escape(row.products)}</td><td>{escape(row.manager)}</td>'
        f"<td>{words[row.state]}{_holder(row, words)}</td></tr>"
    )


def _holder(row: Waiting, words: dict[str, str]) -> str:
    if row.is_mine:
        return f'<br><b class="small">{words["mine"]}</b>'
    if row.holder is None:
        return ""
    kind, late = ("warn-t", f" {words['stale']}") if row.is_stale else ("muted", "")
    return f'<br><span class="small {kind}">{escape(row.holder_name)}{late}</span>'
