"""What a user may see: their place, read from codes on the user and, for people in the field, from today's posting."""

import datetime as dt

from accounts.choices import Role
from accounts.models import User
from accounts.scope import EVERYTHING, NOTHING, Scope
from grids.models import Branch, Hall, SubBureau
from managers.models import Manager, Operator, Posting


def scope_of(user: User, *, on: dt.date) -> Scope:
    """The scope of a user on a day; nothing for a user whose place isn't known."""
    if not user.is_active:
        return NOTHING
    resolver = _RESOLVERS.get(Role(user.role))
    return resolver(user, on) if resolver else NOTHING


def _everything(user: User, on: dt.date) -> Scope:
    return EVERYTHING


def _branch(user: User, on: dt.date) -> Scope:
    return Scope(branches=frozenset(Branch.objects.filter(code=user.branch_code).values_list("pk", flat=True)))


def _sub_bureau(user: User, on: dt.date) -> Scope:
    return Scope(sub_bureaus=frozenset(SubBureau.objects.filter(code=user.sub_bureau_code).values_list("pk", flat=True)))


def _manager(user: User, on: dt.date) -> Scope:
    manager = Manager.objects.filter(staff_no=user.staff_code).values_list("pk", flat=True).first()
    if manager is None:
        return NOTHING
    grids = Posting.objects.active_on(on).filter(manager=manager).values_list("grid_id", flat=True)
    return Scope(grids=frozenset(grids), manager=manager)


def _hall(user: User, on: dt.date) -> Scope:
    halls = Hall.objects.filter(code=user.hall_code).values_list("pk", flat=True)
    operator = Operator.objects.filter(operator_no=user.staff_code).values_list("pk", flat=True).first()
    return Scope(halls=frozenset(halls), operator=operator)


_RESOLVERS = {
    Role.COMPANY: _everything,
    Role.AUDITOR: _everything,
    Role.IT_ADMIN: _everything,
    Role.BRANCH: _branch,
    Role.SUB_BUREAU: _sub_bureau,
    Role.ACCOUNT_MANAGER: _manager,
    Role.HALL_CLERK: _hall,
    Role.HALL_MANAGER: _hall,
}
