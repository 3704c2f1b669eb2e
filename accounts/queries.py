"""Reads of the users' page."""

from django.db.models import Q, QuerySet

from accounts.models import AccessLog, User

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
