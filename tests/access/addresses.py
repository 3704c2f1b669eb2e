"""Every address of the program, found by walking the resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Django's own: the administration checks `is_staff` itself, the language switch is for everybody.
FOREIGN = {"admin:", "/admin/", "set_language", "jsi18n"}


def addresses() -> dict[str, Callable]:
    """URL name (or, for a nameless one, its route) → view."""
    return {name: view for name, view in _walk(get_resolver(), "", "") if not any(map(name.startswith, FOREIGN))}


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[tuple[str, Callable]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, route)
        elif isinstance(entry, URLPattern):
            yield (f"{namespace}{entry.name}" if entry.name else f"/{route}"), entry.callback
