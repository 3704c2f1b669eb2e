"""What a line in use does to retention, month by month: in the base and kept, lost, or in no base at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from acceptance.models import Product
from core.formats import full_day, named
from core.periods import Month
from customers.models import Subscription
from grids.models import Grid, GridCommunity
from kpi.choices import Measure, MonthState
from kpi.models import Indicator, ItemScore, Run
from kpi.queries.effects import Check, Effect, Rule, issued_scheme
from kpi.queries.generations import Generation, generations_of


@dataclass(frozen=True, slots=True)
class _Months:
    """What the months need, read once for all lines."""

    shown: dict[Month, Generation]
    grids: dict[tuple[int, Month], Grid]  # community and month → grid on the 1st
    rules: dict[int, list[Indicator]]  # scheme → its retention items
    schemes: dict[int, int]  # run → scheme
    issued: dict[Month, int | None]  # month without scores → the scheme in force
    results: dict[tuple[int, int, str], ItemScore]  # run, grid, code
    names: dict[str, str]


def effects_of_lines(lines: Sequence[Subscription], months: Iterable[Month]) -> dict[int, list[Effect]]:
    """Line id → its effect in each month, in the order given; the same few statements for any number."""
    wanted = list(months)
    read = _read(lines, wanted)
    return {line.pk: [effect for month in wanted for effect in _effects(line, month, read)] for line in lines}


def _read(lines: Sequence[Subscription], months: list[Month]) -> _Months:
    shown = {part.month: part for part in generations_of(months)}
    runs = {run for part in shown.values() for run in part.run_ids}
    schemes = {pk: scheme for pk, scheme in Run.objects.filter(pk__in=runs).values_list("pk", "scheme_id") if scheme}
    issued = {month: issued_scheme(month) for month in months if not shown[month].runs}
    rules: dict[int, list[Indicator]] = {}
    wanted = {*schemes.values(), *filter(None, issued.values())}
    for rule in Indicator.objects.filter(scheme__in=wanted, measure=Measure.RETENTION):
        rules.setdefault(rule.scheme_id, []).append(rule)
    communities = {line.household.community_id for line in lines}
    memberships = list(GridCommunity.objects.filter(community__in=communities).select_related("grid__branch"))
    grids = {(m.community_id, month): m.grid for m in memberships for month in months if month.first in m.period}
    items = ItemScore.objects.filter(run__in=runs, grid__in={grid.pk for grid in grids.values()})
    results = {(item.run_id, item.grid_id or 0, item.code): item for item in items}
    return _Months(shown, grids, rules, schemes, issued, results, dict(Product.objects.values_list("code", "name")))


def _effects(line: Subscription, month: Month, read: _Months) -> list[Effect]:
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
    return _arrived(effect, result, shown.states.get(grid.branch_id) == MonthState.CLOSED) if is_lost else effect


def _arrived(effect: Effect, result: ItemScore, is_closed: bool) -> Effect:
    """A line bears no time of arrival: whether its loss came before the result shows in the grid's count of losses."""
    lost = lost_in(effect, result)
    if lost <= (result.lost or 0):
        return effect
    words = {"shown": result.lost or 0, "found": lost}
    check = Check(_("得分里流失 %(shown)d 户，现有记录 %(found)d 户") % words, False)
    late = replace(effect, checks=(*effect.checks, check), is_pending=not is_closed)
    if not is_closed:
        return replace(late, rule=Rule.PENDING, reason=effect.reason + _("有的拆机在得分之后才到，下次重算后计入。"))
    reason = effect.reason + _("有的拆机在审定之后才到，等更正重算，作为调整记入开放的月份。")
    return replace(late, rule=Rule.WAITS_FOR_CORRECTION, reason=reason)


def lost_in(effect: Effect, result: ItemScore) -> int:
    """How many lines of the grid's base ended in the month, by the lines as they are now."""
    assert effect.month is not None
    month = effect.month
    rule = Indicator.objects.filter(scheme__run=result.run_id, code=effect.code).first()
    homes = GridCommunity.objects.active_on(month.first).filter(grid=effect.grid).values("community_id")
    ended = Subscription.objects.filter(
        household__community__in=homes,
        product_code__in=rule.products if rule else [],
        opened_on__lt=month.first,
        closed_on__gte=month.first,
        closed_on__lt=month.next_first,
    )
    return ended.count()


def _left_out(rule: Rule, month: Month, reason: str, checks: list[Check], grid: Grid | None = None) -> Effect:
    return Effect(False, month, "", grid, 0, reason, rule=rule, checks=tuple(checks))
