"""The door of a page: who may come in. Every view declares its roles; everybody else finds nothing there (404)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.choices import Role

View = Callable[..., HttpResponseBase]

# Public views and their reason; the access test knows no other way to be open.
PUBLIC = "public"


def open_to(*roles: Role) -> Callable[[View], View]:
    """Require a login and one of the roles; a wrong role gets 404, so that a door doesn't show what is behind it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _login_first(request)
            if Role(request.user.role) not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """Any role, but logged in."""
    return open_to(*Role)(view)


def public(view: View) -> View:
    """Anybody, without a login."""
    view.roles = PUBLIC  # type: ignore[attr-defined]
    return view


def unattended(view: View) -> View:
    """For a view that open pages ask by themselves: it doesn't count as use, so a session ends though its page asks."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.is_unattended = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return asked


def _login_first(request: HttpRequest) -> HttpResponseBase:
    """People are sent to the login page; a program is told, since it wouldn't read one."""
    if request.path.startswith("/api/"):
        return JsonResponse({"error": "login required"}, status=401)
    return redirect_to_login(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    """Where one goes on after the login: what was sent can't be sent again, so to the page it was sent from."""
    sent_from = request.headers.get("Referer", "")
    if request.method in ("GET", "HEAD") or not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(sent_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


DEPARTMENT = (Role.COMPANY, Role.BRANCH)
OVERSEERS = (Role.COMPANY, Role.BRANCH, Role.SUB_BUREAU, Role.AUDITOR)
HALL_STAFF = (Role.HALL_CLERK, Role.HALL_MANAGER)
