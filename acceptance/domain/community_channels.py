"""Community channels 社区渠道: who they are, and their permissions, opened one step after the other."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from acceptance.choices import PermissionStep
from acceptance.models import ChannelPermission, CommunityChannel
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Community

STEPS = list(PermissionStep)


class CannotRegister(Refusal):
    """What was written of a community channel can't be."""


class CannotOpen(Refusal):
    """The step before isn't open, this one is already, or policy or day are missing."""


class CannotWithdraw(Refusal):
    """The step isn't open, or reason or day are missing."""


class CannotEnd(Refusal):
    """The channel has ended already, or reason or day are missing."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a channel; `kind` is a CommunityChannelKind."""

    name: str
    kind: str
    community: Community
    address: str
    contact_name: str
    contact_phone: str


def register(*, details: Details, since: dt.date, by: User, now: dt.datetime) -> CommunityChannel:
    """Write down a new channel, without any permission; raises CannotRegister."""
    if since > local_day(now):
        raise CannotRegister(_("合作起始不能晚于今天。"), field="since")
    channel = CommunityChannel(**_fields(details), since=since, changed_by=by, changed_at=now)
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError as error:
        raise _name_taken() from error
    return channel


def amend(*, channel: CommunityChannel, details: Details, by: User, now: dt.datetime) -> None:
    """Correct what is known of a channel; raises CannotRegister. Its days and permissions stay."""
    found = CommunityChannel.objects.filter(pk=channel.pk, ended_on=None)
    try:
        with transaction.atomic():
            is_open = found.update(**_fields(details), changed_by=by, changed_at=now)
    except IntegrityError as error:
        raise _name_taken() from error
    if not is_open:
        raise CannotRegister(_("合作已经终止，不能再改。"))


def _fields(details: Details) -> dict[str, object]:
    if not details.name.strip():
        raise CannotRegister(_("请写名称。"), field="name")
    return {
        "name": details.name.strip(),
        "kind": details.kind,
        "community": details.community,
        "address": details.address.strip(),
        "contact_name": details.contact_name.strip(),
        "contact_phone": details.contact_phone.strip(),
    }


def _name_taken() -> CannotRegister:
    return CannotRegister(_("这个社区已经有同名的社区渠道。"), field="name")


def next_step(channel: CommunityChannel) -> PermissionStep | None:
    """The step that can be opened next; None when all are open or the channel has ended."""
    if channel.ended_on:
        return None
    held = {permission.step for permission in channel.permissions.all() if permission.withdrawn_on is None}
    return next((step for step in STEPS if step not in held), None)


@transaction.atomic
def open_step(
    *, channel: CommunityChannel, step: str, policy: str, on: dt.date, by: User, now: dt.datetime
) -> ChannelPermission:
    """Open one step from a day on, by a policy document; raises CannotOpen. A step is never skipped."""
    known = _locked(channel)
    if step not in STEPS:
        raise CannotOpen(_("没有这样的权限。"), field="step")
    if known.ended_on:
        raise CannotOpen(_("合作已经终止，不能再开通。"), field="step")
    wanted, held = PermissionStep(step), _open_of(known)
    if step in held:
        raise CannotOpen(_("%(step)s已经开通。") % {"step": wanted.label}, field="step")
    before = STEPS[: STEPS.index(wanted)]
    missing = next((one for one in before if one not in held), None)
    if missing:
        raise CannotOpen(
            _("权限逐步放开：先开通%(before)s，再开通%(step)s。") % {"before": missing.label, "step": wanted.label},
            field="step",
        )
    _check_day(known, held, before, on, local_day(now))
    if not policy.strip():
        raise CannotOpen(_("请写依据的政策文件。"), field="policy")
    try:
        with transaction.atomic():
            return ChannelPermission.objects.create(
                channel=known, step=step, policy=policy.strip()[:120], opened_on=on, opened_by=by, opened_at=now
            )
    except IntegrityError as error:
        raise CannotOpen(_("这一天%(step)s还开通着，请写更晚的日期。") % {"step": wanted.label}, field="on") from error


def _check_day(
    channel: CommunityChannel,
    held: dict[str, ChannelPermission],
    before: list[PermissionStep],
    on: dt.date,
    today: dt.date,
) -> None:
    earliest = held[before[-1]].opened_on if before else channel.since
    if on > today:
        raise CannotOpen(_("开通日期不能晚于今天。"), field="on")
    if on < earliest:
        what = before[-1].label if before else _("合作")
        raise CannotOpen(_("%(what)s从 %(day)s 起，开通日期不能更早。") % {"what": what, "day": earliest}, field="on")


@transaction.atomic
def withdraw(
    *, channel: CommunityChannel, step: str, reason: str, on: dt.date, by: User, now: dt.datetime
) -> list[PermissionStep]:
    """Take a step back from a day on, and with it those that rest on it; returns the steps. Raises CannotWithdraw."""
    known = _locked(channel)
    held = _open_of(known)
    if step not in held:
        raise CannotWithdraw(_("这一项没有开通，不用撤回。"), field="step")
    if not reason.strip():
        raise CannotWithdraw(_("请写撤回的理由。"), field="reason")
    taken = [one for one in STEPS[STEPS.index(PermissionStep(step)) :] if one in held]
    earliest = max(held[one].opened_on for one in taken)
    if not earliest <= on <= local_day(now):
        raise CannotWithdraw(_("撤回日期要在 %(day)s 和今天之间。") % {"day": earliest}, field="on")
    _end_all([held[one] for one in taken], reason, on, by)
    return taken


@transaction.atomic
def end(*, channel: CommunityChannel, reason: str, on: dt.date, by: User, now: dt.datetime) -> None:
    """End the work with a channel from a day on; what is open is withdrawn with it. Raises CannotEnd."""
    known = _locked(channel)
    if known.ended_on:
        raise CannotEnd(_("合作已经终止。"))
    if not reason.strip():
        raise CannotEnd(_("请写终止的理由。"), field="reason")
    held = list(_open_of(known).values())
    used = [day for one in known.permissions.all() for day in (one.opened_on, one.withdrawn_on) if day]
    earliest = max([known.since + dt.timedelta(days=1), *used])
    if not earliest <= on <= local_day(now):
        raise CannotEnd(_("终止日期要在 %(day)s 和今天之间。") % {"day": earliest}, field="on")
    _end_all(held, reason, on, by)
    CommunityChannel.objects.filter(pk=known.pk).update(
        ended_on=on, ended_reason=reason.strip()[:200], changed_by=by, changed_at=now
    )


def _locked(channel: CommunityChannel) -> CommunityChannel:
    return CommunityChannel.objects.select_for_update().get(pk=channel.pk)


def _open_of(channel: CommunityChannel) -> dict[str, ChannelPermission]:
    return {one.step: one for one in channel.permissions.filter(withdrawn_on=None)}


def _end_all(permissions: list[ChannelPermission], reason: str, on: dt.date, by: User) -> None:
    # One statement: in between, a step would rest on nothing.
    ChannelPermission.objects.filter(pk__in=[one.pk for one in permissions], withdrawn_on=None).update(
        withdrawn_on=on, withdrawn_by=by, withdrawn_reason=reason.strip()[:200]
    )
