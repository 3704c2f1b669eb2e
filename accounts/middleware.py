"""Gives every request its scope, worked out at most once, and keeps the session of a busy person alive."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from accounts.scope import NOTHING, Scope
from core.periods import local_day


class ScopeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.resolve = import_string(settings.SCOPE_RESOLVER)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = SimpleLazyObject(lambda: self._scope(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def _scope(self, request: HttpRequest) -> Scope:
        if not request.user.is_authenticated:
            return NOTHING
        return self.resolve(request.user, on=local_day(timezone.now()))


class SessionTouchMiddleware:
    """Moves the end of a session that is in use, at most once a minute: a write with every request would cost more
    than the pages. So a session ends when it was idle for its limit, or up to a minute sooner; never later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session, now = request.session, int(time.time())
        # After the view: a session that was just closed is empty and stays so.
        if (
            session.accessed
            and not getattr(request, "is_unattended", False)
            and not session.is_empty()
            and now - session.get("touched", 0) >= settings.SESSION_TOUCH_EVERY
        ):
            session["touched"] = now
        return response
