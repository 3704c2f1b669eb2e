"""The two credits held against each other: what halls keyed in, and what the billing system's files bring."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from acceptance.choices import DifferenceKind, Owner, Settlement
from acceptance.domain.acceptances import SCORE_TASK
from acceptance.domain.clocks import office_day
from acceptance.models import Acceptance, AcceptanceQuerySet, BilledOrder, DeveloperAlias, Difference
from accounts.choices import Role
from accounts.models import User
from core import jobs, sql
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Branch, GridCommunity
from managers.models import Manager

# How a person may end a line; "matched" happens by itself.
WAYS = {
    DifferenceKind.DIFFERS: (Settlement.BILLING, Settlement.HERE),
    DifferenceKind.NOT_BILLED: (Settlement.EXPLAINED, Settlement.BILLING),
    DifferenceKind.NOT_KEYED: (Settlement.EXPLAINED,),
}


class CannotSettle(Refusal):
    """The line is settled already, not one's own, or the way isn't one of its kind's."""


class CannotName(Refusal):
    """The name doesn't mean this person, or may mean another one."""


class CannotWithdraw(Refusal):
    """What was said of a name has been withdrawn already, or the reason is missing."""


def reconcile(*, now: dt.datetime) -> tuple[int, int]:
    """Write down where halls and billing system differ; returns lines written and lines settled by themselves.

    One statement; done again it changes nothing.
    """
    today, days = local_day(now), settings.RECONCILE
    found = sql.rows(
        "acceptance/reconcile_orders",
        now=now,
        back_to=today - dt.timedelta(days=days["back"]),
        missed_until=today - dt.timedelta(days=days["missing"]),
        channels=settings.RECONCILE_CHANNELS,
        due_on=office_day(today, days["due"]),
    )[0]
    return found["written"], found["ended"]


def ways_of(line: Difference, by: User) -> tuple[Settlement, ...]:
    """How this person may end this line; nothing when it isn't theirs or has ended."""
    if line.settled_at or by.role not in (Role.BRANCH, Role.HALL_MANAGER):
        return ()
    if by.role == Role.HALL_MANAGER and line.owner != Owner.HALL:
        return ()
    return WAYS[DifferenceKind(line.kind)]


@transaction.atomic
def settle(*, line: Difference, how: str, word: str, by: User, now: dt.datetime) -> None:
    """End a line with a word. Raises CannotSettle.

    "billing" lets the billing system have it: people, household and product become its own, and an order it doesn't
    know is withdrawn on its own day. Closed months don't move: what that changes in them waits for a correction.
    """
    if line.settled_at:
        raise CannotSettle(_("这一条刚被别人处理了，请刷新。"))
    if how not in ways_of(line, by):
        raise CannotSettle(_("请选一种处理方式；属于分公司的，由分公司处理。"), field="how")
    word = word.strip()
    if not word:
        raise CannotSettle(_("请写一句怎么核实的，以后查得到。"), field="word")
    changes = {"settled_at": now, "settled_by": by, "settled_how": how, "word": word[:200]}
    if not Difference.objects.filter(pk=line.pk, settled_at=None).update(**changes):
        raise CannotSettle(_("这一条刚被别人处理了，请刷新。"))
    if how == Settlement.BILLING:
        _let_billing_have_it(line)
        jobs.send_on_commit(SCORE_TASK)


def _let_billing_have_it(line: Difference) -> None:
    order = Acceptance.objects.select_for_update(of=("self",)).select_related("household").get(pk=line.acceptance_id)
    if line.kind == DifferenceKind.NOT_BILLED:
        Acceptance.objects.filter(pk=order.pk, cancelled_on=None).update(cancelled_on=order.accepted_on)
        return
    billed = BilledOrder.objects.select_related("household", "developer").get(acceptance=order)
    try:
        with transaction.atomic():
            Acceptance.objects.filter(pk=order.pk).update(**_as_billed(billed, order))
    except IntegrityError as error:
        raise CannotSettle(_("这张预受理单的这个产品已有另一笔订单，请先核对那一笔。"), field="how") from error


def _as_billed(billed: BilledOrder, order: Acceptance) -> dict[str, Any]:
    changes: dict[str, Any] = {"product_id": billed.product_id}
    if billed.household_id != order.household_id:
        held = GridCommunity.objects.active_on(order.accepted_on).filter(community=billed.household.community_id)
        changes |= {
            "household_id": billed.household_id,
            "branch_id": billed.household.branch_id,
            "grid_id": held.values_list("grid_id", flat=True).first(),
        }
    if billed.operator_id:
        changes["operator_id"] = billed.operator_id
    developer = billed.developer or _alias_of(order.branch_id, billed.developer_name)
    if developer and developer.pk not in (order.developer_id, order.co_developer_id):
        changes |= {"developer": developer, "developer_name": developer.name}
        changes |= {"co_developer": None, "developer_share": 100}
    return changes


def _alias_of(branch: int, name: str) -> Manager | None:
    """Whom the branch's alias means; nobody once a second manager bears the name."""
    alias = DeveloperAlias.objects.filter(branch=branch, name=name, withdrawn_at=None).select_related("manager").first()
    if alias is None or Manager.objects.filter(branch=branch, name=name).count() > 1:
        return None
    return alias.manager


@transaction.atomic
def name_developer(*, branch: Branch, name: str, manager: Manager, by: User, now: dt.datetime) -> int:
    """Say whom the billing system means by a name without a number; returns how many acceptances that credits.

    Said by a person, never guessed: a name that several managers of the branch bear is refused. Raises CannotName.
    """
    if manager.branch_id != branch.pk:
        raise CannotName(_("本分公司没有这个工号的客户经理。"), field="staff_no")
    bearers = Manager.objects.filter(branch=branch, name=name).count()
    if bearers > 1:
        raise CannotName(
            _("本分公司有 %(count)s 位叫%(name)s的客户经理，不能只凭姓名归。请让计费系统补工号。")
            % {"count": bearers, "name": name},
            field="staff_no",
        )
    given = {"manager": manager, "given_by": by, "given_at": now}
    _alias, is_new = DeveloperAlias.objects.get_or_create(branch=branch, name=name, withdrawn_at=None, defaults=given)
    if not is_new:
        raise CannotName(_("%(name)s已经有人确认过。") % {"name": name}, field="staff_no")
    credited = nameless(branch).filter(developer_name=name).update(developer=manager)
    jobs.send_on_commit(SCORE_TASK)
    return credited


def withdraw_name(*, alias: DeveloperAlias, reason: str, by: User, now: dt.datetime) -> None:
    """Take back what was said of a name, with the reason; raises CannotWithdraw.

    From now on the name credits nobody, and somebody else can be named. What it credited before stays: which orders
    owe their developer to the name can't be told from those with a number, so the next file of a day decides.
    """
    if not reason.strip():
        raise CannotWithdraw(_("请写为什么撤回，以后查得到。"))
    given = DeveloperAlias.objects.filter(pk=alias.pk, withdrawn_at=None)
    if not given.update(withdrawn_at=now, withdrawn_by=by, withdrawn_reason=reason.strip()[:200]):
        raise CannotWithdraw(_("%(name)s的确认刚才已经撤回。") % {"name": alias.name})


def nameless(branch: Branch) -> AcceptanceQuerySet:
    """The branch's acceptances for which the file gives a developer's name without a number."""
    return Acceptance.objects.filter(branch=branch, developer=None, keyed_here=False).exclude(developer_name="")
