"""The views that people keep of a page: `{% load saved %}{% saved_views %}`."""

from typing import Any

from django import template
from django.template.context import Context

from accounts import queries
from accounts.saved import USUAL, Keeps, address
from core.formats import month
from core.periods import Month, NoSuchMonth

register = template.Library()


@register.inclusion_tag("accounts/_saved.html", takes_context=True)
def saved_views(context: Context) -> dict[str, Any]:
    """The list of the page's views and the form that keeps what is shown; nothing where a page keeps none."""
    request = context["request"]
    match = request.resolver_match
    keeps: Keeps | None = getattr(match.func, "keeps", None) if match else None
    if keeps is None:
        return {}
    now = {keeps.query(request.GET, with_moving=moving) for moving in (False, True)}
    views = queries.saved_views(request.user, context["place"].branch_code, match.view_name)
    own = sum(view.owner_id == request.user.pk for view in views)
    rows = [{"view": view, "address": address(view), "current": view.query in now} for view in views]
    return {
        "csrf_token": context.get("csrf_token"),
        "page": match.view_name,
        "path": request.path,
        "query": keeps.query(request.GET, with_moving=True),
        "own": rows[:own],
        "shared": rows[own:],
        "current": next((view for view in views if view.query and view.query in now), None),
        "usual": USUAL,
        "moment": _moment(request.GET.get(keeps.moving[0], "")) if keeps.moving else "",
    }


def _moment(text: str) -> str:
    """A month in words; a day as it stands in the address."""
    try:
        return month(Month.parse(text)) if text else ""
    except NoSuchMonth:
        return text[:10]
