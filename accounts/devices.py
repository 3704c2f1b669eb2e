"""How long a session may idle: half an hour at a desk, half a day on a phone in the field."""

from django.conf import settings
from django.http import HttpRequest


def is_phone(request: HttpRequest) -> bool:
    """Whether the browser calls itself mobile; tablets and desks don't."""
    hint = request.headers.get("Sec-CH-UA-Mobile")
    return hint == "?1" if hint else "Mobi" in request.headers.get("User-Agent", "")


def limit_idle(request: HttpRequest) -> None:
    """Set the session's idle limit; use moves the end (SessionTouchMiddleware)."""
    request.session.set_expiry(settings.SESSION_PHONE_AGE if is_phone(request) else settings.SESSION_COOKIE_AGE)
