"""The line between a phone and the product, which can be cut, or lose the answers to what has arrived."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

SLIPS = "/api/v1/acceptance/slips/"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Line(ThreadingHTTPServer):
    """A proxy on a port of its own. `is_cut`: nothing gets through. `lose`: so many answers to slips get lost after the
    product has done its work. `says`: words of the product and those that are heard in their place. `carried`: method,
    path, status and bytes of each answer that came back to us."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.target = urlsplit(target).netloc
        self.is_cut = False
        self.lose = 0
        self.says: dict[bytes, bytes] = {}
        self.carried: list[tuple[str, str, int, int]] = []
        self.guard = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def loses(self, path: str, status: int) -> bool:
        """Whether this answer is to be lost: one to a slip that the product has just taken."""
        with self.guard:
            if status != 201 or path != SLIPS or self.lose <= 0:
                return False
            self.lose -= 1
            return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error."""


class _Carrier(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Line

    def carry(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        self.close_connection = True
        if self.server.is_cut:
            return
        far = http.client.HTTPConnection(self.server.target, timeout=60)
        plain = {"Accept-Encoding": "identity"} if self.server.says else {}
        far.request(self.command, self.path, body, dict(self.headers) | plain)
        answer = far.getresponse()
        content = answer.read()
        for words, heard in self.server.says.items():
            content = content.replace(words, heard)
        with self.server.guard:
            self.server.carried.append((self.command, self.path, answer.status, len(content)))
        if self.server.is_cut or self.server.loses(self.path, answer.status):
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        far.close()

    do_GET = do_POST = do_HEAD = carry

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@contextmanager
def line_to(target: str) -> Iterator[Line]:
    line = Line(target)
    thread = threading.Thread(target=line.serve_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.shutdown()
        line.server_close()
