"""The web server's worker and its log line: gunicorn's own, with less done for each request."""

from __future__ import annotations

import datetime as dt
import select
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

# Milliseconds that a thread waits for the next request of a connection it has just answered.
LINGER = 2


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """A phone that empties its queue, and a browser that fetches what a page needs, send the next request at once. The
    thread waits for it a moment instead of handing the connection to the main thread and getting it back; never while
    another connection wants a thread."""

    def get_thread_pool(self) -> ThreadPoolExecutor:
        pool = super().get_thread_pool()
        self.wanting: SimpleQueue[Any] = pool._work_queue
        return pool

    def handle(self, conn: TConn) -> Any:
        kept = super().handle(conn)
        while kept is True and self.alive and self.wanting.empty() and _speaks(conn):
            kept = super().handle(conn)
        return kept


def _speaks(conn: TConn) -> bool:
    """Whether the next request begins to arrive within the moment. What was read ahead is the main thread's matter."""
    if conn.parser.unreader.buf.getvalue():
        return False
    line = select.poll()
    line.register(conn.sock.fileno(), select.POLLIN)
    return bool(line.poll(LINGER))


class AccessLog(Logger):  # type: ignore[misc]
    """One short line a request. No query string, no address and no headers: people search for names and numbers."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: dt.timedelta) -> None:
        self.access_log.info(
            "%s %s %s %s bytes %d ms",
            environ["REQUEST_METHOD"],
            environ["RAW_URI"].partition("?")[0],
            str(resp.status).partition(" ")[0],
            resp.sent,
            request_time.total_seconds() * 1000,
        )
