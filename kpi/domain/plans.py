"""The targets of a branch's month as a plan: frozen at the meeting, from then on changed only with a reason."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch, Grid
from kpi.choices import Measure, MonthState
from kpi.domain import schemes
from kpi.models import BranchMonth, Target, TargetPlan


class PlanRefused(Refusal):
    """The targets of the month can't be frozen."""


@transaction.atomic
def freeze(*, branch: Branch, month: Month, by: User, now: dt.datetime) -> TargetPlan:
    """Freeze a branch's targets of a month for good; a second time finds the first. Raises PlanRefused."""
    held = BranchMonth.objects.select_for_update().filter(branch=branch, month=month.first).first()
    if held and held.state == MonthState.CLOSED:
        raise PlanRefused(_("这个月已审定，不必再冻结。"))
    if lacking := lacking_targets(branch, month):
        raise PlanRefused(
            ngettext(
                "还有 %(n)d 个目标未设，设好或标为不考核之后才能冻结。",
                "还有 %(n)d 个目标未设，设好或标为不考核之后才能冻结。",
                lacking,
            )
            % {"n": lacking}
        )
    plan, _made = TargetPlan.objects.get_or_create(
        branch=branch, month=month.first, defaults={"frozen_at": now, "frozen_by": by}
    )
    return plan


def lacking_targets(branch: Branch, month: Month) -> int:
    """How many targets the month's scheme asks of the branch's grids and nobody has set; 0 is not set either."""
    rules = schemes.expected(month).indicators.filter(measure=Measure.COMPLETION)
    codes = list(rules.values_list("code", flat=True))
    grids = Grid.objects.filter(branch=branch, period__overlap=(month.first, month.next_first))
    found = Target.objects.filter(month=month.first, grid__in=grids, code__in=codes)
    return grids.count() * len(codes) - found.exclude(is_exempt=False, value=0).count()


def frozen_branches(month: Month, branches: set[int]) -> set[int]:
    """Those of the branches whose targets of the month are frozen."""
    found = TargetPlan.objects.filter(month=month.first, branch__in=branches)
    return set(found.values_list("branch_id", flat=True))
