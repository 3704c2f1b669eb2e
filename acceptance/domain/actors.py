"""Who stands behind a step of a slip: the field side, the hall side, or neither."""

import datetime as dt
from dataclasses import dataclass, field

from acceptance.models import Slip
from accounts.choices import Role
from accounts.models import User
from accounts.scope import Scope
from grids.models import Hall
from managers.choices import Duty
from managers.models import Posting


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as slips know them: their own manager and operator rows, the halls whose counter they stand at,
    whether they lead these halls, and the slips that a manager who left has left to their team."""

    user: int
    manager: int | None = None
    operator: int | None = None
    halls: frozenset[int] = field(default_factory=frozenset)
    leads: bool = False
    inherited: frozenset[int] = field(default_factory=frozenset)


def actor_of(user: User, scope: Scope, *, on: dt.date) -> Actor:
    """The actor of a day; a manager on hall duty works at the halls that serve their grid."""
    halls, inherited = scope.halls, Slip.objects.none()
    if scope.manager:
        inherited = Slip.objects.left_to(scope.manager, on)
        posted = Posting.objects.active_on(on).filter(manager=scope.manager, duty=Duty.HALL)
        halls = frozenset(Hall.objects.filter(grids__postings__in=posted).values_list("pk", flat=True))
    leads = user.role == Role.HALL_MANAGER
    return Actor(
        user=user.pk,
        manager=scope.manager,
        operator=scope.operator,
        halls=halls,
        leads=leads,
        inherited=frozenset(inherited.values_list("pk", flat=True)),
    )
