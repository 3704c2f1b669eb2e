"""The company's holidays, as its staff write them down."""

import datetime as dt

from django.utils.translation import gettext as _

from acceptance.choices import DayKind
from acceptance.models import SpecialDay
from core.refusals import Refusal

LONGEST = dt.timedelta(days=15)


class BadHoliday(Refusal):
    """Days that can't be written down like that."""


def set_days(*, first: dt.date, last: dt.date, kind: str, name: str) -> int:
    """Write down some days in a row, in place of what stood there; returns how many. Raises BadHoliday."""
    if last < first or last - first >= LONGEST:
        raise BadHoliday(_("最后一天不能早于第一天，一次最多 15 天。"), field="last")
    if kind not in DayKind.values:
        raise BadHoliday(_("请选放假还是上班。"), field="kind")
    name = name.strip()[:40]
    if not name:
        raise BadHoliday(_("请写名称，例如春节。"), field="name")
    days = [first + dt.timedelta(days=at) for at in range((last - first).days + 1)]
    SpecialDay.objects.bulk_create(
        (SpecialDay(day=day, kind=kind, name=name) for day in days),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name"],
    )
    return len(days)


def drop_days(*, first: dt.date, last: dt.date) -> None:
    """Let days be like others of their weekday again."""
    SpecialDay.objects.filter(day__range=(first, last)).delete()
