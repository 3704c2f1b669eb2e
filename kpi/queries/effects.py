"""From a slip or an acceptance to the score that counts it, or to the rule that leaves it out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.models import Acceptance, FormerAcceptance, Slip
from core.formats import full_day, named
from core.periods import Month, local_day
from grids.models import Grid
from kpi.choices import Measure, MonthState, SchemeStatus
from kpi.domain import worth
from kpi.domain.worth import Scored
from kpi.models import BranchMonth, Correction, Indicator, ItemScore, Run, Scheme
from kpi.queries.movements import DAYS, FORMER, History, Stood, day_of, history_of
from kpi.queries.standing import STANDS, worked_out_until


class Rule(StrEnum):
    """What counts a record or leaves it out; the words stand in the effect's reason."""

    COUNTED = "counted"
    PENDING = "pending"
    CORRECTED = "corrected"
    WAITS_FOR_CORRECTION = "waits_for_correction"
    NOT_ACCEPTED = "not_accepted"
    SLIP_ENDED = "slip_ended"
    NO_ORDER = "no_order"
    OUTSIDE_MONTH = "outside_month"
    NO_GRID = "no_grid"
    NOT_IN_SCHEME = "not_in_scheme"
    NEW_LINE = "new_line"
    ENDED_BEFORE = "ended_before"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition that a record has to meet, with its own figures, and whether it does."""

    text: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What one record does to one month: +1 or −1 in an item of a grid, or nothing, with the reason in words.

    `is_pending`: it will count, but the scores shown were worked out before it came. `checks` are the conditions in
    the order in which they are asked, up to the first that fails. `points`: what it moves in the grid's total.
    """

    counted: bool
    month: Month | None
    code: str
    grid: Grid | None
    delta: int
    reason: str
    is_pending: bool = False
    rule: Rule = Rule.COUNTED
    checks: tuple[Check, ...] = ()
    points: Decimal | None = None


def effect_of_slip(slip: Slip) -> list[Effect]:
    """One effect or more for each product of a slip: those of its acceptances, or why it has none yet."""
    accepted = {
        row.product_id: row for row in slip.acceptances.select_related("grid", "product").prefetch_related(FORMER)
    }
    found: list[Effect] = []
    for row in accepted.values():
        found.extend(effect_of_acceptance(row))
    for line in slip.lines.select_related("product"):
        if line.product_id not in accepted:
            rule, words = _why_not_accepted(slip)
            reason = words % {"product": named(line.product.name)}
            check = Check(_("已正式受理：%(state)s") % {"state": slip.get_state_display()}, False)
            found.append(_uncounted(rule, reason, grid=slip.grid, checks=(check,)))
    return found


def _why_not_accepted(slip: Slip) -> tuple[Rule, str]:
    if slip.state in OPEN_STATES:
        return Rule.NOT_ACCEPTED, _("%(product)s 还没有正式受理。")
    if slip.state in (SlipState.ACCEPTED, SlipState.COMPLETED):
        return Rule.NO_ORDER, _("这张单已受理，但没有 %(product)s 的订单。")
    return Rule.SLIP_ENDED, _("%(product)s 没有受理:") + str(slip.get_state_display())


def effect_of_acceptance(acceptance: Acceptance, month: Month | None = None) -> list[Effect]:
    """What an acceptance adds in the month of its day and, when cancelled, takes in the month of its cancellation.

    `month` is the one that somebody looks at: when neither day lies in it, that is said as well.
    """
    history = history_of(acceptance)
    found = [effect for sign in DAYS for effect in _effects(history, acceptance, sign)]
    found += _still_counted(history)
    if month and all(effect.month != month for effect in found):
        words = {"day": full_day(acceptance.accepted_on), "month": str(month)}
        outside = _("受理日期 %(day)s 不在 %(month)s。") % words
        check = Check(_("受理或退订的日期在 %(month)s") % words, False)
        found.insert(0, _uncounted(Rule.OUTSIDE_MONTH, outside, month=month, checks=(check,)))
    return found


def _still_counted(history: History) -> list[Effect]:
    """What results that stand still count of it, though it was taken back or changed since."""
    found: list[Effect] = []
    for sign in DAYS:
        for former in history.no_longer(sign):
            shown = _shown(former, sign)
            if shown and shown.state in STANDS and history.was_counted(former, sign, _until(shown)):
                found += [effect for effect in _effects(history, former, sign) if effect.counted]
    return found


def _effects(history: History, stood: Stood, sign: int) -> list[Effect]:
    """What an order does by its acceptance (+1) or its cancellation (−1), as it is or as it once stood."""
    day, grid = day_of(stood, sign), stood.grid
    if day is None:
        return []
    month = Month.of(day)
    word = _("受理日期 %(day)s") if sign > 0 else _("退订日期 %(day)s")
    checks = [Check(word % {"day": full_day(day)}, True)]
    if grid is None:
        checks.append(Check(_("受理当日客户属于一个网格"), False))
        reason = _("受理当日客户不属于任何网格。")
        return [_uncounted(Rule.NO_GRID, reason, month=month, checks=tuple(checks))]
    checks.append(Check(_("受理当日的网格：%(grid)s") % {"grid": grid.name}, True))
    shown = _shown(stood, sign)
    rules = counting_rules(shown, month, [Measure.COMPLETION, Measure.POINTS], stood.product_id)
    if not rules:
        reason = _("产品 %(product)s 不在考核方案内。") % {"product": named(stood.product.name)}
        checks.append(Check(reason, False))
        return [_uncounted(Rule.NOT_IN_SCHEME, reason, month=month, grid=grid, checks=tuple(checks))]
    return [_counted(history, stood, shown, _of_rule(rule, month, grid, sign, checks)) for rule in rules]


def _of_rule(rule: Indicator, month: Month, grid: Grid, delta: int, checks: list[Check]) -> Effect:
    check = Check(_("方案的指标 %(code)s %(name)s") % {"code": rule.code, "name": named(rule.name)}, True)
    return Effect(True, month, rule.code, grid, delta, "", checks=(*checks, check))


def _shown(stood: Stood, sign: int) -> BranchMonth | None:
    day = day_of(stood, sign)
    if day is None or stood.grid is None:
        return None
    held = BranchMonth.objects.filter(month=Month.of(day).first, branch=stood.grid.branch_id)
    return held.select_related("current_run").first()


def _until(shown: BranchMonth | None) -> dt.datetime | None:
    return worked_out_until(shown.current_run, shown) if shown and shown.current_run else None


def _counted(history: History, stood: Stood, shown: BranchMonth | None, effect: Effect) -> Effect:
    words = {"month": str(effect.month), "code": effect.code, "delta": f"{effect.delta:+d}".replace("-", "−")}
    if isinstance(stood, FormerAcceptance):
        words["changed"] = full_day(local_day(stood.at))
        reason = _("计入 %(month)s 的指标 %(code)s（%(delta)s）；%(changed)s 又改了，这份结果不变。") % words
        return replace(effect, reason=reason)
    until = _until(shown)
    in_time = history.was_counted(stood, effect.delta, until)
    arrived = {
        "day": full_day(local_day(history.entered_at(effect.delta))),
        "until": full_day(until) if until else "—",
    }
    check = Check(_("%(day)s 录入，得分的数据截至 %(until)s") % arrived, in_time)
    effect = replace(effect, checks=(*effect.checks, check))
    if in_time:
        return replace(effect, reason=_("计入 %(month)s 的指标 %(code)s（%(delta)s）。") % words)
    if shown and shown.state == MonthState.CLOSED:
        return _after_closing(history, shown, effect, words)
    reason = _("下次重算后计入 %(month)s 的指标 %(code)s（%(delta)s）。") % words
    return replace(effect, reason=reason, is_pending=True, rule=Rule.PENDING)


def _after_closing(history: History, shown: BranchMonth, effect: Effect, words: dict[str, str]) -> Effect:
    """A closed month doesn't move: what came later counts in a correction, or waits for one."""
    corrections = Correction.objects.filter(branch=shown.branch_id, month=shown.month).select_related("run")
    for correction in corrections.order_by("number"):
        if history.was_counted(history.order, effect.delta, correction.run.watermark_at):
            return corrected(effect, correction, words)
    reason = _("%(month)s 已审定，之后到达的不再计入；等更正重算，作为调整记入开放的月份。") % words
    return replace(effect, counted=False, delta=0, code="", reason=reason, rule=Rule.WAITS_FOR_CORRECTION)


def corrected(effect: Effect, correction: Correction, words: dict[str, str]) -> Effect:
    """An effect on a closed month that a correction counts; `words` are month, code and delta."""
    told = words | {"number": str(correction.number), "booked": str(Month.of(correction.booked_month))}
    reason = _("%(month)s 已审定；更正 %(number)s 计入指标 %(code)s（%(delta)s），调整记在 %(booked)s。") % told
    return replace(effect, reason=reason, rule=Rule.CORRECTED)


def counting_rules(shown: BranchMonth | None, month: Month, measures: list[Measure], product: str) -> list[Indicator]:
    """The indicators that count a product: of the scheme the month was scored by, else of the one in force."""
    scheme_id = shown.current_run.scheme_id if shown and shown.current_run else None
    counting = Indicator.objects.filter(
        scheme=scheme_id or issued_scheme(month), measure__in=measures, products__contains=[product]
    )
    return list(counting)


def issued_scheme(month: Month) -> int | None:
    """Id of the issued scheme in force on a month's 1st."""
    issued = Scheme.objects.filter(
        year=month.year, quarter=month.quarter, status=SchemeStatus.ISSUED, effective_on__lte=month.first
    )
    return issued.order_by("-effective_on", "-version").values_list("pk", flat=True).first()


def _uncounted(
    rule: Rule, reason: str, *, month: Month | None = None, grid: Grid | None = None, checks: tuple[Check, ...] = ()
) -> Effect:
    return Effect(False, month, "", grid, 0, reason, rule=rule, checks=checks)


def net(effects: Iterable[Effect]) -> dict[tuple[str, str], int]:
    """(month, code) → what all effects together do there: an order cancelled in its own month does nothing."""
    found: dict[tuple[str, str], int] = {}
    for effect in effects:
        if effect.counted:
            key = str(effect.month), effect.code
            found[key] = found.get(key, 0) + effect.delta
    return found


def with_points(effects: list[Effect]) -> list[Effect]:
    """The same effects with what each moves in the total of its grid, by the scores shown."""
    return [replace(effect, points=_points(effect)) if effect.counted else effect for effect in effects]


def _points(effect: Effect) -> Decimal | None:
    """The grid's total with this record less the total without it; None where the month has no scores."""
    if effect.grid is None or effect.month is None:
        return None
    shown = {"current_for__month": effect.month.first, "current_for__branch": effect.grid.branch_id}
    run = Run.objects.filter(**shown).first()
    items = {item.code: item for item in ItemScore.objects.filter(run=run, grid=effect.grid)} if run else {}
    rules = {rule.code: rule for rule in Indicator.objects.filter(scheme=run.scheme_id)} if run else {}
    if effect.code not in items or effect.code not in rules:
        return None
    sheet = [Scored(rules[code], item.status, item.score) for code, item in items.items() if code in rules]
    more = effect.delta if effect.is_pending else -effect.delta
    other = worth.score_with(rules[effect.code], items[effect.code], more)
    moved = worth.exact_total(worth.replaced(sheet, {effect.code: other})) - worth.exact_total(sheet)
    return worth.half_up(moved if effect.is_pending else -moved, 4)
