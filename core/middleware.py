"""What concerns every request, whatever it is about."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest


class NoNulMiddleware:
    """A text with a NUL character, which PostgreSQL can't hold, is the sender's fault: 400 instead of 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponseBadRequest() if "NUL (0x00)" in str(exception) else None


class PolicyMiddleware:
    """The same content security policy for every answer, put together once: django-csp's own middleware does it twice
    for each, to allow what no page here has (a nonce, an exception)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.policy)
        return response
