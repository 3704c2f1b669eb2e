"""What wants somebody now: the right-hand column of the month at a glance."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acceptance.choices import HALL_STATES
from acceptance.domain.clocks import Clock, clock_of, opening_hours
from acceptance.models import Slip
from accounts.scope import Scope
from core.formats import duration, listed, moment, number
from core.formats import month as in_month
from core.periods import Month
from grids.choices import WaiverKind
from grids.models import Grid, GridWaiver
from kpi.choices import ItemStatus, Measure, RunCause, RunStatus
from kpi.models import Indicator, ItemScore, Target
from kpi.queries.appeals import appeals_within
from kpi.queries.corrections import drifts_within
from kpi.queries.generations import Generation
from kpi.queries.grids_in_use import grid_households
from kpi.queries.runs import runs_within
from managers.domain.bands import band_of
from managers.models import Manager
from managers.queries import teams

NAMED = 3  # how many of a kind are named one by one


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to act on; level "bad" is now, "warn" is soon, "" can wait."""

    level: str
    title: str
    text: str
    url: str
    action: str


def late_slips(scope: Scope, now: dt.datetime, grids: QuerySet[Grid]) -> list[Todo]:
    """Halls with slips over their limit, the longest wait first."""
    rows = Slip.objects.within(scope).filter(state__in=HALL_STATES, grid__in=grids).select_related("hall")
    late: dict[str, list[Clock]] = defaultdict(list)
    day = opening_hours()
    for slip in rows:
        clock = clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=now, hours=day)
        if clock and clock.left < 0:
            late[slip.hall.name].append(clock)
    found = sorted(late.items(), key=lambda pair: min(clock.left for clock in pair[1]))
    return [
        Todo(
            "bad",
            ngettext("%(hall)s %(n)d 单超时", "%(hall)s %(n)d 单超时", len(clocks)) % {"hall": hall, "n": len(clocks)},
            _("最久超 %(time)s") % {"time": duration(max(-clock.left for clock in clocks))},
            reverse("acceptance:in_transit"),
            _("看在途单"),
        )
        for hall, clocks in found[:NAMED]
    ]


def short_teams(grids: QuerySet[Grid], today: dt.date) -> list[Todo]:
    """Teams short of people that nobody has allowed."""
    rows = [row for row in teams(grids, today) if row.state == "short"]
    return [
        Todo(
            "bad",
            f"{row.grid.name} {row.open_findings[0].words}",
            _since(row.open_findings[0].since, today),
            reverse("managers:grid_triangle", args=[row.grid.code]),
            _("看小组"),
        )
        for row in rows[:NAMED]
    ]


def _since(since: dt.date | None, today: dt.date) -> str:
    if since is None:
        return _("一直没有")
    days = (today - since).days
    return ngettext("已 %(n)d 天", "已 %(n)d 天", days) % {"n": days}


def missing_ratings(scope: Scope, before: Generation, branch: int | None) -> list[Todo]:
    """People without a rating in the month before; it can't be closed without."""
    # A run of the whole company also holds rows of branches that show a later one.
    rows = ItemScore.objects.current().filter(
        month=before.month.first, manager__in=Manager.objects.within(scope), status=ItemStatus.NO_RATING
    )
    rows = rows.select_related("manager")
    people = list(rows.filter(branch=branch) if branch else rows)
    if not people:
        return []
    names = listed(row.manager.name for row in people[:NAMED] if row.manager)
    title = ngettext("%(n)d 人的 %(month)s评价未交", "%(n)d 人的 %(month)s评价未交", len(people))
    return [
        Todo(
            "warn",
            title % {"n": len(people), "month": in_month(before.month)},
            _("%(names)s；不交，这个月不能审定") % {"names": names},
            f"{reverse('kpi:rating_list')}?month={before.month}&missing=1",
            _("去评价"),
        )
    ]


def missing_targets(month: Month, grids: QuerySet[Grid], indicators: list[Indicator]) -> list[Todo]:
    """Grids without a target for the month under way."""
    codes = [rule.code for rule in indicators if rule.measure == Measure.COMPLETION]
    # A target of 0 is none: it can be typed, and is what an emptied cell leaves behind.
    is_set = Q(is_exempt=True) | Q(value__gt=0)
    stored = Target.objects.filter(is_set, month=month.first, grid__in=grids, code__in=codes)
    set_already = set(stored.values_list("grid_id", "code"))
    lacking = [(grid, code) for grid in grids for code in codes if (grid.pk, code) not in set_already]
    if not lacking:
        return []
    title = ngettext("%(n)d 个目标未设", "%(n)d 个目标未设", len(lacking)) % {"n": len(lacking)}
    named = listed(f"{grid.name} {code}" for grid, code in lacking[:NAMED])
    url = f"{reverse('kpi:target_list')}?month={month}&missing=1"
    return [Todo("warn", title, _("%(named)s；0 也算未设。能试算，不能审定") % {"named": named}, url, _("设目标"))]


def odd_sizes(shown: Generation, grids: QuerySet[Grid], today: dt.date) -> list[Todo]:
    """Grids out of the band without a reason on record."""
    waived = set(
        GridWaiver.objects.filter(kind=WaiverKind.BAND, period__contains=today).values_list("grid_id", flat=True)
    )
    sizes = grid_households(shown)
    odd = [(grid, sizes[grid.pk]) for grid in grids if grid.pk in sizes and grid.pk not in waived]
    odd = sorted((pair for pair in odd if band_of(pair[1]).is_out), key=lambda pair: -band_of(pair[1]).distance)
    return [
        Todo(
            "",
            _("%(grid)s 有 %(n)s 户") % {"grid": grid.name, "n": number(count)},
            _("应在 8,000–10,000 户之间"),
            reverse("managers:grid_triangle", args=[grid.code]),
            _("看网格"),
        )
        for grid, count in odd[:NAMED]
    ]


def changed_since(scope: Scope, branch: int | None) -> list[Todo]:
    """Closed months whose data have changed since, as the nightly check found them."""
    found = drifts_within(scope)
    if branch:
        found = found.filter(branch=branch)
    return [
        Todo(
            "warn",
            ngettext(
                "%(month)s 有 %(n)d 项与公示时不同，可作更正", "%(month)s 有 %(n)d 项与公示时不同，可作更正", row.items
            )
            % {"month": in_month(Month.of(row.month)), "n": row.items},
            _("%(branch)s，%(at)s 核对") % {"branch": row.branch.name, "at": moment(row.checked_at)},
            reverse("kpi:correction_month", args=[f"{row.month:%Y-%m}", row.branch.code]),
            _("作更正"),
        )
        for row in found[:NAMED]
    ]


def waiting_appeals(scope: Scope, branch: int | None) -> list[Todo]:
    """Appeals that nobody has answered; their month can't be closed before."""
    found = appeals_within(scope).filter(outcome="")
    if branch:
        found = found.filter(branch=branch)
    waiting = list(found[: NAMED + 1])
    if not waiting:
        return []
    count = found.count()
    subjects = [one.grid or one.manager for one in waiting[:NAMED]]
    names = listed(subject.name for subject in subjects if subject)
    return [
        Todo(
            "bad",
            ngettext("%(n)d 份申诉等答复", "%(n)d 份申诉等答复", count) % {"n": count},
            _("%(names)s；不答复，这个月不能审定") % {"names": names},
            f"{reverse('kpi:appeal_list')}?state=open",
            _("去答复"),
        )
    ]


def failed_runs(scope: Scope, month: Month) -> list[Todo]:
    """The month's last recompute, when it failed."""
    runs = runs_within(scope).exclude(cause=RunCause.LATE_RECORD)
    last = runs.filter(month__in=[month.first, month.shift(-1).first]).order_by("-pk").first()
    if last is None or last.status != RunStatus.FAILED:
        return []
    return [
        Todo("bad", _("上一次重算没有算成"), last.error[:80], reverse("kpi:run_detail", args=[last.pk]), _("看原因"))
    ]
