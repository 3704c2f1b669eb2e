"""What a field manager's phone asks: the own posting of today, the homes of the grid."""

import datetime as dt

from accounts.scope import Scope
from customers.models import Household
from managers.models import Posting


def posting_of(scope: Scope, *, on: dt.date) -> Posting | None:
    """The grid a manager serves on a day; None for everybody else and between two postings."""
    if scope.manager is None:
        return None
    found = Posting.objects.active_on(on).filter(manager=scope.manager)
    return found.select_related("manager", "grid").first()


def household_by_code(scope: Scope, code: str) -> Household | None:
    """A household of the scope, or None."""
    return Household.objects.within(scope).filter(code=code).first() if code else None
