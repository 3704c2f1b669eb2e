"""Drafts of a scheme: begun from another version, saved whole by several people, thrown away."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kpi.choices import SchemeStatus
from kpi.domain import schemes
from kpi.domain.schemes import SchemeRefused
from kpi.models import Indicator, Scheme

COPIED = ["code", "name", "item_class", "measure", "level", "products", "weight", "floor", "cap"]
COPIED += ["target_rate", "points_per_unit", "position"]


class DraftChanged(SchemeRefused):
    """Somebody else saved the draft since the editor opened it; `revision` is what it now is."""

    def __init__(self, message: str, revision: int) -> None:
        super().__init__(message)
        self.revision = revision


class DraftGone(SchemeRefused):
    """The draft was issued or deleted meanwhile; what was typed can only become another version."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a scheme says besides its indicators."""

    effective_on: dt.date
    business_total: Decimal
    retention_total: Decimal
    other_total: Decimal
    override_reason: str

    def put_on(self, scheme: Scheme) -> Scheme:
        for name in self.__slots__:
            setattr(scheme, name, getattr(self, name))
        return scheme

    def starting(self, day: dt.date) -> "Head":
        """The same from another day on."""
        return replace(self, effective_on=day)


def quarter_first(year: int, quarter: int) -> dt.date:
    return dt.date(year, quarter * 3 - 2, 1)


def head_of(scheme: Scheme) -> Head:
    return Head(**{name: getattr(scheme, name) for name in Head.__slots__})


def next_version(year: int, quarter: int) -> int:
    """The number the next version of a quarter's scheme gets."""
    taken = Scheme.objects.filter(year=year, quarter=quarter).values_list("version", flat=True)
    return max(taken, default=0) + 1


def begin(
    *, year: int, quarter: int, version: int, head: Head, indicators: Sequence[Indicator], by: User, now: dt.datetime
) -> Scheme:
    """A new draft; asking twice for the same version gives the one there is. Raises SchemeRefused."""
    fresh = head.put_on(Scheme(year=year, quarter=quarter, version=version, saved_at=now, saved_by=by))
    copied = [Indicator(**{name: getattr(row, name) for name in COPIED}) for row in indicators]
    schemes.validate(scheme=fresh, indicators=copied)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
            _write(fresh, copied)
    except IntegrityError:
        # A double click, or a colleague a moment earlier.
        there = Scheme.objects.filter(year=year, quarter=quarter, version=version).first()
        if there is None:
            raise
        return there
    return fresh


def save_whole(
    *, scheme: Scheme, seen: int, head: Head, indicators: Sequence[Indicator], by: User, now: dt.datetime
) -> Scheme:
    """Save a draft whole. `seen` is the revision that was edited.

    Raises DraftChanged, DraftGone, or SchemeRefused with all its faults; nothing is stored then.
    """
    with transaction.atomic():
        wanted = head.put_on(scheme)
        schemes.validate(scheme=wanted, indicators=indicators)
        saved = Scheme.objects.filter(pk=scheme.pk, status=SchemeStatus.DRAFT, revision=seen).update(
            **{name: getattr(head, name) for name in Head.__slots__}, revision=seen + 1, saved_at=now, saved_by=by
        )
        if not saved:
            _say_why(scheme)
        Indicator.objects.filter(scheme=scheme).delete()
        _write(scheme, indicators)
    scheme.refresh_from_db()
    return scheme


def _write(scheme: Scheme, indicators: Sequence[Indicator]) -> None:
    for position, indicator in enumerate(indicators, 1):
        indicator.scheme, indicator.position = scheme, position
    Indicator.objects.bulk_create(indicators)


def _say_why(scheme: Scheme) -> None:
    stored = Scheme.objects.select_related("saved_by").filter(pk=scheme.pk).first()
    if stored is None:
        raise DraftGone(_("这个草案已被删除。您填的还在，可以另存为新版本。"))
    if stored.status != SchemeStatus.DRAFT:
        raise DraftGone(_("这个方案已经下发，不能再改。您填的还在，可以另存为新版本。"))
    who = stored.saved_by.name if stored.saved_by else "—"
    raise DraftChanged(
        _("%(who)s 在您编辑时保存过。您填的还在；再保存一次就用您的，盖掉 %(who)s 的。") % {"who": who}, stored.revision
    )


@transaction.atomic
def delete(*, scheme_id: int) -> bool:
    """Throw a draft away; False when it is gone already. Raises SchemeRefused for an issued scheme."""
    gone, _rows = Scheme.objects.filter(pk=scheme_id, status=SchemeStatus.DRAFT).delete()
    if gone:
        return True
    if Scheme.objects.filter(pk=scheme_id).exists():
        raise SchemeRefused(_("方案已经下发，有月份按它算分，不能删除；请另立新版本。"))
    return False
