"""The frame of everything that writes scores: one at a time, and every statement sees the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from core import sql

# They share the kept sums, and a whole month takes a fraction of a second.
LOCK = 0x6B7069


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of all recomputes; taken before the snapshot, or it would be as old as the wait."""
    if connection.in_atomic_block:
        sql.run("kpi/lock_transaction", key=LOCK)
        yield
        return
    sql.run("kpi/lock_session", key=LOCK)
    try:
        yield
    finally:
        if connection.is_usable():
            sql.run("kpi/unlock_session", key=LOCK)


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction whose statements all see the same moment, so that a file that arrives meanwhile isn't half seen."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            sql.run("kpi/set_snapshot")
        yield
