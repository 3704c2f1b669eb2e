"""Drafts and issued schemes with the usual seven indicators, changed as a test needs."""

import datetime as dt
from decimal import Decimal
from typing import Any

from kpi.domain import drafts, issuing, schemes
from kpi.models import Indicator, Scheme
from tests.factories.accounts import UserFactory
from tests.factories.kpi import NOW, SchemeFactory


def rows_of(scheme: Scheme, **changed: dict[str, Any]) -> list[Indicator]:
    """The usual seven as unsaved rows, some fields of some changed: `A={"weight": Decimal(20)}`."""
    rows = schemes.default_indicators(scheme)
    for row in rows:
        for name, value in changed.get(row.code, {}).items():
            setattr(row, name, value)
    return rows


def extra(scheme: Scheme, code: str = "H", **fields: Any) -> Indicator:
    """One more business indicator, completion of speed-ups unless told otherwise."""
    usual = {"name": "提速", "item_class": "business", "measure": "completion", "products": ["SPEEDUP"], "position": 8}
    return Indicator(scheme=scheme, code=code, **{**usual, "weight": Decimal(5), **fields})


def draft(*, add: list[Indicator] | None = None, year: int = 2026, quarter: int = 4, **changed: Any) -> Scheme:
    """A stored draft in force from the quarter's first day."""
    scheme = SchemeFactory(
        year=year,
        quarter=quarter,
        version=drafts.next_version(year, quarter),
        effective_on=drafts.quarter_first(year, quarter),
    )
    rows = rows_of(scheme, **changed)
    for row in add or []:
        row.scheme = scheme
        rows.append(row)
    Indicator.objects.bulk_create(rows)
    return scheme


def issued(scheme: Scheme, *, now: dt.datetime = NOW) -> Scheme:
    issuing.issue(scheme=scheme, by=UserFactory(name="周敏"), now=now)
    return scheme
