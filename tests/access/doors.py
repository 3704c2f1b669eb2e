"""Who may open which address, written down by hand: a second opinion to the decorators in the views.

`own` gives the arguments of an address for something in a world; a role of that world gets in, the same role of
another world finds nothing there. `by` marks addresses that only take a POST.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts.choices import Role
from tests.access.worlds import World

PUBLIC = "public"
ALL = frozenset(Role)
COMPANY, BRANCH, SUB_BUREAU, AUDITOR = Role.COMPANY, Role.BRANCH, Role.SUB_BUREAU, Role.AUDITOR
MANAGER, CLERK, HALL_MANAGER, ADMIN = Role.ACCOUNT_MANAGER, Role.HALL_CLERK, Role.HALL_MANAGER, Role.IT_ADMIN
OVERSEERS = (COMPANY, BRANCH, SUB_BUREAU, AUDITOR)
MONTH = "2026-10"


@dataclass(frozen=True)
class Door:
    roles: frozenset[Role] | str
    own: Callable[[World], dict[str, object]] | None = None
    by: str = "get"
    # Objects that belong to no place: the same for everybody who may come in.
    shared: bool = False


def door(*roles: Role, **more) -> Door:
    return Door(frozenset(roles), **more)


def _of(attribute: str, argument: str) -> Callable[[World], dict[str, object]]:
    def own(world: World) -> dict[str, object]:
        found: object = world
        for name in attribute.split("."):
            found = getattr(found, name)
        return {argument: found}

    return own


def _month_of(attribute: str, argument: str) -> Callable[[World], dict[str, object]]:
    return lambda world: {"month": MONTH, **_of(attribute, argument)(world)}


GRID, PERSON = _of("grid.code", "code"), _of("manager.staff_no", "staff_no")
ON_THE_SPOT = (*OVERSEERS, MANAGER, HALL_MANAGER)

DOORS: dict[str, Door] = {
    "healthz": Door(PUBLIC),
    "accounts:login": Door(PUBLIC),
    "accounts:logout": Door(ALL, by="post"),
    "accounts:home": Door(ALL),
    "accounts:profile": Door(ALL),
    "accounts:user_list": door(ADMIN),
    "accounts:user_new": door(ADMIN),
    "accounts:user_activate": door(ADMIN, own=_of("clerk.pk", "pk"), by="post", shared=True),
    "accounts:user_reset_password": door(ADMIN, own=_of("clerk.pk", "pk"), by="post", shared=True),
    "accounts:access_log": door(ADMIN, AUDITOR),
    "grids:coverage": door(*OVERSEERS),
    "managers:team_list": door(*OVERSEERS, HALL_MANAGER),
    "managers:grid_list": door(*ON_THE_SPOT),
    "managers:grid_triangle": door(*ON_THE_SPOT, own=GRID),
    "managers:community_move": door(BRANCH, own=GRID, by="post"),
    "managers:band_waiver_new": door(BRANCH, own=GRID, by="post"),
    "managers:team_waiver_new": door(BRANCH, own=GRID, by="post"),
    "managers:manager_detail": door(*ON_THE_SPOT, own=PERSON),
    "managers:posting_move": door(BRANCH, own=PERSON, by="post"),
    "managers:posting_end": door(BRANCH, own=_of("posting.pk", "pk"), by="post"),
    "api_grids": Door(ALL),
    "api_managers": Door(ALL),
}


def needs_arguments(names: Iterable[str]) -> list[str]:
    """Those doors that lead to something of a place."""
    return [name for name in names if DOORS[name].own and not DOORS[name].shared]
