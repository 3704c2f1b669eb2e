"""What a meeting talks about beside the scores: decisions, appeals, ratings, halls, teams, targets."""

import datetime as dt
from typing import Any

from django.db.models import Sum

from acceptance.choices import HALL_STATES
from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.models import Slip
from accounts.scope import Scope
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import AppealOutcome, DecisionKind, ItemStatus, Measure
from kpi.models import Appeal, Decision, Indicator, ItemScore, Score, Target, TargetPlan
from kpi.queries.generations import Generation
from kpi.queries.grids_in_use import grid_households
from kpi.queries.packs import exact
from kpi.queries.penetration import branch_penetration
from kpi.queries.progress import retention, targets_of
from kpi.queries.raters import Spread, raters_of
from managers.domain.bands import band_of
from managers.queries import teams

Figures = dict[str, Any]
LISTED = 8


def decisions_of(scope: Scope, branch: Branch, month: Month, shown: Generation, *, today: dt.date) -> list[Figures]:
    """Decisions about a month with what became of them by now; targets are read from the generation shown."""
    found = Decision.objects.within(scope).filter(branch=branch, month=month.first)
    return [_decision(one, shown, today) for one in found.select_related("grid", "follow_up__manager")]


def _decision(one: Decision, shown: Generation, today: dt.date) -> Figures:
    done, rate = one.done_on, None
    if one.kind == DecisionKind.FOLLOW_UP and one.follow_up and one.follow_up.done_at:
        done = done or one.follow_up.done_at.date()
    if one.kind == DecisionKind.TARGET:
        item = ItemScore.objects.filter(run__in=shown.run_ids, grid=one.grid_id, code=one.code).first()
        rate = item.rate if item and item.status == ItemStatus.SCORED else None
    return {
        "id": one.pk,
        "kind": str(one.kind),
        "text": one.text,
        "owner": one.owner,
        "due_on": one.due_on.isoformat(),
        "grid": one.grid.name if one.grid else "",
        "code": one.code,
        "value": exact(one.value),
        "rate": exact(rate),
        "done_on": done.isoformat() if done else None,
        "state": _state(one, done is not None, rate is not None and rate >= 100, today),
    }


def _state(one: Decision, is_done: bool, is_reached: bool, today: dt.date) -> str:
    if is_done or (one.kind == DecisionKind.TARGET and is_reached):
        return "done"
    return "missed" if one.due_on < today else "going"


def minutes_of(scope: Scope, branch: Branch, month: Month) -> list[Figures]:
    """What this meeting itself has decided so far: the minutes, the one part of the slides that grows."""
    found = Decision.objects.within(scope).filter(branch=branch, month=month.first)
    return [
        {
            "id": one.pk,
            "kind": str(one.kind),
            "text": one.text,
            "owner": one.owner,
            "due_on": one.due_on.isoformat(),
            "grid": one.grid.name if one.grid else "",
            "code": one.code,
            "value": exact(one.value),
            "is_done": one.done_on is not None,
        }
        for one in found.select_related("grid").order_by("recorded_at", "pk")
    ]


def is_frozen(branch: Branch, month: Month) -> bool:
    """Whether a branch's targets of a month are frozen."""
    return TargetPlan.objects.filter(branch=branch, month=month.first).exists()


def appeals_of(scope: Scope, branch: Branch, month: Month) -> Figures:
    """Filed, upheld, rejected, withdrawn and open appeals about a month, with those that are open or were upheld."""
    found = list(
        Appeal.objects.within(scope).filter(branch=branch, month=month.first).select_related("grid", "manager")
    )
    counts = {str(outcome): sum(one.outcome == outcome for one in found) for outcome in AppealOutcome.values}
    telling = [one for one in found if one.outcome in ("", AppealOutcome.UPHELD)]
    return {
        "filed": len(found),
        "open": sum(not one.outcome for one in found),
        **counts,
        "list": [
            {
                "subject": one.grid.name if one.grid else one.manager.name if one.manager else "",
                "code": one.code,
                "text": one.text,
                "answer": one.answer,
                "outcome": str(one.outcome),
            }
            for one in sorted(telling, key=lambda one: bool(one.outcome))[:LISTED]
        ],
    }


def raters(shown: Generation, branch: Branch) -> Figures:
    """How each rater used the scale, with the branch and the company to compare."""
    people = Score.objects.filter(run__in=shown.run_ids, branch=branch, manager__isnull=False)
    managers = [manager for manager in people.values_list("manager_id", flat=True) if manager]
    found = raters_of(shown.month, managers, unnamed="", here="", company="")
    rated = ItemScore.objects.filter(run__in=shown.run_ids, branch=branch, manager__isnull=False)
    return {
        "each": [_spread(one) for one in found.each[:LISTED]],
        "here": _spread(found.here) if found.here else None,
        "company": _spread(found.company) if found.company else None,
        "missing": rated.filter(status=ItemStatus.NO_RATING).count(),
    }


def _spread(one: Spread) -> Figures:
    return {
        "name": one.name,
        "people": len(one.scores),
        "mean": round(one.mean, 4),
        "low": round(one.low, 4),
        "high": round(one.high, 4),
        "deviation": round(one.deviation, 4),
        "is_flat": one.is_flat,
    }


def halls(scope: Scope, branch: Branch, now: dt.datetime) -> list[Figures]:
    """Slips in transit by hall, the most overdue first."""
    waiting: dict[str, list[bool]] = {}
    slips = Slip.objects.within(scope).filter(branch=branch, state__in=HALL_STATES).select_related("hall")
    day = opening_hours()
    for slip in slips:
        clock = clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=now, hours=day)
        waiting.setdefault(slip.hall.name, []).append(bool(clock and clock.left < 0))
    found = [{"name": name, "waiting": len(late), "late": sum(late)} for name, late in waiting.items()]
    return sorted(found, key=lambda hall: (-int(hall["late"]), -int(hall["waiting"]), str(hall["name"])))


def odd_teams(scope: Scope, branch: Branch, today: dt.date) -> list[Figures]:
    """Teams too small or too large and not allowed to be, as kind, duty and number."""
    grids = Grid.objects.within(scope).filter(branch=branch).active_on(today)
    return [
        {
            "name": row.grid.name,
            "findings": [
                {
                    "kind": str(finding.kind),
                    "duty": str(finding.duty),
                    "people": finding.people,
                    "since": finding.since.isoformat() if finding.since else None,
                }
                for finding in row.open_findings
            ],
        }
        for row in teams(grids, today)
        if row.state in ("short", "over")
    ]


def odd_sizes(shown: Generation, names: dict[int, str]) -> list[Figures]:
    """Grids out of the band with their households, the farthest first."""
    sizes = grid_households(shown)
    found = [(name, sizes[grid]) for grid, name in names.items() if grid in sizes and band_of(sizes[grid]).is_out]
    found.sort(key=lambda pair: -band_of(pair[1]).distance)
    return [{"name": name, "households": count} for name, count in found]


def kept(shown: Generation, grids: list[int], rules: list[Indicator]) -> list[Figures]:
    """Retention of the branch by item."""
    return [
        {"name": one.name, "base": one.base, "lost": one.lost, "rate": one.rate}
        for one in retention(shown, grids, rules)
    ]


def penetrated(branch: Branch, rules: list[Indicator], shown: Generation) -> list[Figures]:
    """Lines in use for each hundred households on the last day of the month, by key product."""
    key = [rule for rule in rules if rule.measure in (Measure.COMPLETION, Measure.POINTS)]
    last = shown.month.next_first - dt.timedelta(days=1)
    return [
        {"name": name, "lines": one.lines, "households": one.households, "rate": one.rate}
        for name, one in branch_penetration(branch, key, last, shown.newest or 0)
    ]


def coming_targets(shown: Generation, branch: Branch, grids: list[int], rules: list[Indicator]) -> Figures:
    """Next month's targets beside this month's, as they were scored, and whether they are frozen."""
    coming = shown.month.shift(1)
    own = [rule for rule in rules if rule.measure == Measure.COMPLETION]
    codes = [rule.code for rule in own]
    ahead = targets_of(coming, grids)
    items = ItemScore.objects.filter(run__in=shown.run_ids, grid__in=grids)
    now = dict(items.order_by().values_list("code").annotate(Sum("target")))
    there = Target.objects.filter(month=coming.first, grid__in=grids, code__in=codes)
    plan = TargetPlan.objects.filter(branch=branch, month=coming.first).first()
    return {
        "list": [
            {
                "code": rule.code,
                "name": rule.name,
                "next": exact(ahead.get(rule.code)),
                "now": exact(now.get(rule.code)),
            }
            for rule in own
        ],
        "missing": len(grids) * len(codes) - there.exclude(is_exempt=False, value=0).count(),
        "frozen_at": plan.frozen_at.isoformat() if plan else None,
    }
