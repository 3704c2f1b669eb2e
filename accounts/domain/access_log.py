"""The log of looks at personal data, and the quota that bounds them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessLog, User
from core.periods import day_start, local_day
from core.refusals import Refusal


class ReasonMissing(Refusal):
    """Nobody looks at personal data without saying why."""


class QuotaUsedUp(Refusal):
    """The person has looked often enough for one day."""


def record(*, user: User, action: str, subject: str, reason: str = "") -> AccessLog:
    """Add a line; the database lets nobody change or delete it."""
    return AccessLog.objects.create(user=user, action=action, subject=subject[:80], reason=reason[:200])


@transaction.atomic
def record_within_quota(
    *, user: User, action: str, subject: str, reason: str, quota: int, now: dt.datetime
) -> AccessLog:
    """Add a line with a reason, at most `quota` of this action a day; raises ReasonMissing or QuotaUsedUp."""
    if len(reason.strip()) < 2:
        raise ReasonMissing(_("请写明查看的理由，例如“约上门时间”。"), field="reason")
    # Two tabs at once must not share the last look of the day.
    User.objects.select_for_update().get(pk=user.pk)
    today = day_start(local_day(now))
    if AccessLog.objects.filter(user=user, action=action, at__gte=today).count() >= quota:
        raise QuotaUsedUp(_("今天已查看 %(quota)s 次，到了上限。确有需要请联系分公司。") % {"quota": quota})
    return record(user=user, action=action, subject=subject, reason=reason.strip())
