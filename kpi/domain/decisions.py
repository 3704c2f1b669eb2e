"""Decisions of review meetings: some are words, some set a target of next month, some give somebody a follow-up."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.domain import follow_ups
from campaigns.models import FollowUp
from core.periods import SHANGHAI, Month, local_day
from core.refusals import Refusal
from grids.models import Branch, Grid
from kpi.choices import DecisionKind
from kpi.domain import plans, targets
from kpi.models import Decision, MeetingSnapshot
from managers.models import Posting

DUE_AT = dt.time(18)  # a follow-up of a meeting is due in the evening of its day
REASON_LENGTH, SUBJECT_LENGTH = 200, 120


class DecisionRefused(Refusal):
    """A decision lacks something, or next month's targets can no longer be set by it."""


@transaction.atomic
def record(
    *,
    branch: Branch,
    month: Month,
    text: str,
    owner: str,
    due_on: dt.date,
    now: dt.datetime,
    kind: str = DecisionKind.PLAIN,
    by: User | None = None,
    grid: Grid | None = None,
    code: str = "",
    value: Decimal | None = None,
    posting: Posting | None = None,
    snapshot: MeetingSnapshot | None = None,
) -> Decision:
    """Keep what a meeting about a month decided, who does it and until when; the same words twice are one decision.

    A target decision sets the target of the month after, a follow-up one gives `posting`'s manager work: with the
    decision or not at all. Raises DecisionRefused, SheetRefused for a target that can't be set, DueInThePast.
    """
    if due_on < local_day(now):
        raise DecisionRefused(_("期限不能早于今天。"), field="due_on")
    Branch.objects.select_for_update().get(pk=branch.pk)
    kept = {"branch": branch, "month": month.first, "kind": kind, "text": text, "owner": owner, "due_on": due_on}
    if kind == DecisionKind.TARGET:
        kept |= {"grid": grid, "code": code, "value": value}
    if kind == DecisionKind.FOLLOW_UP and posting:
        kept |= {"grid": posting.grid, "follow_up__manager": posting.manager}
    if same := Decision.objects.filter(**kept, done_on=None).first():
        return same
    kept.pop("follow_up__manager", None)
    if kind == DecisionKind.TARGET:
        _set_target(branch=branch, month=month.shift(1), grid=grid, code=code, value=value, text=text, by=by)
    if kind == DecisionKind.FOLLOW_UP:
        kept["follow_up"] = _promise(posting=posting, text=text, due_on=due_on, now=now)
    return Decision.objects.create(**kept, snapshot=snapshot, recorded_by=by)


def _set_target(
    *, branch: Branch, month: Month, grid: Grid | None, code: str, value: Decimal | None, text: str, by: User | None
) -> None:
    if grid is None or grid.branch_id != branch.pk:
        raise DecisionRefused(_("请选网格。"), field="grid")
    if not code:
        raise DecisionRefused(_("请选指标。"), field="code")
    if value is None or value <= 0:
        raise DecisionRefused(_("请写目标值，要大于 0。"), field="value")
    if plans.frozen_branches(month, {branch.pk}):
        raise DecisionRefused(
            _("%(month)s的目标已冻结，例会决定不能再改；确需改动，请到目标页写明理由。") % {"month": month},
            field="value",
        )
    reason = _("例会决定：%(text)s") % {"text": text}
    targets.set_targets(month=month, wanted=[targets.Wanted(grid, code, value)], by=by, reason=reason[:REASON_LENGTH])


def _promise(*, posting: Posting | None, text: str, due_on: dt.date, now: dt.datetime) -> FollowUp:
    if posting is None:
        raise DecisionRefused(_("请选由谁跟进。"), field="posting")
    return follow_ups.promise(
        manager=posting.manager,
        grid=posting.grid,
        subject=text[:SUBJECT_LENGTH],
        due_at=dt.datetime.combine(due_on, DUE_AT, tzinfo=SHANGHAI),
        now=now,
    )


def settle(*, decision: Decision, on: dt.date) -> None:
    """Note that a decision has been carried out; a second time changes nothing."""
    Decision.objects.filter(pk=decision.pk, done_on=None).update(done_on=on)
