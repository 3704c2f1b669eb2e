"""Issuing a scheme to the branches: once, for months that nobody has settled, and read by each of them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.formats import month as in_month
from core.periods import Month, local_day
from grids.models import Branch
from kpi.choices import MonthState, RunCause, SchemeStatus
from kpi.domain import recompute, schemes
from kpi.domain.schemes import SchemeRefused, counted_months, quarter_months
from kpi.models import BranchMonth, Scheme, SchemeReceipt

SETTLED = (MonthState.PUBLISHED, MonthState.CLOSED)


def earliest_day(scheme: Scheme) -> dt.date | None:
    """The first day from which the scheme can count: after the months of its quarter that a branch has published or
    closed; None when all are."""
    settled = set(BranchMonth.objects.filter(state__in=SETTLED).values_list("month", flat=True).distinct())
    last = max((month for month in quarter_months(scheme) if month.first in settled), default=None)
    if last is None:
        return quarter_months(scheme)[0].first
    return last.next_first if last.quarter == last.shift(1).quarter else None


def require_issuable(scheme: Scheme) -> None:
    """Raise SchemeRefused when the scheme doesn't add up, or would count for a month already published or closed."""
    schemes.validate(scheme=scheme, indicators=scheme.indicators.all())
    earliest = earliest_day(scheme)
    if earliest is None:
        raise SchemeRefused(_("这个季度的三个月都已公示或审定，新方案没有月份可用；请立下个季度的方案。"))
    settled = [month for month in counted_months(scheme) if month.first < earliest]
    if settled:
        words = _("%(month)s已有分公司公示或审定，生效日期要在 %(day)s 或之后。")
        raise SchemeRefused(words % {"month": in_month(settled[-1]), "day": earliest})


@transaction.atomic
def issue(*, scheme: Scheme, by: User | None, now: dt.datetime) -> list[Month]:
    """Issue a draft to the branches; returns the months under way that are therefore recomputed.

    `scheme` is the draft as it was read; raises SchemeRefused when it was changed or issued since, or isn't issuable.
    """
    # Nobody publishes or closes a month of the quarter under our hands.
    list(BranchMonth.objects.select_for_update().filter(month__in=[m.first for m in quarter_months(scheme)]))
    require_issuable(scheme)
    changed = Scheme.objects.filter(pk=scheme.pk, status=SchemeStatus.DRAFT, revision=scheme.revision).update(
        status=SchemeStatus.ISSUED, issued_at=now, issued_by=by
    )
    if not changed:
        stored = Scheme.objects.filter(pk=scheme.pk).first()
        if stored and stored.status == SchemeStatus.DRAFT:
            raise SchemeRefused(_("草案刚被别人改过，请看过再下发。"))
        raise SchemeRefused(_("这个方案已经下发。"))
    scheme.refresh_from_db()
    return _rescore(scheme, by, now)


def _rescore(scheme: Scheme, by: User | None, now: dt.datetime) -> list[Month]:
    months = [month for month in counted_months(scheme) if month.first <= local_day(now)]
    scored = set(BranchMonth.objects.exclude(current_run=None).values_list("month", flat=True).distinct())
    found = [month for month in months if month.first in scored]
    for month in found:
        recompute.request(month=month, cause=RunCause.MANUAL, by=by, now=now)
    return found


def confirm_reading(*, scheme: Scheme, branch: Branch, by: User, now: dt.datetime) -> SchemeReceipt:
    """A branch says that it has read an issued scheme; saying it twice is saying it once. Raises SchemeRefused."""
    if scheme.status != SchemeStatus.ISSUED:
        raise SchemeRefused(_("草案还没有下发，不用签收。"))
    receipt, _created = SchemeReceipt.objects.get_or_create(
        scheme=scheme, branch=branch, defaults={"read_at": now, "read_by": by}
    )
    return receipt
