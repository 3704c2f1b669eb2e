"""A sign of life beside the transaction that does the work, which shows nothing until it is done."""

import datetime as dt
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from django.db import DatabaseError, connection
from django.db.models import QuerySet

LOOK_SECONDS = 1.0  # a shorter run needs no sign, and no second connection
BEAT_SECONDS = 10.0


class Heartbeat:
    """While open, writes the moment and the step of a job to its row, on a connection of its own."""

    def __init__(self, *, rows: QuerySet[Any], started_at: dt.datetime, steps: int) -> None:
        self._rows, self._started_at, self._steps = rows, started_at, steps
        self._begun = self._written_at = monotonic()
        self._step, self._done, self._written = "", 0, 0
        self._ended = Event()
        self._thread = Thread(target=self._beat, daemon=True)

    def step(self, name: str) -> None:
        """Note that the next step begins."""
        self._step, self._done = name, self._done + 1

    def __enter__(self) -> Self:
        # Inside somebody's transaction the row can't be seen from another connection.
        if not connection.in_atomic_block:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(LOOK_SECONDS):
                if self._done != self._written or monotonic() - self._written_at >= BEAT_SECONDS:
                    self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        self._written, self._written_at = self._done, monotonic()
        at = self._started_at + dt.timedelta(seconds=self._written_at - self._begun)
        try:
            self._rows.update(heartbeat_at=at, step=self._step, steps_done=self._done, steps_total=self._steps)
        except DatabaseError:
            connection.close()  # the work itself notices when the server is gone
