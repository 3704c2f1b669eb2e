"""Where a user sits, as far as only the apps above can know it: asked through settings, as the scope is."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.choices import Role
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """`label` is for the page header; `branch_code` the branch the person belongs to, empty for the company;
    `in_field` tells a field manager, who works on a phone, from everybody at a desk."""

    label: str = ""
    branch_code: str = ""
    in_field: bool = False


NOWHERE = Place()

_FIRST_PAGES = {
    Role.COMPANY: "kpi:company_home",
    Role.BRANCH: "kpi:month_glance",
    Role.SUB_BUREAU: "kpi:league",
    Role.ACCOUNT_MANAGER: "acceptance:hall_queue",
    Role.HALL_CLERK: "acceptance:hall_queue",
    Role.HALL_MANAGER: "acceptance:hall_queue",
    Role.IT_ADMIN: "kpi:admin_home",
    Role.AUDITOR: "kpi:league",
}


def place_of(user: User, *, on: dt.date) -> Place:
    """The place of a user on a day, worked out by whoever knows postings."""
    place: Place = _callee(settings.PLACE_RESOLVER)(user, on=on)
    return place


def first_page(role: str, place: Place) -> str:
    """The URL name of the page a person starts on; a manager's depends on the duty of the day."""
    return "kpi:my_day" if place.in_field else _FIRST_PAGES[Role(role)]


def refuse_unknown_codes(user: User) -> None:
    """Raise a Refusal when a code on the user names no place and no person."""
    _callee(settings.PLACE_CHECK)(user)


@cache
def _callee(path: str):  # type: ignore[no-untyped-def]
    return import_string(path)
