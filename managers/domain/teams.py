"""The rule of a team: 3–4 managers, two in the field, one or two in the hall. Departures are found, not forbidden."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.refusals import Refusal
from grids.models import Grid
from managers.choices import Duty, TeamGap
from managers.models import Posting, TeamWaiver

# Duty → fewest and most of a team.
STRENGTH = {Duty.FIELD: (2, 2), Duty.HALL: (1, 2)}


class CannotWaive(Refusal):
    """The waiver lacks a reason, a day, or meets another one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure of a team from the rule: how many people too few or too many, since which day, and the
    waiver that allows it, if one does."""

    kind: TeamGap
    duty: Duty
    people: int
    since: dt.date | None
    waiver: TeamWaiver | None = None

    @property
    def words(self) -> str:
        phrases = {
            (TeamGap.SHORT, Duty.FIELD): ngettext_lazy("外勤缺 %d 人", "外勤缺 %d 人"),
            (TeamGap.SHORT, Duty.HALL): ngettext_lazy("厅内缺 %d 人", "厅内缺 %d 人"),
            (TeamGap.OVER, Duty.FIELD): ngettext_lazy("外勤多 %d 人", "外勤多 %d 人"),
            (TeamGap.OVER, Duty.HALL): ngettext_lazy("厅内多 %d 人", "厅内多 %d 人"),
        }
        return str(phrases[self.kind, self.duty] % self.people)

    @property
    def is_waived(self) -> bool:
        return self.waiver is not None


def check(*, postings: Iterable[Posting], waivers: Iterable[TeamWaiver], on: dt.date) -> list[Finding]:
    """What is wrong with a team on a day, from all the postings of its grid; an empty list is a team in order."""
    history = list(postings)
    findings = []
    for duty in Duty:
        own = [posting for posting in history if posting.duty == duty]
        gap = _gap(own, duty, on)
        if gap:
            kind, people = gap
            waiver = next((w for w in waivers if w.gap == kind and on in w.period), None)
            findings.append(Finding(kind, duty, people, _since(own, duty, kind, on), waiver))
    return findings


def _gap(postings: list[Posting], duty: Duty, on: dt.date) -> tuple[TeamGap, int] | None:
    serving = sum(on in posting.period for posting in postings)
    fewest, most = STRENGTH[duty]
    if serving < fewest:
        return TeamGap.SHORT, fewest - serving
    if serving > most:
        return TeamGap.OVER, serving - most
    return None


def _since(postings: list[Posting], duty: Duty, kind: TeamGap, on: dt.date) -> dt.date | None:
    """The first day of the present spell; None for a duty nobody ever had."""
    edges = {day for p in postings for day in (p.period.lower, p.period.upper) if day and day <= on}
    since = None
    for day in sorted(edges, reverse=True):
        gap = _gap(postings, duty, day)
        if not gap or gap[0] != kind:
            break
        since = day
    return since


@transaction.atomic
def waive(*, grid: Grid, gap: str, since: dt.date, until: dt.date | None, reason: str) -> TeamWaiver:
    """Allow a team to be short or over from `since` to the day before `until`; raises CannotWaive."""
    if not reason.strip():
        raise CannotWaive(_("请写理由。"), field="reason")
    if until and until <= since:
        raise CannotWaive(_("失效日期要晚于生效日期。"), field="until")
    Grid.objects.select_for_update().get(pk=grid.pk)
    period = DateRange(since, until, "[)")
    if TeamWaiver.objects.filter(grid=grid, period__overlap=period).exists():
        raise CannotWaive(_("这段时间里已经有一条编制例外。"), field="since")
    return TeamWaiver.objects.create(grid=grid, gap=gap, period=period, reason=reason.strip()[:200])
