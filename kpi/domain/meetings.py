"""Snapshots of review meetings: what was on the slides stays what it was."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch
from kpi.models import BranchMonth, MeetingSnapshot


class SnapshotRefused(Refusal):
    """There is nothing to take a snapshot of, or it has just changed."""


@transaction.atomic
def take(
    *, branch: Branch, month: Month, run_id: int | None, figures: Mapping[str, Any], by: User, now: dt.datetime
) -> MeetingSnapshot:
    """Keep the figures of a meeting under the next number; the same figures again find the newest one.

    `run_id` is the run that the figures were read from. Raises SnapshotRefused when the month shows another one by
    now, or none.
    """
    held = BranchMonth.objects.select_for_update().filter(branch=branch, month=month.first).first()
    if held is None or held.current_run_id is None:
        raise SnapshotRefused(_("这个月还没有成绩，没有可定格的。"))
    if held.current_run_id != run_id:
        raise SnapshotRefused(_("刚刚有一次重算完成，请看过新的成绩再定格。"))
    # As the database gives them back.
    kept = json.loads(json.dumps(figures))
    newest = MeetingSnapshot.objects.filter(branch=branch, month=month.first).order_by("-number").first()
    if newest and newest.run_id == run_id and newest.figures == kept:
        return newest
    return MeetingSnapshot.objects.create(
        branch=branch,
        month=month.first,
        number=newest.number + 1 if newest else 1,
        run_id=held.current_run_id,
        taken_at=now,
        taken_by=by,
        figures=kept,
    )
