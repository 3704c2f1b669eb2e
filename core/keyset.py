"""Pages by key: each goes on behind the last row of the one before, however many rows there are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

SIZE, LARGEST = 50, 500


def page_of(rows: QuerySet[Any], query: Mapping[str, str], *, key: str) -> tuple[list[Any], str | None]:
    """The rows behind `query["after"]` in order of a unique key, `limit` of them, and the next `after` or None."""
    limit = min(max(int(query["limit"]), 1), LARGEST) if query.get("limit", "").isdigit() else SIZE
    if query.get("after"):
        rows = rows.filter(**{f"{key}__gt": query["after"]})
    found = list(rows.order_by(key)[: limit + 1])
    more = len(found) > limit
    return found[:limit], getattr(found[limit - 1], key) if more else None
