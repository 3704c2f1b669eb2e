"""The two catalogues of channels and the way from one to the other: each row dated, by a document."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from acceptance.choices import Catalogue, ChannelTier
from acceptance.models import Channel, ChannelMapping, ChannelPlace
from core.refusals import Refusal

TIERS = {
    Catalogue.CURRENT: (ChannelTier.OWN, ChannelTier.SOCIAL),
    Catalogue.TARGET: (ChannelTier.CORE, ChannelTier.SUPPLEMENT),
}


class CannotChange(Refusal):
    """A change of the catalogues that would rewrite the past, meets a later one, or leaves a channel nowhere."""


@transaction.atomic
def put(
    *, channel: Channel, catalogue: str, tier: str, name: str, on: dt.date, document: str, today: dt.date
) -> ChannelPlace:
    """Give a channel a place in a catalogue from a day on, in place of the one it had; raises CannotChange."""
    _check_day(on, today)
    _check_document(document)
    if catalogue not in TIERS or tier not in TIERS[Catalogue(catalogue)]:
        raise CannotChange(_("现状目录分自有和社会渠道，规划目录分核心和补充渠道。"), field="tier")
    if not name.strip():
        raise CannotChange(_("请写目录中的名称。"), field="name")
    _hold(channel)
    _close(ChannelPlace.objects.filter(channel=channel, catalogue=catalogue), on)
    return ChannelPlace.objects.create(
        channel=channel,
        catalogue=catalogue,
        tier=tier,
        name=name.strip()[:40],
        valid_from=on,
        document=document.strip()[:120],
    )


@transaction.atomic
def take_out(*, channel: Channel, catalogue: str, on: dt.date, today: dt.date) -> None:
    """Let a channel leave a catalogue from a day on; mappings that name it end as well. Raises CannotChange."""
    _check_day(on, today)
    _hold(channel)
    places = ChannelPlace.objects.filter(channel=channel, catalogue=catalogue)
    if not places.active_on(on).exists():
        raise CannotChange(_("这一天它不在这个目录里。"), field="channel")
    _close(places, on)
    _close(ChannelMapping.objects.filter(**{"source" if catalogue == Catalogue.CURRENT else "target": channel}), on)


@transaction.atomic
def map_to(*, source: Channel, target: Channel, on: dt.date, document: str, today: dt.date) -> ChannelMapping:
    """Say which channel of the plan takes over from one of today's, from a day on; raises CannotChange."""
    _check_day(on, today)
    _check_document(document)
    _hold(source, target)
    for channel, catalogue, field in ((source, Catalogue.CURRENT, "source"), (target, Catalogue.TARGET, "target")):
        if not ChannelPlace.objects.active_on(on).filter(channel=channel, catalogue=catalogue).exists():
            raise CannotChange(
                _("%(day)s 时%(channel)s不在%(catalogue)s目录里。")
                % {"day": on, "channel": channel.name, "catalogue": catalogue.label},
                field=field,
            )
    _close(ChannelMapping.objects.filter(source=source), on)
    return ChannelMapping.objects.create(source=source, target=target, valid_from=on, document=document.strip()[:120])


def _check_day(on: dt.date, today: dt.date) -> None:
    # Tables of past months are read as the catalogues stood then: what was shown never changes.
    if on < today:
        raise CannotChange(_("生效日期不能早于今天：以前月份的报表不改。"), field="on")


def _check_document(document: str) -> None:
    if not document.strip():
        raise CannotChange(_("请写依据的文件。"), field="document")


def _hold(*channels: Channel) -> None:
    # What two people change at once, or one by a double click, follows on each other; sales of the channel don't wait.
    held = Channel.objects.select_for_update(no_key=True).filter(pk__in=[channel.pk for channel in channels])
    list(held.order_by("pk"))


def _close(rows: QuerySet[Any], on: dt.date) -> None:
    """End what holds on a day; a row of that same day gives way, one that begins later is in the way."""
    if rows.filter(valid_from__gt=on).exists():
        raise CannotChange(_("已经有更晚生效的一条，请写比它更晚的日期。"), field="on")
    rows.filter(valid_from=on).delete()
    rows.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lt=on).update(valid_to=on)
