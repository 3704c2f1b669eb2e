"""The rail of the desk and the bar of the phone: only doors the role may open."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Role
from accounts.doors import PUBLIC
from accounts.models import User
from accounts.places import Place, first_page
from core.periods import Month


@dataclass(frozen=True, slots=True)
class NavItem:
    icon: str
    label: str | Promise
    url: str
    current: bool
    end: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the rail: the first of its doors that the role may open; `within` are the pages it stays lit on."""

    icon: str
    label: Promise
    doors: tuple[str, ...]
    within: frozenset[str]
    end: bool = False


def _room(icon: str, label: Promise, doors: str, within: str, *, end: bool = False) -> Room:
    return Room(icon, label, tuple(doors.split()), frozenset(within.split()), end)


# A page belongs to the first room that names it, either by its URL name or by its whole app.
ROOMS = [
    _room(
        "slip",
        _("预受理"),
        "acceptance:hall_queue acceptance:slip_list acceptance:in_transit",
        "acceptance campaigns customers",
    ),
    _room(
        "grid", pgettext_lazy("rail", "网格"), "managers:grid_list", "managers:grid_list managers:grid_triangle grids"
    ),
    _room("team", _("团队"), "managers:team_list", "managers"),
    _room("score", _("考核"), "kpi:league kpi:people", "kpi"),
    _room(
        "meeting", _("例会"), "kpi:meeting kpi:meeting_list", "kpi:meeting kpi:meeting_list kpi:decision_new kpi:pack"
    ),
    _room("data", _("数据"), "imports:batch_list", "imports"),
    _room(
        "settings",
        _("设置"),
        "accounts:profile",
        "accounts:profile accounts:user_list accounts:user_new accounts:access_log acceptance:holiday_list",
        end=True,
    ),
]
PHONE = [
    ("home", _("今天"), "kpi:my_day"),
    ("slip", _("新单"), "acceptance:slip_new"),
    ("list", _("我的单"), "acceptance:slip_list"),
    ("settings", _("我"), "accounts:profile"),
]


def desk_items(request: HttpRequest, user: User, place: Place, today: dt.date) -> list[NavItem]:
    """首页 and the rooms, in the order of the rail."""
    here = _here(request)
    home = first_page(user.role, place)
    lit = None if home in here else _lit(here)
    items = [NavItem("home", _("首页"), reverse("accounts:home"), home in here)]
    for room in ROOMS:
        url = next(_open_doors(room, user, place, today), None)
        if url:
            items.append(NavItem(room.icon, room.label, url, room is lit, room.end))
    return items


def phone_items(request: HttpRequest, user: User) -> list[NavItem]:
    here = _here(request)
    return [
        NavItem(icon, label, reverse(door), door in here) for icon, label, door in PHONE if may_open(user.role, door)
    ]


@cache
def may_open(role: str, door: str) -> bool:
    """Whether the view behind a URL name lets the role in; False for a page that isn't there."""
    try:
        roles: object = getattr(resolve(_address(door)).func, "roles", frozenset())
    except NoReverseMatch:
        return False
    return roles == PUBLIC or (isinstance(roles, frozenset) and Role(role) in roles)


def _address(door: str) -> str:
    if door == "kpi:meeting":
        return reverse(door, kwargs={"month": "2000-01", "branch": "0"})
    return reverse(door)


def _open_doors(room: Room, user: User, place: Place, today: dt.date) -> Iterator[str]:
    for door in room.doors:
        if not may_open(user.role, door):
            continue
        if door != "kpi:meeting":
            yield reverse(door)
        elif place.branch_code:
            # A meeting is a branch's, and looks back at the month before.
            month = str(Month.of(today).shift(-1))
            yield reverse(door, kwargs={"month": month, "branch": place.branch_code})


def _here(request: HttpRequest) -> frozenset[str]:
    """The page's URL name and its app."""
    match = request.resolver_match
    return frozenset({match.view_name, match.app_name}) if match else frozenset()


def _lit(here: frozenset[str]) -> Room | None:
    """The room of a page: one that names the page itself goes before one that names its app."""
    named = [room for room in ROOMS if room.within & here]
    by_page = [room for room in named if any(":" in name for name in room.within & here)]
    return next(iter(by_page or named), None)
