"""Follow-ups: what a manager has promised to do by a time. Work for a person, not a background job."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.models import FollowUp
from core.refusals import Refusal
from customers.models import Household
from grids.models import Grid
from managers.models import Manager


class DueInThePast(Refusal):
    """A promise can't be due before it is made."""


@transaction.atomic
def promise(
    *,
    manager: Manager,
    grid: Grid,
    subject: str,
    due_at: dt.datetime,
    now: dt.datetime,
    household: Household | None = None,
) -> FollowUp:
    """Note something to do; raises DueInThePast."""
    if due_at <= now:
        raise DueInThePast(_("期限要晚于现在。"), field="due_at")
    return FollowUp.objects.create(manager=manager, grid=grid, subject=subject, due_at=due_at, household=household)


def finish(*, follow_up: FollowUp, now: dt.datetime) -> bool:
    """Tick it off; False when somebody already had (the first moment stays)."""
    return FollowUp.objects.filter(pk=follow_up.pk, done_at=None).update(done_at=now) == 1


def reopen(*, follow_up: FollowUp) -> bool:
    """Take a tick back; False when it was open anyway."""
    return FollowUp.objects.filter(pk=follow_up.pk, done_at__isnull=False).update(done_at=None) == 1
