"""What the search box finds: slips, households, people and grids of one's own scope."""

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db.models import Case, IntegerField, Q, Value, When

from acceptance.choices import OPEN_STATES
from acceptance.models import Slip
from acceptance.queries.slips import Row
from accounts.scope import Scope
from core import pinyin
from customers.models import Household
from grids.models import Grid
from managers.models import Manager

SHORTEST, EACH = 2, 10
# A word of fewer letters has no trigram of its own, so it can be looked up only from an end of the text.
_TRIGRAM = 3
# Fewer initials than these say too little about an address written without its spaces.
_TELLING = 5
# The end of a slip's number, as people say it at the counter.
_TAIL = 4


@dataclass(frozen=True, slots=True)
class Found:
    slips: list[Row]
    households: list[Household]
    managers: list[Manager]
    grids: list[Grid]

    @property
    def total(self) -> int:
        return len(self.slips) + len(self.households) + len(self.managers) + len(self.grids)


NOTHING = Found([], [], [], [])


def search(text: str, scope: Scope, on: dt.date) -> Found:
    """At most ten of each kind, those named exactly first. Four queries; none for a single letter."""
    if len(text) < SHORTEST:
        return NOTHING
    return Found(
        slips=_slips(text.upper(), scope),
        households=households(text, scope),
        managers=_managers(text, scope),
        grids=_grids(text, scope, on),
    )


def households(text: str, scope: Scope) -> list[Household]:
    """At most ten households of the scope, those named exactly first. One query.

    Every condition is one the trigram index answers among two million rows: LIKE, never ILIKE, and short words
    only at an end.
    """
    homes = Household.objects.within(scope).select_related("community")
    named = Q(code=text.upper()) | Q(contact_phone=text) | Q(contact_name=text) | Q(address=text)
    words = text.split()
    near = not (scope.everything or scope.branches or scope.sub_bureaus)
    alike = reduce(and_, (_alike(word, inside=near or len(words) > 1) for word in words))
    found = homes.filter(named)[:EACH].union(homes.filter(alike)[: 2 * EACH], all=True)
    return list({home.pk: home for home in found}.values())[:EACH]


def _alike(word: str, *, inside: bool) -> Q:
    """`inside` allows a short word anywhere: few rows are left to look through, or another word narrows them."""
    key = pinyin.initials(word) if word.isascii() or len(word) >= _TELLING else ""
    if len(word) < _TRIGRAM and not inside:
        found = Q(contact_name__startswith=word) | Q(address__startswith=word)
        return found | Q(search_key__endswith=key) if key else found
    found = Q(address__contains=word) | Q(contact_name__contains=word) | Q(contact_phone__contains=word)
    return found | Q(search_key__contains=key) if key else found


def _slips(text: str, scope: Scope) -> list[Row]:
    named = Q(number__startswith=text)
    if text.isdigit() and len(text) >= _TAIL:
        # Only open slips are looked through by the end of their number: an index holds them.
        named |= Q(number__endswith=text, state__in=OPEN_STATES)
    if not any(letter.isdigit() for letter in text):
        return []
    found = Slip.objects.within(scope).filter(named).select_related("household", "hall")
    return [Row(slip, None) for slip in sorted(found[:EACH], key=lambda slip: slip.number != text)]


def _managers(text: str, scope: Scope) -> list[Manager]:
    exact = Case(When(Q(staff_no__iexact=text) | Q(name=text), Value(0)), default=Value(1), output_field=IntegerField())
    named = Q(staff_no__istartswith=text) | Q(name__contains=text) | Q(name_key__contains=text.lower())
    found = Manager.objects.within(scope).filter(named).select_related("branch")
    return list(found.order_by(exact, "staff_no")[:EACH])


def _grids(text: str, scope: Scope, on: dt.date) -> list[Grid]:
    """Grids are a few hundred, so their initials are worked out here."""
    key = text.lower()
    grids = Grid.objects.within(scope).active_on(on).select_related("branch", "hall")
    found = [
        grid
        for grid in grids
        if key in grid.name.lower()
        or grid.code.lower().startswith(key)
        or (text.isascii() and pinyin.initials(grid.name).startswith(key))
    ]
    return sorted(found, key=lambda grid: (key not in (grid.code.lower(), grid.name.lower()), grid.code))[:EACH]
