"""The dated facts of a month beside a rating: what a person did, as it was recorded then, by sub-item."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from acceptance.choices import SlipState
from acceptance.models import Acceptance, Slip, SlipEvent
from campaigns.choices import VisitKind
from campaigns.models import FollowUp, Visit
from core.periods import Month, local_day
from kpi.choices import RatingItem

# Which sub-item a visit speaks for. Doors and retention are sales; they stand in the counts above the sub-items.
SPEAKS_FOR = {
    VisitKind.PUBLICITY: RatingItem.PUBLICITY,
    VisitKind.ONSITE: RatingItem.PROMOTION,
    VisitKind.TRAINING: RatingItem.TRAINING,
    VisitKind.PROPERTY: RatingItem.COMMUNITY,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened on a day."""

    day: dt.date
    text: str


@dataclass(slots=True)
class Evidence:
    """One person's month. `facts` are the dated ones by sub-item, newest first; the numbers are counts of the month."""

    facts: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    visits: Counter[str] = field(default_factory=Counter)
    slips: int = 0
    returned: int = 0
    developed: Decimal = Decimal(0)  # orders accepted, a shared one by its share
    promised: int = 0
    kept: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.slips or self.developed or self.promised)


def evidence_of(month: Month, managers: Iterable[int], now: dt.datetime) -> dict[int, Evidence]:
    """Manager id → what is on record; five queries, whatever the number. `now` tells which promises are due."""
    people = list(managers)
    found: dict[int, Evidence] = {manager: Evidence() for manager in people}
    _add_visits(found, month, people)
    _add_promises(found, month, people, now)
    _add_slips(found, month, people)
    for evidence in found.values():
        for facts in evidence.facts.values():
            facts.sort(key=lambda fact: fact.day, reverse=True)
    return found


def _add_visits(found: dict[int, Evidence], month: Month, people: list[int]) -> None:
    rows = Visit.objects.filter(manager__in=people, visited_at__gte=month.start, visited_at__lt=month.end)
    for visit in rows:
        evidence = found[visit.manager_id]
        evidence.visits[visit.kind] += 1
        if item := SPEAKS_FOR.get(VisitKind(visit.kind)):
            words = visit.note or str(visit.get_kind_display())
            evidence.facts[item.value].append(Fact(local_day(visit.visited_at), words))


def _add_promises(found: dict[int, Evidence], month: Month, people: list[int], now: dt.datetime) -> None:
    """Follow-ups due in the month: kept when done by their time, broken when not and the time has passed."""
    due = FollowUp.objects.filter(manager__in=people, due_at__gte=month.start, due_at__lt=min(month.end, now))
    for promise in due:
        evidence = found[promise.manager_id]
        evidence.promised += 1
        if promise.done_at and promise.done_at <= promise.due_at:
            evidence.kept += 1
        else:
            words = _("跟进“%(subject)s”没有按时办") % {"subject": promise.subject}
            evidence.facts[RatingItem.REPORTING.value].append(Fact(local_day(promise.due_at), words))


def _add_slips(found: dict[int, Evidence], month: Month, people: list[int]) -> None:
    sent = Slip.objects.filter(manager__in=people, submitted_at__gte=month.start, submitted_at__lt=month.end)
    for manager in sent.order_by().values_list("manager_id", flat=True):
        found[manager].slips += 1
    back = SlipEvent.objects.filter(
        slip__manager__in=people, to_state=SlipState.RETURNED, at__gte=month.start, at__lt=month.end
    )
    for event in back.select_related("slip"):
        evidence = found[event.slip.manager_id]
        evidence.returned += 1
        words = _("%(number)s 被退回：%(why)s") % {"number": event.slip.number, "why": event.note}
        evidence.facts[RatingItem.REPORTING.value].append(Fact(local_day(event.at), words))
    _add_won(found, month, people)


def _add_won(found: dict[int, Evidence], month: Month, people: list[int]) -> None:
    own = Acceptance.objects.filter(Q(developer__in=people) | Q(co_developer__in=people))
    won = own.accepted_between(month.first, month.next_first).order_by()
    for first, second, share in won.values_list("developer_id", "co_developer_id", "developer_share"):
        for manager, part in ((first, share), (second, 100 - share)):
            if manager in found:
                found[manager].developed += part / 100
