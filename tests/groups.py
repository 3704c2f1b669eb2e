"""Which tests share one xdist worker: those that walk one running product, and those that kill one server.

xdist's own groups find no test of pytest 9.2, which no longer lets a plugin rename one: every worker built a product.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUPS = {"tests/browser/": "product", "tests/trips/": "product", "tests/kills/": "kills"}


class Groups(LoadScopeScheduling):
    """Tests of a group go to one worker, the others wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for folder, group in GROUPS.items() if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups | None:
    return Groups(config, log) if config.getvalue("dist") == "loadgroup" else None
