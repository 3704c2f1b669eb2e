"""What the shell of every page shows: where one is, and where one may go."""

from functools import cache as once

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Company
from accounts.nav import desk_items, phone_items
from accounts.places import NOWHERE, Place, place_of
from core.periods import local_day

NOBODY: dict[str, object] = {"nav": [], "phone_nav": [], "scope_label": "", "place": NOWHERE, "role_label": ""}


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of every template; cheap: one or two small queries, none for visitors, nor for a part of a page that
    shows nothing of it."""
    is_demo = SimpleLazyObject(_is_demo)
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return NOBODY | {"company_is_demo": is_demo}
    user = request.user
    today = local_day(timezone.now())

    @once
    def place() -> Place:
        return place_of(user, on=today)

    return {
        "nav": SimpleLazyObject(lambda: desk_items(request, user, place(), today)),
        "phone_nav": SimpleLazyObject(lambda: phone_items(request, user) if place().in_field else []),
        "scope_label": SimpleLazyObject(lambda: place().label),
        "place": SimpleLazyObject(place),
        "role_label": user.get_role_display(),
        "company_is_demo": is_demo,
    }


def _is_demo() -> bool:
    """Asked on every page and changed once in a database's life: a minute old is fresh enough."""
    return bool(cache.get_or_set("company_is_demo", Company.objects.filter(is_demo=True).exists, timeout=60))
