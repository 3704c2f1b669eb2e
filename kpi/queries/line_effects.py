"""What a line in use does to retention, month by month: in the base and kept, lost, or in no base at all."""

import datetime as dt
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from acceptance.models import Product
from core.formats import full_day, named
from core.periods import Month, local_day
from customers.models import FormerLine, Subscription
from grids.models import Grid, GridCommunity
from kpi.choices import Measure, MonthState
from kpi.models import Correction, Indicator, ItemScore, Run
from kpi.queries.effects import Check, Effect, Rule, corrected, issued_scheme
from kpi.queries.generations import Generation, generations_of
from kpi.queries.losses import Losses, losses
from kpi.queries.standing import STANDS, all_untils

LATE = {Rule.PENDING, Rule.WAITS_FOR_CORRECTION, Rule.CORRECTED}


@dataclass(frozen=True, slots=True)
class _Months:
    """What the months need, read once for all lines."""

    shown: dict[Month, Generation]
    untils: dict[tuple[int, dt.date], dt.datetime | None]  # branch and month → up to when ends entered the result
    grids: dict[tuple[int, Month], Grid]  # community and month → grid on the 1st
    rules: dict[int, list[Indicator]]  # scheme → its retention items
    schemes: dict[int, int]  # run → scheme
    issued: dict[Month, int | None]  # month without scores → the scheme in force
    results: dict[tuple[int, int, str], ItemScore]  # run, grid, code
    corrections: dict[tuple[int, dt.date], list[Correction]]  # branch and month → the signed ones
    names: dict[str, str]
    former: dict[int, list[FormerLine]]  # line → what it said before, oldest first
    found: dict[tuple[int, int, str], Losses] = field(default_factory=dict)

    def losses(self, key: tuple[int, int, str], rule: Indicator, month: Month, until: dt.datetime | None) -> Losses:
        """The lost lines of an item, looked for once however many lines ask."""
        if key not in self.found:
            self.found[key] = losses(self.results[key], rule, month, until)
        return self.found[key]


def effects_of_lines(lines: Sequence[Subscription], months: Iterable[Month]) -> dict[int, list[Effect]]:
    """Line id → its effect in each month, in the order given; the same few statements for any number."""
    wanted = list(months)
    read = _read(lines, wanted)
    return {line.pk: [effect for month in wanted for effect in _effects(line, month, read)] for line in lines}


def _read(lines: Sequence[Subscription], months: list[Month]) -> _Months:
    parts = generations_of(months)
    shown = {part.month: part for part in parts}
    runs = Run.objects.in_bulk({run for part in parts for run in part.run_ids})
    schemes = {run.pk: run.scheme_id for run in runs.values() if run.scheme_id}
    issued = {month: issued_scheme(month) for month in months if not shown[month].runs}
    rules: dict[int, list[Indicator]] = {}
    wanted = {*schemes.values(), *filter(None, issued.values())}
    for rule in Indicator.objects.filter(scheme__in=wanted, measure=Measure.RETENTION):
        rules.setdefault(rule.scheme_id, []).append(rule)
    communities = {line.household.community_id for line in lines}
    memberships = list(GridCommunity.objects.filter(community__in=communities).select_related("grid__branch"))
    grids = {(m.community_id, month): m.grid for m in memberships for month in months if month.first in m.period}
    former = _former(lines)
    corrections = _corrections(grids) if former else {}
    scored = [*runs, *(each.run_id for made in corrections.values() for each in made)]
    items = ItemScore.objects.filter(run__in=scored, grid__in={grid.pk for grid in grids.values()})
    return _Months(
        shown=shown,
        untils=all_untils(parts, runs),
        grids=grids,
        rules=rules,
        schemes=schemes,
        issued=issued,
        results={(item.run_id, item.grid_id or 0, item.code): item for item in items.select_related("run", "grid")},
        corrections=corrections,
        names=dict(Product.objects.values_list("code", "name")),
        former=former,
    )


def _corrections(grids: dict[tuple[int, Month], Grid]) -> dict[tuple[int, dt.date], list[Correction]]:
    found: dict[tuple[int, dt.date], list[Correction]] = {}
    branches, days = {grid.branch_id for grid in grids.values()}, {month.first for _home, month in grids}
    made = Correction.objects.filter(branch__in=branches, month__in=days).select_related("run")
    for correction in made.order_by("number"):
        found.setdefault((correction.branch_id, correction.month), []).append(correction)
    return found


def _former(lines: Sequence[Subscription]) -> dict[int, list[FormerLine]]:
    found: dict[int, list[FormerLine]] = {}
    for change in FormerLine.objects.filter(subscription__in=lines).order_by("pk"):
        found.setdefault(change.subscription_id, []).append(change)
    return found


def _effects(line: Subscription, month: Month, read: _Months) -> list[Effect]:
    """As the line is; or as it stood, where a result that stands still counts that for good."""
    now = _effects_of(line, month, read)
    stood = _as_it_stood(line, month, read)
    if stood.closed_on == line.closed_on or any(effect.rule in LATE for effect in now):
        return now
    then = _effects_of(stood, month, read)
    if [effect.delta for effect in then] == [effect.delta for effect in now]:
        return now
    changed = _("%(changed)s 又改了，这份结果不变。") % {"changed": full_day(local_day(read.former[line.pk][-1].at))}
    return [replace(effect, reason=effect.reason + changed) for effect in then]


def _as_it_stood(line: Subscription, month: Month, read: _Months) -> Subscription:
    """As the result that stands still was worked out with it; as it is when that still moves."""
    grid = read.grids.get((line.household.community_id, month))
    if grid is None or read.shown[month].states.get(grid.branch_id) not in STANDS:
        return line
    until = read.untils.get((grid.branch_id, month.first))
    since = (former for former in read.former.get(line.pk, []) if until and former.at > until)
    if (first := next(since, None)) is None:
        return line
    stood = copy(line)
    stood.closed_on = first.closed_on
    return stood


def _effects_of(line: Subscription, month: Month, read: _Months) -> list[Effect]:
    refused, checks = _outside(line, month)
    if refused:
        return [refused]
    grid = read.grids.get((line.household.community_id, month))
    if grid is None:
        checks.append(Check(_("1 日客户属于一个网格"), False))
        return [_left_out(Rule.NO_GRID, month, _("1 日客户不属于任何网格。"), checks)]
    checks.append(Check(_("1 日的网格：%(grid)s") % {"grid": grid.name}, True))
    run = read.shown[month].runs.get(grid.branch_id)
    scheme = read.schemes.get(run or 0) or read.issued.get(month) or 0
    rules = [rule for rule in read.rules.get(scheme, []) if line.product_code in rule.products]
    if not rules:
        name = named(read.names.get(line.product_code, line.product_code))
        reason = _("产品 %(product)s 不在保有的指标内。") % {"product": name}
        return [_left_out(Rule.NOT_IN_SCHEME, month, reason, [*checks, Check(reason, False)], grid)]
    return [_held(line, month, grid, rule, checks, read) for rule in rules]


def _outside(line: Subscription, month: Month) -> tuple[Effect | None, list[Check]]:
    """The base of a month: opened before its 1st and not ended before it."""
    opened = Check(_("开通日期 %(day)s，在 1 日之前") % {"day": full_day(line.opened_on)}, line.opened_on < month.first)
    if not opened.passed:
        reason = _("%(day)s 才开通，不在月初在网数内。") % {"day": full_day(line.opened_on)}
        return _left_out(Rule.NEW_LINE, month, reason, [opened]), []
    if line.closed_on is None:
        return None, [opened, Check(_("没有拆机"), True)]
    ended = line.closed_on < month.first
    checks = [opened, Check(_("拆机日期 %(day)s，不早于 1 日") % {"day": full_day(line.closed_on)}, not ended)]
    if not ended:
        return None, checks
    reason = _("%(day)s 已拆机，不在月初在网数内。") % {"day": full_day(line.closed_on)}
    return _left_out(Rule.ENDED_BEFORE, month, reason, checks), []


def _held(line: Subscription, month: Month, grid: Grid, rule: Indicator, checks: list[Check], read: _Months) -> Effect:
    is_lost = line.closed_on is not None and line.closed_on < month.next_first
    words = {"month": str(month), "code": rule.code, "day": full_day(line.closed_on)}
    check = Check(_("方案的指标 %(code)s %(name)s") % {"code": rule.code, "name": named(rule.name)}, True)
    reason = (
        _("%(month)s 的指标 %(code)s：月初在网，%(day)s 拆机，计一户流失。")
        if is_lost
        else _("%(month)s 的指标 %(code)s：月初在网，计一户保有。")
    ) % words
    effect = Effect(True, month, rule.code, grid, -1 if is_lost else 1, reason, checks=(*checks, check))
    shown = read.shown[month]
    result = read.results.get((shown.runs.get(grid.branch_id, 0), grid.pk, rule.code))
    if result is None:
        return replace(effect, is_pending=True, rule=Rule.PENDING)
    return _arrived(effect, line, rule, result.run_id, read) if is_lost else effect


def _arrived(effect: Effect, line: Subscription, rule: Indicator, run_id: int, read: _Months) -> Effect:
    """Whether the result counts the loss of a line, by when its end was entered.

    An end that came with the line itself bears no time: that it came later shows in the grid's count of losses.
    """
    assert effect.month is not None and effect.grid is not None
    month, grid = effect.month, effect.grid
    key = (run_id, grid.pk, rule.code)
    found, lost = read.losses(key, rule, month, read.untils[grid.branch_id, month.first]), read.results[key].lost or 0
    is_dated = line in found.late
    if is_dated:
        words = {"day": full_day(local_day(read.former[line.pk][-1].at)), "until": full_day(found.until)}
        check = Check(_("%(day)s 录入，得分的数据截至 %(until)s") % words, False)
    elif len(found.counted) > lost:
        counts = {"shown": lost, "found": len(found.counted)}
        check = Check(_("得分里流失 %(shown)d 户，现有记录 %(found)d 户") % counts, False)
    else:
        return effect
    effect = replace(effect, checks=(*effect.checks, check))
    if read.shown[month].states.get(grid.branch_id) == MonthState.CLOSED:
        return _after_closing(effect, line, rule, read, is_dated=is_dated)
    reason = effect.reason + _("有的拆机在得分之后才到，下次重算后计入。")
    return replace(effect, rule=Rule.PENDING, is_pending=True, reason=reason)


def _after_closing(effect: Effect, line: Subscription, rule: Indicator, read: _Months, *, is_dated: bool) -> Effect:
    """A closed month doesn't move: a correction counts the loss, or will."""
    assert effect.month is not None and effect.grid is not None
    month, grid = effect.month, effect.grid
    for correction in read.corrections.get((grid.branch_id, month.first), []) if is_dated else ():
        key = (correction.run_id, grid.pk, rule.code)
        if key in read.results and line in read.losses(key, rule, month, correction.run.watermark_at).counted:
            return corrected(effect, correction, {"month": str(month), "code": rule.code, "delta": "−1"})
    reason = effect.reason + _("有的拆机在审定之后才到，等更正重算，作为调整记入开放的月份。")
    effect = replace(effect, counted=False, delta=0) if is_dated else effect
    return replace(effect, rule=Rule.WAITS_FOR_CORRECTION, reason=reason)


def _left_out(rule: Rule, month: Month, reason: str, checks: list[Check], grid: Grid | None = None) -> Effect:
    return Effect(False, month, "", grid, 0, reason, rule=rule, checks=tuple(checks))
