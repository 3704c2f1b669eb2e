"""Who is calling, as far as the network tells."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind the TLS front the last one in X-Forwarded-For, the only one the front wrote."""
    if settings.PRODUCTION and (passed := request.headers.get("X-Forwarded-For")):
        return passed.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
