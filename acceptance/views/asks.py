"""What several pages are asked for: the month, the notice of the day; and words they share."""

import datetime as dt

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from acceptance.models import LateNotice
from acceptance.queries.slips import notice_of
from accounts.choices import Role
from core import formats
from core.periods import Month, NoSuchMonth, local_day

LISTED = 12


def month_of(request: HttpRequest) -> Month:
    """The month asked for, this one by default; a word that is no month is no page."""
    text = request.GET.get("month", "")
    try:
        return Month.parse(text) if text else this_month()
    except NoSuchMonth as error:
        raise Http404 from error


def this_month() -> Month:
    return Month.of(local_day(timezone.now()))


def month_select(month: Month) -> tuple[str, str, object, str, str]:
    """The choice of the query row: the last twelve months, and the one asked for."""
    this = this_month()
    months = sorted({month, *(this.shift(-back) for back in range(LISTED))}, reverse=True)
    return "month", _("月份"), [(str(one), formats.month(one)) for one in months], str(month), str(this)


def late_notice(request: HttpRequest, day: dt.date) -> LateNotice | None:
    """The day's notice of late slips, for those whose notice it is."""
    role = request.user.role
    if role not in (Role.BRANCH, Role.HALL_MANAGER):
        return None
    return notice_of(request.scope, day, of_branch=role == Role.BRANCH)


def age_words() -> dict[str, str]:
    """What the ages of `queries.volumes.AGES` are called."""
    return {"today": _("当天"), "few": _("1–2 天"), "week": _("3–6 天"), "old": _("7 天以上")}
