"""Claims change hands: at the end of a shift, for somebody who is away, or because one was left lying."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from acceptance.choices import SlipState
from acceptance.domain.actors import Actor
from acceptance.domain.clocks import Hours, is_stale
from acceptance.models import Handover, Slip
from accounts.choices import Role
from accounts.models import User
from core.refusals import Refusal
from managers.models import Operator


class CannotHandOver(Refusal):
    """These slips can't go from this person to that one."""


def colleagues(giver: Operator) -> QuerySet[Operator]:
    """Who can go on with somebody's slips: the others of the hall who can log in."""
    staff = User.objects.filter(role__in=[Role.HALL_CLERK, Role.HALL_MANAGER], is_active=True)
    return Operator.objects.filter(hall=giver.hall_id, operator_no__in=staff.values("staff_code")).exclude(pk=giver.pk)


def hand_over(
    *, numbers: Sequence[str], giver: Operator, receiver: Operator | None, note: str, by: Actor, now: dt.datetime
) -> int:
    """Pass claimed slips on to a colleague, or back to the queue without one; returns how many.

    One's own, or anybody's of the hall for who leads it. Clocks go on, the history names both. Raises CannotHandOver.
    """
    if giver.hall_id not in by.halls or not (by.leads or giver.pk == by.operator):
        raise CannotHandOver(_("只能交出自己手里的单；替别人交，要营业厅经理。"))
    if receiver is not None and not colleagues(giver).filter(pk=receiver.pk).exists():
        raise CannotHandOver(_("请选本厅另一位能登录的营业员。"), field="receiver")
    note = note.strip()[:200]
    if not note:
        raise CannotHandOver(_("请写一句说明，接手的人要知道办到哪了。"), field="note")
    with transaction.atomic():
        held = Slip.objects.filter(number__in=numbers, claimed_by=giver, state=SlipState.WORKING, hall__in=by.halls)
        moved = held.update(
            claimed_by=receiver,
            state=SlipState.WORKING if receiver else SlipState.RECEIVED,
            state_at=now,
            state_by=by.user,
            state_note=note,
        )
        if not moved:
            raise CannotHandOver(_("请至少选一单；选的单也许刚被处理了。"), field="slips")
        if receiver:
            Handover.objects.create(
                hall_id=giver.hall_id, giver=giver, receiver=receiver, slips=moved, note=note, by_id=by.user, at=now
            )
    return moved


def see(*, by: Actor, now: dt.datetime) -> None:
    """Who was handed slips has read the notes."""
    Handover.objects.unseen_by(by.operator).update(seen_at=now)


def take_over(*, slip: Slip, by: Actor, now: dt.datetime, hours: Hours) -> None:
    """Go on with a slip that a colleague claimed and left lying. Raises CannotHandOver."""
    if by.operator is None or slip.hall_id not in by.halls:
        raise CannotHandOver(_("接手要有本厅的操作工号。"))
    holder = slip.claimed_by
    if slip.state != SlipState.WORKING or holder is None or holder.pk == by.operator:
        raise CannotHandOver(_("%(number)s 现在没有别人占着。") % {"number": slip.number})
    if not (by.leads or is_stale(slip.state_at, now, hours)):
        raise CannotHandOver(_("%(name)s刚接的单，先问一声；久未办的才能接手。") % {"name": holder.name})
    held = Slip.objects.filter(pk=slip.pk, state=SlipState.WORKING, claimed_by=holder, state_at=slip.state_at)
    note = _("%(name)s久未办，接手") % {"name": holder.name}
    if not held.update(claimed_by=by.operator, state_at=now, state_by=by.user, state_note=note):
        raise CannotHandOver(_("%(number)s 刚被别人处理了，请刷新。") % {"number": slip.number})
