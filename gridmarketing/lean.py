"""The short way of a post that comes many times a second: the same checks, without the middlewares around them.

It answers only where all is well. Whatever else it meets (no login, a wrong token, a refusal, an error, a session due
to be prolonged) it leaves to Django's own way, which begins anew and has the last word. So a view may be named here
only if sending its request twice does no more than sending it once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers

from core.middleware import PolicyMiddleware

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
LONGEST = 64 * 1024  # bytes of a body
DONE = {200: "200 OK", 201: "201 Created"}


class LeanPosts:
    """A WSGI application before Django's: `views` by their path."""

    def __init__(self, application: Application, views: Mapping[str, Callable[..., Any]]) -> None:
        self.application, self.views = application, views
        self.csrf = CsrfViewMiddleware(lambda request: HttpResponse())
        self.sessions = import_module(settings.SESSION_ENGINE).SessionStore
        self.headers = _headers()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        view = self.views.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        length = environ.get("CONTENT_LENGTH") or ""
        if view is None or not length.isdecimal() or int(length) > LONGEST:
            return self.application(environ, start_response)
        body = environ["wsgi.input"].read(int(length))
        answer = self._answer(environ | {"wsgi.input": BytesIO(body)}, view)
        if answer is None:
            return self.application(environ | {"wsgi.input": BytesIO(body)}, start_response)
        content = answer.content
        start_response(DONE[answer.status_code], [*self.headers, ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ: dict[str, Any], view: Callable[..., Any]) -> HttpResponse | None:
        close_old_connections()
        try:
            request = WSGIRequest(environ)
            answer = view(request) if self._may_pass(request, view) else None
        except Exception:  # Django's own way meets it again, and reports it
            return None
        finally:
            close_old_connections()
        return answer if answer is not None and answer.status_code in DONE else None

    def _may_pass(self, request: Any, view: Callable[..., Any]) -> bool:
        """What the middlewares ask: the right host by a safe line, a session of somebody who may still come in, and a
        page of ours as the sender. The door and everything behind it are the view's."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return False
        request.get_host()
        request.session = self.sessions(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        self.csrf.process_request(request)
        if time.time() - request.session.get("touched", 0) >= settings.SESSION_TOUCH_EVERY:
            return False
        request.user = get_user(request)
        return self.csrf.process_view(request, view, (), {}) is None and not request.session.modified


def _headers() -> list[tuple[str, str]]:
    """What stands above every answer of this kind, as the middlewares write it."""
    request, answer = HttpRequest(), HttpResponse(content_type="application/json")
    request.META = {"HTTP_X_FORWARDED_PROTO": "https", "SERVER_NAME": "", "SERVER_PORT": "443"}

    def said(_request: HttpRequest) -> HttpResponse:
        return answer

    for layer in (XFrameOptionsMiddleware, PolicyMiddleware, SecurityMiddleware):
        layer(said)(request)
    patch_vary_headers(answer, ["Cookie"])
    return list(answer.items())
