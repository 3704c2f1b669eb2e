"""From a slip or an acceptance to the score that counts it, or why none does."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.models import Acceptance, Slip
from core.formats import named
from core.periods import Month
from grids.models import Grid
from kpi.choices import Measure, MonthState, SchemeStatus
from kpi.models import BranchMonth, Indicator, Scheme


@dataclass(frozen=True, slots=True)
class Effect:
    """What one record does to one month: +1 or −1 in an item of a grid, or nothing, with the reason in words.

    `is_pending`: it will count, but the scores shown were worked out before it came.
    """

    counted: bool
    month: Month | None
    code: str
    grid: Grid | None
    delta: int
    reason: str
    is_pending: bool = False


def effect_of_slip(slip: Slip) -> list[Effect]:
    """One effect or more for each product of a slip: those of its acceptances, or why it has none yet."""
    accepted = {row.product_id: row for row in slip.acceptances.select_related("grid", "product")}
    found: list[Effect] = []
    for row in accepted.values():
        found.extend(effect_of_acceptance(row))
    for line in slip.lines.select_related("product"):
        if line.product_id not in accepted:
            found.append(_uncounted(_why_not_accepted(slip) % {"product": named(line.product.name)}, grid=slip.grid))
    return found


def _why_not_accepted(slip: Slip) -> str:
    if slip.state in OPEN_STATES:
        return _("%(product)s 还没有正式受理。")
    if slip.state in (SlipState.ACCEPTED, SlipState.COMPLETED):
        return _("这张单已受理，但没有 %(product)s 的订单。")
    return _("%(product)s 没有受理:") + str(slip.get_state_display())


def effect_of_acceptance(acceptance: Acceptance) -> list[Effect]:
    """What an acceptance adds in the month of its day and, when cancelled, takes in the month of its cancellation."""
    found = [_effect(acceptance, acceptance.accepted_on, +1)]
    if acceptance.cancelled_on:
        found.append(_effect(acceptance, acceptance.cancelled_on, -1))
    return found


def _effect(acceptance: Acceptance, day: dt.date, delta: int) -> Effect:
    month, grid = Month.of(day), acceptance.grid
    if grid is None:
        return _uncounted(_("受理当日客户不属于任何网格。"), month=month)
    shown = BranchMonth.objects.select_related("current_run").filter(month=month.first, branch=grid.branch_id).first()
    code = _counting_code(shown, month, acceptance.product_id)
    if not code:
        reason = _("产品 %(product)s 不在考核方案内。") % {"product": named(acceptance.product.name)}
        return _uncounted(reason, month=month, grid=grid)
    return _counted(acceptance, shown, Effect(True, month, code, grid, delta, ""))


def _counted(acceptance: Acceptance, shown: BranchMonth | None, effect: Effect) -> Effect:
    words = {"month": str(effect.month), "code": effect.code, "delta": f"{effect.delta:+d}".replace("-", "−")}
    watermark = shown.current_run.watermark_at if shown and shown.current_run else None
    if watermark and acceptance.recorded_at <= watermark:
        reason = _("计入 %(month)s 的指标 %(code)s(%(delta)s)。") % words
        return Effect(True, effect.month, effect.code, effect.grid, effect.delta, reason)
    if shown and shown.state == MonthState.CLOSED:
        return _uncounted(_("%(month)s 已审定，之后到达的不再计入。") % words, month=effect.month, grid=effect.grid)
    reason = _("下次重算后计入 %(month)s 的指标 %(code)s(%(delta)s)。") % words
    return Effect(True, effect.month, effect.code, effect.grid, effect.delta, reason, is_pending=True)


def _counting_code(shown: BranchMonth | None, month: Month, product: str) -> str:
    scheme_id = shown.current_run.scheme_id if shown and shown.current_run else None
    if scheme_id is None:
        issued = Scheme.objects.filter(
            year=month.year, quarter=month.quarter, status=SchemeStatus.ISSUED, effective_on__lte=month.first
        )
        scheme_id = issued.order_by("-effective_on", "-version").values_list("pk", flat=True).first()
    counting = Indicator.objects.filter(
        scheme=scheme_id, measure__in=[Measure.COMPLETION, Measure.POINTS], products__contains=[product]
    )
    return counting.values_list("code", flat=True).first() or ""


def _uncounted(reason: str, *, month: Month | None = None, grid: Grid | None = None) -> Effect:
    return Effect(False, month, "", grid, 0, reason)
