"""Tests run on a real PostgreSQL and a real Valkey: embedded ones of their own, unless others are named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from gridmarketing import embedded, prepare
from tests.groups import pytest_xdist_make_scheduler
from tests.packs.office import NO_OFFICE, SOFFICE
from tests.product import Product, product

__all__ = ["product", "pytest_xdist_make_scheduler"]

MAIN_PROCESS = "PYTEST_XDIST_WORKER" not in os.environ
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)
NO_CHROMIUM = "no Chromium on this machine"
_started = False

if MAIN_PROCESS:
    # Beside the company's data, never in it: a test cluster doesn't survive a crash.
    os.environ["GM_DATA_DIR"] = str(Path(os.environ.get("GM_DATA_DIR") or embedded.ROOT / ".local") / "test")
    _started = embedded.ensure(fast=True)
    prepare.compile_messages([embedded.ROOT / "locale"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# Playwright keeps an event loop running, which makes Django refuse ordinary queries in browser tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Only now are the servers' addresses known; pytest-django sets Django up once the settings are read.
    assert settings.DATABASES
    if os.environ.get("BROWSER") == "required" and CHROMIUM is None:
        raise pytest.UsageError(f"BROWSER=required, but there is {NO_CHROMIUM}.")
    if os.environ.get("OFFICE") == "required" and SOFFICE is None:
        raise pytest.UsageError(f"OFFICE=required, but there is {NO_OFFICE}.")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if MAIN_PROCESS and _started:
        embedded.stop(embedded.data_dir())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = getattr(item, "fixturenames", [])
        marker = item.get_closest_marker("django_db")
        if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(names):
            # A test that commits empties all tables: give the next one the catalogues of the migrations back.
            names.append("django_db_serialized_rollback")
        if "playwright" in names:
            item.add_marker("browser")
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        if item.get_closest_marker("office") and SOFFICE is None:
            item.add_marker(pytest.mark.skip(reason=NO_OFFICE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure in front of the running product shows what its servers said."""
    report = yield
    running = getattr(item, "funcargs", {}).get("product")
    if report.failed and isinstance(running, Product):
        report.sections.append(("What the product wrote last", running.last_words()))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason, title in ((NO_CHROMIUM, "BROWSER TESTS DID NOT RUN"), (NO_OFFICE, "LIBREOFFICE TESTS DID NOT RUN")):
        skipped = [report for report in terminalreporter.stats.get("skipped", []) if reason in str(report.longrepr)]
        if skipped:
            terminalreporter.section(title, sep="!", red=True, bold=True)
            terminalreporter.line(f"{len(skipped)} tests were skipped: {reason}. Install it, or run .ci/run.")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page asked for in English leaves its language behind in the thread; the next test starts in Chinese."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium; its sandbox doesn't work for root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}
