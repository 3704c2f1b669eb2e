"""Slips 预受理单: what may happen to one. Every step is one conditional UPDATE; a trigger writes the history."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from acceptance.domain import acceptances, comparisons, contents, transitions
from acceptance.domain.acceptances import Order, Split
from acceptance.domain.actors import Actor
from acceptance.domain.contents import Content
from acceptance.domain.transitions import Step
from acceptance.models import Acceptance, Product, Slip, SlipLine
from accounts.models import User
from core import sql
from core.formats import mask_phone
from core.periods import local_day
from core.refusals import Refusal
from customers.models import Household
from grids.models import Grid, GridCommunity, Hall
from managers.models import Posting


class UnknownPlace(Refusal):
    """Neither the household nor the manager leads to a grid and its hall."""


class ContentChanged(Refusal):
    """The same form was sent before with other content; `number` is the slip that stands, `both` compares the two."""

    def __init__(self, message: str, *, number: str, both: list[comparisons.Both]) -> None:
        super().__init__(message)
        self.number, self.both = number, both


class SentByAnother(Refusal):
    """The same form came from somebody else before; theirs is none of this person's business."""


class SimilarExists(Refusal):
    """A warning: the household asked for the same lately; `number` is that slip. Goes through when acknowledged."""

    def __init__(self, message: str, *, number: str) -> None:
        super().__init__(message)
        self.number = number


class ReasonMissing(Refusal):
    """The other side has to know why."""


class WrongHall(Refusal):
    """A slip can't go there."""


class WrongDuplicate(Refusal):
    """The slip named as the first one isn't one."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The number of a slip, and whether this very call wrote it."""

    number: str
    is_new: bool


def submit(
    *,
    client_uuid: uuid.UUID,
    content: Content,
    by: User,
    now: dt.datetime,
    acknowledged: bool = False,
    queued: bool = False,
) -> Receipt:
    """Send a slip to its hall. Sent twice it is the same slip; raises IncompleteSlip, UnknownPlace, ContentChanged,
    SentByAnother, SimilarExists (unless acknowledged). `queued`: it had waited on the phone for a line."""
    phone = _phone_on_file(client_uuid, content, by) if "*" in content.contact_phone else content.contact_phone
    contents.check(replace(content, contact_phone=phone))
    day = local_day(now)
    params = {
        "client_uuid": client_uuid,
        "staff_no": by.staff_code,
        "user": by.pk,
        "now": now,
        "day": day,
        "number_prefix": contents.number_prefix(day),
        "content_hash": content.fingerprint,
        "household_code": content.household_code,
        "typed_address": content.typed_address,
        "contact_name": content.contact_name,
        "contact_phone": phone,
        "source": str(content.source),
        "campaign_code": content.campaign_code,
        "notes": content.notes,
        "products": list(content.products),
        "similar_since": now - dt.timedelta(days=settings.SLIP_SIMILAR_DAYS),
        "acknowledged": acknowledged,
        "queued": queued,
    }
    found = sql.row_planned_once("acceptance/submit_slip", **params) or {}
    if found["written"]:
        return Receipt(found["written"], is_new=True)
    if not found["known"]:
        # Somebody else's copy of this form may have been written since our statement began.
        late = Slip.objects.filter(client_uuid=client_uuid).values("number", "content_hash").first()
        found |= {"known": late["number"], "content_hash": late["content_hash"]} if late else {}
    if found["known"]:
        return _same_slip(found["known"], found["content_hash"], content, by)
    raise _obstacle(found)


def _phone_on_file(client_uuid: uuid.UUID, content: Content, by: User) -> str:
    """The number behind its mask, which is all that a phone in the field keeps of it; the mask when it isn't there."""
    same = Slip.objects.filter(client_uuid=client_uuid, content_hash=content.fingerprint)
    homes = Household.objects.filter(code=content.household_code, branch__managers__staff_no=by.staff_code)
    # A form that came before stays the same form, whatever has become of the number since.
    for kept in (*same.values_list("contact_phone", flat=True), *homes.values_list("contact_phone", flat=True)):
        if mask_phone(kept) == content.contact_phone:
            return kept
    return content.contact_phone


def _same_slip(number: str, content_hash: str, content: Content, by: User) -> Receipt:
    slip = Slip.objects.filter(number=number, manager__staff_no=by.staff_code).first()
    if slip is None:
        raise SentByAnother(_("这张表已由别人送出。请新开一单。"))
    if content_hash == content.fingerprint:
        return Receipt(number, is_new=False)
    raise ContentChanged(
        _("这张表已经送出，单号 %(number)s，内容与现在的不同。请新开一单，或在原单上补充。") % {"number": number},
        number=number,
        both=comparisons.compare(slip, content),
    )


def _obstacle(found: dict[str, Any]) -> Refusal:
    if not found["is_manager"]:
        return UnknownPlace(_("您的工号不是客户经理，不能提交预受理单。"))
    if not found["has_place"]:
        return UnknownPlace(_("找不到这位客户，或您现在不在任何网格任职，不知道送哪个营业厅。"), field="household_code")
    if not found["are_sold"]:
        return contents.IncompleteSlip(_("选的产品里有不再销售的，请重选。"), field="products")
    number = found["similar_number"]
    return SimilarExists(
        _("这一户近 30 天已有相似的单 %(number)s。确实要再办，请确认后再送。") % {"number": number}, number=number
    )


def receive(*, slip: Slip, by: Actor, now: dt.datetime) -> None:
    """The hall has seen the slip. What was received elsewhere keeps its first receipt, and its clock."""
    _move(slip, transitions.RECEIVE, by=by, now=now, received_at=Coalesce("received_at", now))


def claim(*, slip: Slip, by: Actor, now: dt.datetime) -> None:
    """An operator takes the slip; others see whose it is."""
    if by.operator is None:
        raise transitions.NotYours(_("接单要有操作工号，您的账号没有。"))
    _move(slip, transitions.CLAIM, by=by, now=now, claimed_by=by.operator)


def release(*, slip: Slip, by: Actor, now: dt.datetime) -> None:
    """An operator lays the slip back, or the head of the hall does it for one who is away."""
    _move(slip, transitions.RELEASE, by=by, now=now, claimed_by=None)


def take(*, slip: Slip, by: Actor, now: dt.datetime) -> None:
    """Receive where that is still to be done, then claim: one key at the counter."""
    with transaction.atomic():
        if slip.state in transitions.RECEIVE.origins:
            receive(slip=slip, by=by, now=now)
        claim(slip=slip, by=by, now=now)


def accept(
    *,
    slip: Slip,
    orders: Sequence[Order],
    by: Actor,
    now: dt.datetime,
    split: Split | None = None,
    household: Household | None = None,
) -> None:
    """Key the slip into formal orders, all or none; credits its manager, or both of a split."""
    if by.operator is None:
        raise transitions.NotYours(_("正式受理要有操作工号，您的账号没有。"))
    home = slip.household or household
    if home is None:
        raise acceptances.BadOrder(_("新地址还没有客户编码，请先填客户编码。"), field="household_code")
    earliest = local_day(slip.submitted_at) if slip.submitted_at else None
    acceptances.check_orders(orders, earliest=earliest, today=local_day(now))
    try:
        with transaction.atomic():
            _move(slip, transitions.ACCEPT, by=by, now=now, accepted_at=now, claimed_by=by.operator, household=home)
            acceptances.write(
                orders,
                household=home,
                developer=slip.manager,
                split=split,
                operator=by.operator,
                slip=slip,
                channel="direct",
            )
    except IntegrityError as error:
        raise acceptances.order_taken(orders) from error


def complete(*, slips: QuerySet[Slip], now: dt.datetime, by: User | None = None) -> int:
    """The network has built what was accepted: slips whose every order is finished become 竣工; returns how many.

    Withdrawn orders aren't waited for, but one order has to stand. Done again it changes nothing. Without `by` (the
    billing system's file told it) the history goes on naming the clerk who accepted.
    """
    orders = Acceptance.objects.filter(slip=OuterRef("pk"), cancelled_on=None)
    built = Q(Exists(orders)) & ~Q(Exists(orders.filter(completed_on=None)))
    step = transitions.COMPLETE
    changes: dict[str, Any] = {"state": step.target, "state_at": now, "state_note": ""}
    if by is not None:
        changes["state_by"] = by
    return slips.filter(built, state__in=step.origins).update(**changes)


def return_to_field(*, slip: Slip, reason: str, by: Actor, now: dt.datetime) -> None:
    """Back to the manager, who must know what to add."""
    _move(slip, transitions.RETURN, by=by, now=now, note=_reason(reason), claimed_by=None)


def resubmit(
    *,
    slip: Slip,
    contact_name: str,
    contact_phone: str,
    notes: str,
    products: Sequence[str],
    by: Actor,
    now: dt.datetime,
    household: Household | None = None,
    typed_address: str = "",
) -> None:
    """The manager has added what was asked for; the hall's clock starts again.

    Another household brings its own grid and hall with it; without one the place stays, and a typed address may be
    written anew.
    """
    contents.check_contact(contact_name, contact_phone)
    contents.check_lengths({"contact_name": contact_name, "notes": notes, "typed_address": typed_address})
    known = set(Product.objects.filter(code__in=products, is_sold=True).values_list("code", flat=True))
    wanted = [code for code in dict.fromkeys(products) if code in known]
    if not wanted:
        raise contents.IncompleteSlip(_("请至少选一个产品。"), field="products")
    with transaction.atomic():
        _move(
            slip,
            transitions.RESUBMIT,
            by=by,
            now=now,
            contact_name=contact_name,
            contact_phone=contact_phone,
            notes=notes,
            received_at=None,
            **_corrected_place(slip, household, typed_address, by, local_day(now)),
        )
        slip.lines.all().delete()
        SlipLine.objects.bulk_create(
            SlipLine(slip=slip, product_id=code, position=place) for place, code in enumerate(wanted, 1)
        )


def _corrected_place(
    slip: Slip, household: Household | None, typed_address: str, by: Actor, day: dt.date
) -> dict[str, Any]:
    if household is None or household.pk == slip.household_id:
        return {"typed_address": typed_address} if typed_address and slip.household_id is None else {}
    if household.branch_id != slip.branch_id:
        raise UnknownPlace(_("这位客户不在本分公司，请新开一单。"), field="household_code")
    held = GridCommunity.objects.active_on(day).filter(community=household.community_id)
    home = Grid.objects.filter(memberships__in=held).first()
    own = Posting.objects.active_on(day).filter(manager=by.manager).values_list("grid", flat=True)
    changes: dict[str, Any] = {
        "household": household,
        "grid": home,
        "is_cross_grid": home is None or home.pk not in own,
    }
    return changes | ({"hall": home.hall_id} if home else {})


def transfer(*, slip: Slip, hall: Hall, reason: str, by: Actor, now: dt.datetime) -> None:
    """Another hall of the branch takes over."""
    if hall.pk == slip.hall_id or hall.branch_id != slip.branch_id:
        raise WrongHall(_("请选本分公司的另一个营业厅。"), field="hall")
    _move(slip, transitions.TRANSFER, by=by, now=now, note=_reason(reason), hall=hall.pk, claimed_by=None)


def close(
    *, slip: Slip, outcome: str, reason: str, by: Actor, now: dt.datetime, duplicate_of: Slip | None = None
) -> None:
    """End a slip without an order: withdraw, abandon, no_resource or duplicate (which names the first slip)."""
    if outcome not in transitions.CLOSINGS:
        raise ReasonMissing(_("请选怎样了结。"), field="outcome")
    step = transitions.STEPS[outcome]
    with transaction.atomic():
        first = None
        if outcome == "duplicate":
            transitions.check(step, slip, by)
            first = _first_of(slip, duplicate_of)
            reason = reason or first.number
        _move(slip, step, by=by, now=now, note=_reason(reason), claimed_by=None, duplicate_of=first)
        if first:  # what was a duplicate of this one leads to the same first slip
            Slip.objects.filter(duplicate_of=slip).update(duplicate_of=first)


def _first_of(slip: Slip, named: Slip | None) -> Slip:
    """The slip that stands for this one, held until the step is taken: two can't each be the other's duplicate."""
    if named is None or named.pk == slip.pk or named.branch_id != slip.branch_id:
        raise WrongDuplicate(_("请填与之重复的那一单的单号。"), field="duplicate_of")
    held = Slip.objects.select_for_update(of=("self",)).filter(pk__in=[slip.pk, named.pk]).order_by("pk")
    first = next(one for one in held.select_related("duplicate_of") if one.pk == named.pk)
    if first.duplicate_of:
        text = _("%(number)s 自己也是重复的单，请填最早的 %(first)s。")
        raise WrongDuplicate(text % {"number": first.number, "first": first.duplicate_of.number}, field="duplicate_of")
    if first.state in transitions.LOST:
        text = _("%(number)s 已经是“%(state)s”，没有人再办。不能让两单都落空。")
        values = {"number": first.number, "state": first.get_state_display()}
        raise WrongDuplicate(text % values, field="duplicate_of")
    return first


def _move(slip: Slip, step: Step, *, by: Actor, now: dt.datetime, note: str = "", **changes: Any) -> None:
    """One conditional UPDATE: whoever comes second finds the state changed and is told so."""
    transitions.check(step, slip, by)
    changes |= {"state": step.target, "state_at": now, "state_by": by.user, "state_note": note}
    free = Q(claimed_by=None) | Q(claimed_by=by.operator) if transitions.minds_holder(step, by) else Q()
    same_hall = Q(hall=slip.hall_id)
    touched = Slip.objects.filter(free, same_hall, pk=slip.pk, state__in=step.origins).update(**changes)
    slip.refresh_from_db()
    if not touched:
        transitions.check(step, slip, by)
        raise transitions.StepForbidden(_("%(number)s 刚被别人处理了，请刷新。") % {"number": slip.number})


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise ReasonMissing(_("请写明原因，对方要据此处理。"), field="reason")
    return reason[:200]
