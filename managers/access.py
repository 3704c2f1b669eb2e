"""What a user may see: their place, read from codes on the user and, for people in the field, from today's posting."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import User
from accounts.places import NOWHERE, Place
from accounts.scope import EVERYTHING, NOTHING, Scope
from core import sql
from core.refusals import Refusal
from grids.models import Branch, Hall, SubBureau
from managers.choices import Duty
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
    return Scope(
        sub_bureaus=frozenset(SubBureau.objects.filter(code=user.sub_bureau_code).values_list("pk", flat=True))
    )


def _manager(user: User, on: dt.date) -> Scope:
    manager = Manager.objects.filter(staff_no=user.staff_code).values_list("pk", flat=True).first()
    if manager is None:
        return NOTHING
    postings = list(
        Posting.objects.active_on(on).filter(manager=manager).values_list("grid_id", "grid__hall_id", "duty")
    )
    return Scope(
        grids=frozenset(grid for grid, _hall_id, _duty in postings),
        # On hall duty one serves whoever comes to the counter: the queue is the hall's, not the grid's.
        halls=frozenset(hall for _grid, hall, duty in postings if duty == Duty.HALL),
        manager=manager,
        on=on,
    )


def _hall(user: User, on: dt.date) -> Scope:
    found = _counter(user)
    halls = frozenset() if found["hall"] is None else frozenset({found["hall"]})
    return Scope(halls=halls, operator=found["operator"], on=on)


def _counter(user: User) -> dict[str, Any]:
    """The hall, its branch and the own operator of somebody of a hall; each None where the code names nothing."""
    found = sql.row_planned_once("managers/find_counter", hall_code=user.hall_code, staff_code=user.staff_code)
    assert found is not None  # the statement begins with a row of nothing
    return found


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


# Where a user sits ------------------------------------------------------------------------------


def place_of(user: User, *, on: dt.date) -> Place:
    """Label, branch and duty of a user on a day; nowhere for a code nobody knows."""
    finder = _PLACES.get(Role(user.role))
    return finder(user, on) if finder else Place(label=gettext("全公司"))


def _branch_place(user: User, on: dt.date) -> Place:
    branch = Branch.objects.filter(code=user.branch_code).first()
    return Place(label=branch.name, branch_code=branch.code) if branch else NOWHERE


def _sub_bureau_place(user: User, on: dt.date) -> Place:
    sub_bureau = SubBureau.objects.select_related("branch").filter(code=user.sub_bureau_code).first()
    return Place(label=sub_bureau.name, branch_code=sub_bureau.branch.code) if sub_bureau else NOWHERE


def _hall_place(user: User, on: dt.date) -> Place:
    found = _counter(user)
    return NOWHERE if found["hall"] is None else Place(label=found["name"], branch_code=found["branch_code"])


def _manager_place(user: User, on: dt.date) -> Place:
    posting = (
        Posting.objects.active_on(on).select_related("grid__branch").filter(manager__staff_no=user.staff_code).first()
    )
    if posting is None:
        # Between two grids: their own old slips are all they see, and those are on the phone's pages.
        return Place(label=gettext("暂无网格"), in_field=True)
    grid = posting.grid
    return Place(label=grid.name, branch_code=grid.branch.code, in_field=posting.duty == Duty.FIELD)


_PLACES = {
    Role.BRANCH: _branch_place,
    Role.SUB_BUREAU: _sub_bureau_place,
    Role.ACCOUNT_MANAGER: _manager_place,
    Role.HALL_CLERK: _hall_place,
    Role.HALL_MANAGER: _hall_place,
}


class UnknownCode(Refusal):
    """A user names a place or a person that isn't there."""


def refuse_unknown_codes(user: User) -> None:
    """Raise UnknownCode for the first code that names nothing; empty codes are none."""
    known = {
        "branch_code": (Branch, "code"),
        "sub_bureau_code": (SubBureau, "code"),
        "hall_code": (Hall, "code"),
        "staff_code": (Manager, "staff_no") if user.role == Role.ACCOUNT_MANAGER else (Operator, "operator_no"),
    }
    for field, (model, lookup) in known.items():
        code = getattr(user, field)
        if code and not model._default_manager.filter(**{lookup: code}).exists():
            raise UnknownCode(_("没有编码为“%(code)s”的记录，请先导入。") % {"code": code}, field=field)
