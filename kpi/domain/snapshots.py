"""The frame of everything that writes scores: one at a time, and every statement sees the same moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from core import sql


def turn() -> list[str]:
    """The statements that a transaction of its own, not begun yet, has to begin with: one moment, and one at a time.

    All who write scores share the kept sums, and a whole month takes a fraction of a second.
    """
    return ["kpi/take_turn"] if connection.in_atomic_block else ["kpi/set_snapshot", "kpi/take_turn"]


@contextmanager
def alone() -> Iterator[None]:
    """A transaction in which nobody else writes scores, and whose statements all see the moment when its turn came."""
    begin = turn()
    with transaction.atomic():
        for statement in begin:
            sql.run(statement)
        yield


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction whose statements all see the same moment, so that a file that arrives meanwhile isn't half seen."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            sql.run("kpi/set_snapshot")
        yield
