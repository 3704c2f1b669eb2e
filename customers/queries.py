"""Finding households by what people say: an address, a phone number, a name, pinyin initials, a code; and what is
still open with them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from accounts.scope import Scope
from core import pinyin
from customers.domain.cases import may_close
from customers.models import Case, Household, Subscription

SHORTEST = 2
TELLING = 5


def found(scope: Scope, text: str) -> QuerySet[Household]:
    """Households of the scope that match every word; nothing for fewer than two characters."""
    words = text.split()
    if len("".join(words)) < SHORTEST:
        return Household.objects.none()
    households = Household.objects.within(scope)
    for word in words:
        households = households.filter(_matches(word))
    open_lines = Prefetch("subscriptions", Subscription.objects.filter(closed_on=None).order_by("opened_on"), "lines")
    return households.select_related("community__street").prefetch_related(open_lines).order_by("address", "pk")


def _matches(word: str) -> Q:
    if word.isascii() and word.isalpha():
        return Q(search_key__contains=word.lower()) | Q(code__iexact=word)
    here = Q(address__contains=word) | Q(contact_name__contains=word) | Q(code__iexact=word)
    digits = word.replace("-", "")
    if digits.isdigit():
        here |= Q(contact_phone__contains=digits)
    # An address written without its spaces is found by its key; of fewer letters too much would be.
    key = word.lower() if word.isascii() else pinyin.initials(word) if len(word) >= TELLING else ""
    return here | Q(search_key__contains=key) if key else here


@dataclass(frozen=True, slots=True)
class Matter:
    """A case as a page shows it: days since it was opened (while it is), and whether it should have been over."""

    case: Case
    days: int
    is_late: bool
    may_close: bool


def matters(cases: Iterable[Case], *, on: dt.date, role: str = "") -> list[Matter]:
    """Cases with what a day and a role make of them; open ones first, late ones before the others, oldest first."""
    shown = [_matter(case, on, role) for case in cases]
    return sorted(shown, key=lambda m: (m.case.closed_on is not None, not m.is_late, m.case.opened_on))


def _matter(case: Case, on: dt.date, role: str) -> Matter:
    days = (on - case.opened_on).days
    is_late = case.closed_on is None and days > settings.CASE_DAYS[case.kind]
    return Matter(case, days, is_late, may_close(case, role))
