"""The people of the demo company, each logged in once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.product import Product
from tests.trips.browserless import Browserless, log_in

PASSWORD = "demo2026"
Person = Callable[[str], Browserless]


@pytest.fixture(scope="session")
def person(product: Product) -> Person:
    """`person("clerk")` is the session of that login."""

    @cache
    def session(username: str) -> Browserless:
        return log_in(product.url, username, PASSWORD)

    return session
