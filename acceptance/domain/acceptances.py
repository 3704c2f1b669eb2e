"""Formal acceptances 正式受理, from a slip or straight at the counter."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from acceptance.domain import joins
from acceptance.domain.actors import Actor
from acceptance.models import Acceptance, Product, Slip
from core import jobs
from core.periods import Month, local_day
from core.refusals import Refusal
from customers.models import Household
from grids.models import GridCommunity
from managers.models import Manager

# Wakes the assessment, which lives above: what it has to do stands in the marks that the database left.
SCORE_TASK = "kpi.tasks.score_late_records"

_ORDER_NO = re.compile(r"[A-Za-z0-9-]{6,30}")


class BadOrder(Refusal):
    """An order can't be written as given; `field` says what is wrong, as `order_no-2` for the second order."""


class BadSplit(Refusal):
    """The two developers can't share like that."""


class NotAtCounter(Refusal):
    """Only the hall sells at the counter."""


@dataclass(frozen=True, slots=True)
class Order:
    """One formal order: the product's code, the number the billing system gave, the day."""

    product: str
    order_no: str
    accepted_on: dt.date


@dataclass(frozen=True, slots=True)
class Split:
    """Somebody shares the credit; `share` is what stays with the first developer, in per cent."""

    co_developer: Manager
    share: Decimal


def record_direct(
    *,
    household: Household,
    orders: Sequence[Order],
    by: Actor,
    now: dt.datetime,
    developer: Manager | None = None,
    split: Split | None = None,
) -> None:
    """A sale at the counter without a slip; raises NotAtCounter, BadOrder, BadSplit."""
    if not by.halls:
        raise NotAtCounter(_("厅内直接受理由营业厅来做。"))
    today = local_day(now)
    check_orders(orders, earliest=None, today=today)
    _check_recent(orders, today=today)
    try:
        with transaction.atomic():
            write(
                orders,
                household=household,
                developer=developer,
                split=split,
                operator=by.operator,
                slip=None,
                channel="own_hall",
            )
    except IntegrityError as error:
        raise order_taken(orders) from error


def check_orders(orders: Sequence[Order], *, earliest: dt.date | None, today: dt.date) -> None:
    """Raise BadOrder for the first order that can't be right."""
    if not orders:
        raise BadOrder(_("至少要有一笔正式订单。"), field="order_no-1")
    for place, order in enumerate(orders, 1):
        check_number(order.order_no, field=f"order_no-{place}")
        if order.accepted_on > today:
            raise BadOrder(_("受理日期不能在今天之后。"), field=f"accepted_on-{place}")
        if earliest and order.accepted_on < earliest:
            raise BadOrder(_("受理日期不能早于提交的那天。"), field=f"accepted_on-{place}")
    _once([order.order_no for order in orders], "order_no", _("两笔用了同一个订单号。"))
    _once([order.product for order in orders], "product", _("同一个产品只能受理一笔。"))
    known = set(Product.objects.filter(code__in=[order.product for order in orders]).values_list("code", flat=True))
    for place, order in enumerate(orders, 1):
        if order.product not in known:
            raise BadOrder(_("没有这个产品，请重选。"), field=f"product-{place}")


def check_number(order_no: str, *, field: str) -> None:
    """Raise BadOrder for a number that the billing system can't have given."""
    if not _ORDER_NO.fullmatch(order_no):
        raise BadOrder(_("订单号应为 6–30 位字母或数字。"), field=field)


def _check_recent(orders: Sequence[Order], *, today: dt.date) -> None:
    # An older day belongs to a month that is settled: a slip of the finger, and credit that nobody would get.
    earliest = Month.of(today).shift(-1).first
    for place, order in enumerate(orders, 1):
        if order.accepted_on < earliest:
            raise BadOrder(_("受理日期不能早于上月 1 日。"), field=f"accepted_on-{place}")


def _once(values: list[str], field: str, message: str) -> None:
    for place, value in enumerate(values, 1):
        if value in values[: place - 1]:
            raise BadOrder(message, field=f"{field}-{place}")


def write(
    orders: Sequence[Order],
    *,
    household: Household,
    developer: Manager | None,
    split: Split | None,
    operator: int | None,
    slip: Slip | None,
    channel: str,
) -> None:
    """Store orders with branch, grid and people as they stand on each order's day.

    An order that the billing system's file brought before is joined, not written a second time.
    """
    if split:
        _check_split(split, developer)
    credit = joins.Credit(
        developer, split.co_developer if split else None, split.share if split else Decimal(100), operator, slip
    )
    joined = joins.join({order.order_no: (order.product, order.accepted_on) for order in orders}, household, credit)
    Acceptance.objects.bulk_create(
        Acceptance(
            order_no=order.order_no,
            branch_id=household.branch_id,
            household=household,
            grid_id=_grid_on(household, order.accepted_on),
            product_id=order.product,
            channel_id=channel,
            accepted_on=order.accepted_on,
            developer=developer,
            developer_name=developer.name if developer else "",
            co_developer=split.co_developer if split else None,
            developer_share=split.share if split else Decimal(100),
            operator_id=operator,
            slip=slip,
            keyed_here=True,
        )
        for order in orders
        if order.order_no not in joined
    )
    jobs.send_on_commit(SCORE_TASK)


def _check_split(split: Split, developer: Manager | None) -> None:
    if developer is None or split.co_developer.pk == developer.pk:
        raise BadSplit(_("共同发展人要是另一位客户经理。"), field="co_developer")
    if not 0 < split.share < 100:
        raise BadSplit(_("两位发展人的份额之和要等于 100，各自都要大于 0。"), field="share")


def _grid_on(household: Household, day: dt.date) -> int | None:
    return (
        GridCommunity.objects.active_on(day)
        .filter(community=household.community_id)
        .values_list("grid_id", flat=True)
        .first()
    )


def order_taken(orders: Sequence[Order]) -> BadOrder:
    """The refusal for the order whose number is used already; read after the database said so."""
    numbers = [order.order_no for order in orders]
    taken = set(Acceptance.objects.filter(order_no__in=numbers).values_list("order_no", flat=True))
    for place, number in enumerate(numbers, 1):
        if number in taken:
            return BadOrder(_("订单号 %(number)s 已经用过。") % {"number": number}, field=f"order_no-{place}")
    return BadOrder(_("这一单的产品已经受理过，或产品不存在。"), field="product-1")
