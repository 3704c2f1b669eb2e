"""Tests run on a real PostgreSQL and a real Valkey: embedded ones of their own, unless others are named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from gridmarketing import embedded

MAIN_PROCESS = "PYTEST_XDIST_WORKER" not in os.environ
_started = False

if MAIN_PROCESS:
    # Beside the company's data, never in it: a test cluster doesn't survive a crash.
    os.environ["GM_DATA_DIR"] = str(Path(os.environ.get("GM_DATA_DIR") or embedded.ROOT / ".local") / "test")
    _started = embedded.ensure(fast=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Only now are the servers' addresses known; pytest-django sets Django up once the settings are read.
    assert settings.DATABASES


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if MAIN_PROCESS and _started:
        embedded.stop(embedded.data_dir())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that commits empties all tables afterwards: give the next one the catalogues of the migrations back."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = getattr(item, "fixturenames", [])
        if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(names):
            names.append("django_db_serialized_rollback")
