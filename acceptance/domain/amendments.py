"""Putting right at the counter what was keyed in wrong, as long as the billing system hasn't brought the order.

An accepted slip has no way back; its orders have. Number and product are corrected in place, since the order never was
another one. An order that shouldn't stand is withdrawn on the day this is said, so no earlier month moves.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from acceptance.choices import AmendmentKind
from acceptance.domain.acceptances import SCORE_TASK, check_number
from acceptance.domain.actors import Actor
from acceptance.models import Acceptance, OrderAmendment, Product
from core import jobs
from core.formats import full_day
from core.periods import Month, local_day
from core.refusals import Refusal


class CannotAmend(Refusal):
    """The order is no longer for the counter to put right, or not for this person, or not like that."""


def correct(*, order: Acceptance, order_no: str, product: str, reason: str, by: Actor, now: dt.datetime) -> None:
    """Put a mistyped order number or product right, with the reason. Raises CannotAmend, BadOrder.

    Said again by the same person it changes nothing. The grid, the day and the people stay.
    """
    order_no, reason = order_no.replace(" ", ""), _reason(reason)
    check_number(order_no, field="order_no")
    with transaction.atomic():
        held = _held(order)
        if (held.order_no, held.product_id) == (order_no, product):
            if _said_before(held, AmendmentKind.CORRECTED, reason, by):
                return
            raise CannotAmend(_("和现在的一样，没有要改的。"), field="order_no")
        check(order=held, by=by, now=now)
        if product != held.product_id:
            _check_product(held, product, now)
        _write(held, AmendmentKind.CORRECTED, reason, by, now)
        try:
            with transaction.atomic():
                Acceptance.objects.filter(pk=held.pk).update(order_no=order_no, product=product)
        except IntegrityError as error:
            raise _taken(held, order_no) from error
    if product != held.product_id:
        jobs.send_on_commit(SCORE_TASK)


def withdraw(*, order: Acceptance, reason: str, by: Actor, now: dt.datetime) -> None:
    """End an order that shouldn't stand, today, with the reason. Raises CannotAmend.

    It counts against the month of today: one accepted in the same month nets to nothing, an earlier month stays. Said
    again by the same person it changes nothing.
    """
    reason = _reason(reason)
    with transaction.atomic():
        held = _held(order)
        if held.cancelled_on and _said_before(held, AmendmentKind.WITHDRAWN, reason, by):
            return
        check(order=held, by=by, now=now)
        _write(held, AmendmentKind.WITHDRAWN, reason, by, now)
        Acceptance.objects.filter(pk=held.pk).update(cancelled_on=local_day(now))
    jobs.send_on_commit(SCORE_TASK)


def check(*, order: Acceptance, by: Actor, now: dt.datetime) -> None:
    """Raise CannotAmend, in words, when this order can't be put right at the counter, or not by this person."""
    if not order.keyed_here:
        raise CannotAmend(_("这笔订单是计费系统的文件带来的，请在计费系统改，日文件会带过来。"))
    if order.cancelled_on:
        raise CannotAmend(_("这笔订单 %(day)s 已经退订。") % {"day": full_day(order.cancelled_on)})
    if hasattr(order, "billed"):
        raise CannotAmend(
            _("计费系统已经有这笔订单，以它为准：不一致的在对账里处理，退订在计费系统办，日文件会带过来。")
        )
    if order.completed_on:
        raise CannotAmend(_("这笔订单已经竣工，请在计费系统办理。"))
    _check_person(order, by, now)


def amendable(orders: Iterable[Acceptance], *, by: Actor, now: dt.datetime) -> set[int]:
    """Which of these orders this person may put right now, for the buttons of a page."""
    return {order.pk for order in orders if _may_amend(order, by, now)}


def _may_amend(order: Acceptance, by: Actor, now: dt.datetime) -> bool:
    try:
        check(order=order, by=by, now=now)
    except CannotAmend:
        return False
    return True


def _check_person(order: Acceptance, by: Actor, now: dt.datetime) -> None:
    if by.leads and hall_of(order) in by.halls:
        return
    if not _keyed_by(order, by):
        raise CannotAmend(_("请录入的营业员或本厅的营业厅经理来改。"))
    if local_day(order.recorded_at) != local_day(now):
        # Without an operator no hall has the order, so nobody leads the one that could put it right.
        if not order.operator_id:
            raise CannotAmend(_("录入的当天才能自己改，过后等对账列出来再核实。"))
        raise CannotAmend(_("录入的当天才能自己改，过后请营业厅经理来改。"))


def hall_of(order: Acceptance) -> int | None:
    """The hall that keyed the order in: its operator's, else its slip's."""
    if order.operator:
        return order.operator.hall_id
    return order.slip.hall_id if order.slip else None


def _held(order: Acceptance) -> Acceptance:
    """The order as it stands now, kept from everybody else until the end of the transaction."""
    held = Acceptance.objects.select_for_update(of=("self",)).select_related("operator", "slip", "billed")
    return held.get(pk=order.pk)


def _keyed_by(order: Acceptance, by: Actor) -> bool:
    if order.operator_id:
        return order.operator_id == by.operator
    # Somebody on hall duty without an operator number sells at the counter in their own name.
    return order.slip_id is None and order.developer_id is not None and order.developer_id == by.manager


def _check_product(order: Acceptance, product: str, now: dt.datetime) -> None:
    if order.accepted_on < Month.of(local_day(now)).first:
        raise CannotAmend(_("以前月份受理的不能换产品：请退订这笔，再按对的产品重新登记。"), field="product")
    if not Product.objects.filter(code=product, is_sold=True).exists():
        raise CannotAmend(_("没有这个产品，请重选。"), field="product")


def _taken(order: Acceptance, order_no: str) -> CannotAmend:
    if Acceptance.objects.filter(order_no=order_no).exclude(pk=order.pk).exists():
        text = _("订单号 %(number)s 已经用过。是同一笔的话，请退订这笔，用那一笔。")
        return CannotAmend(text % {"number": order_no}, field="order_no")
    return CannotAmend(_("这张预受理单的这个产品已有另一笔订单，请先核对那一笔。"), field="product")


def _write(order: Acceptance, kind: AmendmentKind, reason: str, by: Actor, now: dt.datetime) -> None:
    OrderAmendment.objects.create(
        acceptance=order,
        kind=kind,
        former_no=order.order_no,
        former_product_id=order.product_id,
        reason=reason,
        by_id=by.user,
        at=now,
    )


def _said_before(order: Acceptance, kind: AmendmentKind, reason: str, by: Actor) -> bool:
    last = order.amendments.last()
    return last is not None and (last.kind, last.reason, last.by_id) == (kind, reason, by.user)


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise CannotAmend(_("请写明原因，以后查得到。"), field="reason")
    return reason[:200]
