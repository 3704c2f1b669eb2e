"""Waiting for what will be, instead of for a time: a busy machine takes ten times as long as a quiet one."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

PATIENCE = 60  # seconds; a test that passes waits no longer than it has to
KILLABLE = {"PGAPPNAME": "to be killed"}  # in the environment of a program names its sessions
SESSIONS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s AND datname = current_database())"


def until(condition: Callable[[], object], told: Callable[[], object] = lambda: "") -> None:
    """Ask again and again until it is so; `told` is what a failure shows."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


def until_the_killed_has_gone() -> None:
    """The server ends the last statement of a program that was killed, its commit too, before it notices the death."""
    until(lambda: not _is_there())


def _is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, [KILLABLE["PGAPPNAME"]])
        return bool(cursor.fetchone()[0])
