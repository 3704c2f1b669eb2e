"""Reads of the orders that a hall keyed in, for putting them right."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from acceptance.choices import AmendmentKind
from acceptance.domain.actors import Actor
from acceptance.models import Acceptance, OrderAmendment
from accounts.scope import Scope
from core.periods import SHANGHAI

# An order keyed in today was accepted at most so many days ago; what lies before needn't be looked through.
LONGEST_LATE = dt.timedelta(days=62)


def keyed_on(scope: Scope, actor: Actor, day: dt.date) -> QuerySet[Acceptance]:
    """Orders keyed in on a day, newest first: one's own, or for who leads the hall everybody's. One query."""
    begin = dt.datetime.combine(day, dt.time(), SHANGHAI)
    found = Acceptance.objects.within(scope).filter(
        keyed_here=True,
        accepted_on__gte=day - LONGEST_LATE,
        recorded_at__gte=begin,
        recorded_at__lt=begin + dt.timedelta(days=1),
    )
    if not actor.leads:
        mine = Q(operator=actor.operator) if actor.operator else Q(operator=None, slip=None, developer=actor.manager)
        found = found.filter(mine)
    corrected = OrderAmendment.objects.filter(acceptance=OuterRef("pk"), kind=AmendmentKind.CORRECTED)
    related = found.select_related("product", "household", "operator", "slip")
    return related.annotate(is_corrected=Exists(corrected)).order_by("-recorded_at", "-pk")


def order_within(scope: Scope) -> QuerySet[Acceptance]:
    """Orders with all that their page tells."""
    return Acceptance.objects.within(scope).select_related(
        "product", "household", "grid", "operator", "slip", "developer", "co_developer", "billed"
    )
