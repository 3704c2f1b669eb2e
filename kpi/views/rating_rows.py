"""The lines of the list of ratings as one string: eight hundred people, and a template takes several times as long."""

from collections.abc import Iterable
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.formats import plain
from core.periods import Month
from kpi.queries.rating_teams import Member, Team


def drawn(teams: Iterable[Team], month: Month) -> SafeString:
    """Table rows: each team with its members, who lead to their places on the team's page."""
    missing, lent, by = _("未评"), _("外借来的"), _("由%(b)s评")
    words = {
        "missing": f' <b class="bad-t">{missing}</b>',
        "lent": f'<span class="tag">{lent}</span>',
        "by": f' <span class="muted small">{by}</span>',
    }
    return SafeString("".join(_row(team, month, words) for team in teams))


def _row(team: Team, month: Month, words: dict[str, str]) -> str:
    link = escape(reverse("kpi:rating_team", kwargs={"month": month, "code": team.grid.code}))
    missing = team.missing
    return (
        f'<tr><th scope="row"><a href="{link}">{escape(team.grid.name)}</a></th>'
        f'<td class="who">{"".join(_person(member, link, words) for member in team.members)}</td>'
        f'<td class="num{" bad-t strong" if missing else ""}">{missing}</td>'
        f'<td class="num muted">{team.drafts or "—"}</td></tr>'
    )


def _person(member: Member, link: str, words: dict[str, str]) -> str:
    if not member.is_here:
        standing = words["by"] % {"b": escape(member.branch.name)}
    else:
        standing = words["missing"] if member.is_missing else f" <b>{plain(member.mean)}</b>"
    name, lent = escape(member.manager.name), words["lent"] if member.is_lent else ""
    return f'<a class="person ink" href="{link}#m{member.manager.pk}">{name}{standing}{lent}</a>'
