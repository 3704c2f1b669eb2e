"""Digests of late slips that leave the application: counts and a link, nobody's name. First a row, then a message."""

import datetime as dt

import apprise
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from acceptance.choices import CARRIERS, DispatchState
from acceptance.models import Dispatch, LateNotice, NoticeTarget
from core.periods import local_day

PAUSE = dt.timedelta(hours=1)  # between two digests to the same target
TRIES = 5
FIRST_WAIT = dt.timedelta(minutes=5)  # after the first failure; doubled with each further one
# Longer than any sending takes: whoever began it is gone, and nobody knows whether the message went out.
LOST_AFTER = dt.timedelta(minutes=15)


def write_down(*, now: dt.datetime) -> int:
    """Note what today's notices have to tell outside; returns the digests written.

    Nothing while PUBLIC_URL is unset. A target hears of new counts at most once an hour, and of the same ones once.
    """
    if not settings.PUBLIC_URL:
        return 0
    today, written = local_day(now), 0
    for target in NoticeTarget.objects.filter(is_active=True):
        notice = LateNotice.objects.filter(branch=target.branch_id, hall=target.hall_id, day=today).first()
        if notice is None:
            continue
        told = Dispatch.objects.filter(target=target, due_at__gt=now - PAUSE)
        if told.exclude(state=DispatchState.FAILED).exists():
            continue
        row = {"target": target, "day": today, "late": notice.late, "raised": notice.raised}
        _row, is_new = Dispatch.objects.get_or_create(**row, defaults={"due_at": now})
        written += is_new
    return written


def send_due(*, now: dt.datetime) -> int:
    """Send what waits; returns how many went out.

    Whoever changes a row from waiting to sending sends it, so two workers never send the same one. What was being sent
    when its worker died may have gone out and is not sent again.
    """
    sending = Dispatch.objects.filter(state=DispatchState.SENDING)
    sending.filter(begun_at__lt=now - LOST_AFTER).update(state=DispatchState.UNKNOWN)
    sent = 0
    for row in Dispatch.objects.filter(state=DispatchState.WAITING, due_at__lte=now).select_related(
        "target__branch", "target__hall"
    ):
        mine = Dispatch.objects.filter(pk=row.pk, state=DispatchState.WAITING)
        if not mine.update(state=DispatchState.SENDING, attempts=F("attempts") + 1, begun_at=now):
            continue
        went = _deliver(row)
        _note(row, went, now)
        sent += went
    return sent


def _deliver(row: Dispatch) -> bool:
    if row.target.carrier not in CARRIERS:
        return False
    # It becomes the name of the HTTP client, which holds no Chinese.
    asset = apprise.AppriseAsset(app_id="gridmarketing", app_desc="", app_url=settings.PUBLIC_URL)
    carrier = apprise.Apprise(asset=asset)
    title, body = words(row)
    return bool(carrier.add(row.target.address) and carrier.notify(title=title, body=body))


def _note(row: Dispatch, went: bool, now: dt.datetime) -> None:
    mine = Dispatch.objects.filter(pk=row.pk, state=DispatchState.SENDING)
    if went:
        mine.update(state=DispatchState.SENT, sent_at=now)
    elif row.attempts + 1 >= TRIES:
        mine.update(state=DispatchState.FAILED)
    else:
        mine.update(state=DispatchState.WAITING, due_at=now + FIRST_WAIT * 2**row.attempts)


def words(row: Dispatch) -> tuple[str, str]:
    """Title and text of a digest: a place, counts and a link."""
    place = row.target.hall.name if row.target.hall else row.target.branch.name
    text = _("%(place)s %(day)s 有 %(late)s 单预受理超时，其中一直没办、再报分公司的 %(raised)s 单。")
    told = text % {"place": place, "day": row.day.isoformat(), "late": row.late, "raised": row.raised}
    link = f"{settings.PUBLIC_URL.rstrip('/')}{settings.NOTICE_PATH}"
    return _("预受理单超时通报"), f"{told}\n{link}"
