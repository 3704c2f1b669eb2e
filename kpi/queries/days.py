"""A field manager's day: own development, slips that came back, promises of today, slips on their way."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from acceptance.choices import SlipState
from acceptance.domain.clocks import Clock, clock_of, opening_hours
from acceptance.models import Slip
from accounts.scope import Scope
from campaigns.models import FollowUp
from core.periods import Month, day_start, local_day
from customers.models import Case
from customers.queries import Matter, matters
from kpi.choices import Measure
from kpi.domain import schemes
from kpi.models import Indicator, Score, Target
from kpi.queries.generations import Generation, generations
from kpi.queries.persons import own_development
from managers.models import Manager, Posting

MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class Returned:
    slip: Slip
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Own:
    """Own development of the first business item this month. The target is the grid's, shared by its people."""

    name: str
    net: Decimal
    target: Decimal | None
    grid_target: Decimal | None
    people: int
    time: float

    @property
    def is_shared(self) -> bool:
        """A fraction can only come from acceptances won together with somebody."""
        return self.net != self.net.to_integral_value()

    @property
    def done(self) -> float | None:
        return float(self.net) * 100 / float(self.target) if self.target else None

    @property
    def ahead(self) -> int | None:
        return None if self.target is None else round(float(self.net) - float(self.target) * self.time / 100)


@dataclass(frozen=True, slots=True)
class Day:
    manager: Manager | None
    posting: Posting | None = None
    own: Own | None = None
    returned: list[Returned] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    cases: list[Matter] = field(default_factory=list)
    sent: list[tuple[str, int]] = field(default_factory=list)
    sent_count: int = 0
    score: Score | None = None
    old_score: Score | None = None
    month: Month | None = None

    @property
    def climbed(self) -> int | None:
        if self.score is None or self.old_score is None:
            return None
        return self.old_score.rank_in_branch - self.score.rank_in_branch


def day_of(scope: Scope, now: dt.datetime) -> Day:
    """All of a manager's first page."""
    manager = Manager.objects.filter(pk=scope.manager).first() if scope.manager else None
    if manager is None:
        return Day(None)
    today = local_day(now)
    posting = Posting.objects.active_on(today).filter(manager=manager).select_related("grid").first()
    score, old = _scores(manager, Month.of(today).shift(-1))
    states = _sent(manager, now)
    return Day(
        manager=manager,
        posting=posting,
        own=_own(manager, posting, today),
        returned=_returned(manager, now),
        follow_ups=_follow_ups(manager, today),
        cases=_cases(scope, today),
        sent=[(str(SlipState(state).label), count) for state, count in states.most_common()],
        sent_count=sum(states.values()),
        score=score,
        old_score=old,
        month=Month.of(today).shift(-1),
    )


def _own(manager: Manager, posting: Posting | None, today: dt.date) -> Own | None:
    month = Month.of(today)
    rule = schemes.expected(month).indicators.filter(measure=Measure.COMPLETION).first()
    if rule is None:
        return None
    developed = own_development(manager, month, rule.products)
    net = sum((d.counted for d in developed), Decimal(0))
    grid_target, people = _share_of_target(posting, rule, month, today)
    target = (grid_target / people).quantize(Decimal(1)) if grid_target and people else None
    return Own(rule.name, net, target, grid_target, people, today.day * 100 / month.days)


def _share_of_target(
    posting: Posting | None, rule: Indicator, month: Month, today: dt.date
) -> tuple[Decimal | None, int]:
    if posting is None:
        return None, 0
    found = Target.objects.filter(month=month.first, grid=posting.grid_id, code=rule.code, is_exempt=False).first()
    people = Posting.objects.active_on(today).filter(grid=posting.grid_id).count()
    return (found.value if found else None), people


def _returned(manager: Manager, now: dt.datetime) -> list[Returned]:
    """One's own, and those that a manager who left has left to the team."""
    left = Slip.objects.left_to(manager.pk, local_day(now)).values("pk")
    rows = Slip.objects.filter(Q(manager=manager) | Q(pk__in=left), state=SlipState.RETURNED)
    rows = rows.select_related("household", "state_by", "manager")
    day = opening_hours()
    return [
        Returned(slip, clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=now, hours=day))
        for slip in rows.order_by("state_at")
    ]


def _follow_ups(manager: Manager, today: dt.date) -> list[FollowUp]:
    """Due today or earlier and still open."""
    end = day_start(today + dt.timedelta(days=1))
    rows = FollowUp.objects.filter(manager=manager, done_at=None, due_at__lt=end).select_related("household")
    return list(rows.order_by("due_at"))


def _cases(scope: Scope, today: dt.date) -> list[Matter]:
    """Faults and complaints of the own grid that are still open, late ones first."""
    own = Case.objects.within(Scope(grids=scope.grids, on=scope.on)).still_open().select_related("household")
    return matters(own[:MOST_CASES], on=today) if scope.grids else []


def _sent(manager: Manager, now: dt.datetime) -> Counter[str]:
    """Slips sent since the 1st, by state."""
    first = Month.of(local_day(now)).start
    rows = Slip.objects.filter(manager=manager, submitted_at__gte=first).exclude(state=SlipState.RETURNED)
    return Counter(rows.values_list("state", flat=True))


def _scores(manager: Manager, month: Month) -> tuple[Score | None, Score | None]:
    """The person's scores, in whatever branch they were scored: somebody lent is scored where they served last."""
    shown, before = generations(month)
    rows = Score.objects.filter(manager=manager, run__in=[*shown.run_ids, *before.run_ids])
    found = {(row.month, row.run_id): row for row in rows if row.run_id in _runs_of(row, shown, before)}
    now = next((row for (day, _run), row in found.items() if day == month.first), None)
    old = next((row for (day, _run), row in found.items() if day == before.month.first), None)
    return now, old


def _runs_of(row: Score, shown: Generation, before: Generation) -> set[int | None]:
    return {part.runs.get(row.branch_id) for part in (shown, before) if part.month.first == row.month}
