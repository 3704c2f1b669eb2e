"""Every address of the program, found by walking the resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.doors import DOORS, Door

# Django's own rooms: the administration, which checks `is_staff` itself and has its own test.
ADMIN = "admin:", "/admin/"


def addresses(resolver: URLResolver | None = None) -> dict[str, Callable]:
    """URL name (or, for a nameless one, its route) → view; the administration is not among them."""
    found = _walk(resolver or get_resolver(), "", "")
    return {name: view for name, view in found if not name.startswith(ADMIN)}


def admin_addresses() -> list[str]:
    """The names of the administration's pages, those of each table included."""
    return sorted({name for name, _view in _walk(get_resolver(), "", "") if name.startswith("admin:")})


def faults(found: Mapping[str, Callable], doors: Mapping[str, Door] = DOORS) -> list[str]:
    """What is wrong between the addresses there are and the doors that are declared."""
    wrong = [f"{name}: not declared" for name in found.keys() - doors.keys()]
    wrong += [f"{name}: declared, but there is no such address" for name in doors.keys() - found.keys()]
    for name in found.keys() & doors.keys():
        door = doors[name]
        if not door.is_foreign and getattr(found[name], "roles", None) != door.roles:
            wrong.append(f"{name}: the view lets in others than declared")
    return sorted(wrong)


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[tuple[str, Callable]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, route)
        elif isinstance(entry, URLPattern):
            yield (f"{namespace}{entry.name}" if entry.name else f"/{route}"), entry.callback
