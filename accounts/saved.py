"""Pages whose filters can be kept under a name: each declares at its view what its address may hold."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise

from accounts.doors import View
from accounts.models import SavedView, User
from accounts.nav import may_open
from accounts.queries import default_query

LONGEST = 500  # characters of one value; more is nothing that a page wrote
# Asks for nothing, and so for no default either.
USUAL = "view=usual"


@dataclass(frozen=True, slots=True)
class Keeps:
    """What a view keeps of its page. `known` are the parts of the address; those of `moving`, a month or a day, go
    with the time and are kept only when somebody wants just that one; those of `listed` may be given several times."""

    title: Promise
    known: tuple[str, ...]
    moving: tuple[str, ...]
    listed: tuple[str, ...]

    def query(self, asked: QueryDict, *, with_moving: bool) -> str:
        """The known part of an address, in a fixed order; whatever else it holds is left out."""
        parts = {}
        for name in (*self.moving, *self.known) if with_moving else self.known:
            text = ",".join(filter(None, asked.getlist(name))) if name in self.listed else asked.get(name, "")
            if text and len(text) <= LONGEST and text.isprintable():
                parts[name] = text
        return urlencode(parts, safe=",")


def keeps_views(
    title: Promise, *known: str, moving: tuple[str, ...] = (), listed: tuple[str, ...] = ()
) -> Callable[[View], View]:
    """Let people keep views of this page, and open it with their default one. Stands under the door."""

    def decorate(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.GET and request.method in ("GET", "HEAD") and request.resolver_match:
                query = default_query(cast(User, request.user), request.resolver_match.view_name)
                if query:
                    return redirect(f"{request.path}?{query}")
            return view(request, *args, **kwargs)

        kept.keeps = Keeps(title, known, moving, listed)  # type: ignore[attr-defined]
        return kept

    return decorate


@cache
def kept_by(page: str) -> Keeps | None:
    """What a page keeps, by its URL name; None for one that keeps nothing, or isn't there."""
    try:
        return getattr(resolve(reverse(page)).func, "keeps", None)
    except NoReverseMatch:
        return None


def open_page(role: str, page: str) -> Keeps | None:
    """What a page keeps, where the role may open it."""
    keeps = kept_by(page)
    return keeps if keeps and may_open(role, page) else None


def address(view: SavedView) -> str:
    """Where a view leads: always to its own page."""
    return f"{reverse(view.page)}?{view.query or USUAL}"
