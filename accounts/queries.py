"""Reads of the users' page, and of saved views."""

import datetime as dt

from django.db.models import Q, QuerySet

from accounts.models import AccessLog, SavedView, User
from core import sql
from core.periods import day_start, local_day

PAGE = 100


def users(*, text: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Users by login name, name, staff code or place, narrowed by role and state (`active` or `stopped`)."""
    found = User.objects.order_by("username")
    for word in text.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(name__icontains=word)
            | Q(staff_code__iexact=word)
            | Q(branch_code__iexact=word)
            | Q(sub_bureau_code__iexact=word)
            | Q(hall_code__iexact=word)
        )
    if role:
        found = found.filter(role=role)
    if state in ("active", "stopped"):
        found = found.filter(is_active=state == "active")
    return found


def recent_log(limit: int = 50) -> QuerySet[AccessLog]:
    """The newest lines of the access log."""
    return AccessLog.objects.select_related("user").order_by("-id")[:limit]


def saved_views(user: User, branch_code: str, page: str = "") -> list[SavedView]:
    """The views that a person finds, of one page or of all: the own ones first, by name."""
    types = {"reader": "bigint", "branch": "text", "page": "text"}
    told = {"reader": user.pk, "branch": branch_code, "page": page}
    found = []
    for row in sql.rows_planned_once(["accounts/list_saved_views"], types, **told):
        view = sql.instance(SavedView, row)
        view.owner = sql.instance(User, row, "owner_")
        found.append(view)
    return found


def default_query(user: User, page: str) -> str:
    """The query of the own view that a page opens with when its address asks for nothing; empty without one."""
    found = sql.row_planned_once("accounts/find_default_view", owner=user.pk, page=page)
    return found["query"] if found else ""


def used_today(user: User, action: str, now: dt.datetime) -> int:
    """How often a user has done something today, as far as the log tells."""
    return AccessLog.objects.filter(user=user, action=action, at__gte=day_start(local_day(now))).count()
