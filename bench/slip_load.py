"""The two loads of bench.post_slips, each in a process of its own that knows no Django.

Every connection is opened and used once before the clock starts; then all go on at once until the work is done.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import psycopg2

Words = dict[str, Any]
Send = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured: slips a second, and how long each took, in milliseconds."""

    rate: float
    taken: list[float]


@dataclass(frozen=True, slots=True)
class Seat:
    """One logged-in field manager: the cookies, the words of a slip but for its UUID and household, and those of the
    households."""

    cookies: str
    token: str
    words: Words
    homes: list[Words]


def over_http(port: int, seats: list[Seat], keys: list[list[str]]) -> Load:
    """POST slips over one keep-alive connection a seat; the first key of each seat warms it up."""
    requests = [[_request(seat, slip) for slip in part] for seat, part in zip(seats, _work(seats, keys), strict=True)]
    return _measure([_poster(port) for _seat in seats], requests)


def by_driver(place: dict[str, Any], statement: str, seats: list[Seat], keys: list[list[str]]) -> Load:
    """Execute a statement with the words of each seat, autocommit, over one connection a seat."""
    return _measure([_inserter(place, statement) for _seat in seats], _work(seats, keys))


def _work(seats: list[Seat], keys: list[list[str]]) -> list[list[Words]]:
    return [[_slip(seat, key) for key in part] for seat, part in zip(seats, keys, strict=True)]


def _slip(seat: Seat, key: str) -> Words:
    return seat.words | seat.homes[int(key[:8], 16) % len(seat.homes)] | {"client_uuid": key}


def _measure(senders: list[Send], work: Sequence[Sequence[Any]]) -> Load:
    start = threading.Barrier(len(senders) + 1)
    taken: list[float] = []
    failed: list[BaseException] = []

    def send_all(send: Send, part: Sequence[Any]) -> None:
        try:
            send(part[0])
            start.wait()
            for slip in part[1:]:
                begun = perf_counter()
                send(slip)
                taken.append((perf_counter() - begun) * 1000)
        except BaseException as error:
            failed.append(error)
            start.abort()

    threads = [threading.Thread(target=send_all, args=pair) for pair in zip(senders, work, strict=True)]
    for thread in threads:
        thread.start()
    try:
        start.wait()
    except threading.BrokenBarrierError:
        raise failed[0] from None
    begun = perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Load(len(taken) / (perf_counter() - begun), taken)


def _request(seat: Seat, slip: Words) -> bytes:
    """Made before the clock starts: what the load costs is not the server's."""
    body = json.dumps(slip)
    head = (
        f"POST /api/v1/acceptance/slips/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
        f"Referer: https://localhost/acceptance/slips/new/\r\nCookie: {seat.cookies}\r\nX-CSRFToken: {seat.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: "
    )
    return f"{head}{len(body)}\r\n\r\n{body}".encode()


def _poster(port: int) -> Send:
    """A browser's connection in as few lines as possible."""
    line: list[socket.socket] = []

    def send(request: bytes) -> None:
        answer = b""
        if line:  # a server may close a line that it doesn't want to keep; then it hasn't read the request
            answer = _ask(line[0], request)
        if not answer:
            line[:] = [socket.create_connection(("127.0.0.1", port))]
            answer = _ask(line[0], request)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(answer.decode(errors="replace")[:2000])
        if b"onnection: close" in answer:
            line.clear()

    return send


def _ask(line: socket.socket, request: bytes) -> bytes:
    """The whole answer; empty if the line was closed before one came."""
    try:
        line.sendall(request)
        answer = line.recv(65536)
        while answer:
            head, end, body = answer.partition(b"\r\n\r\n")
            if end and len(body) >= int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]):
                break
            more = line.recv(65536)
            if not more:
                break
            answer += more
    except ConnectionError:
        return b""
    return answer


def _inserter(place: dict[str, Any], statement: str) -> Send:
    connection = psycopg2.connect(**place)
    connection.autocommit = True
    cursor = connection.cursor()

    def send(slip: Words) -> None:
        cursor.execute(statement, slip)
        if cursor.fetchone() is None:
            raise RuntimeError("nothing was written")

    return send
