"""Digests of late slips go outside through a real HTTP endpoint and a real SMTP server, both on this machine."""

import datetime as dt
import json
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ValidationError

from acceptance.domain.dispatches import send_due, write_down
from acceptance.models import Dispatch, LateNotice, NoticeTarget
from acceptance.tasks import escalate, send_digests
from core.periods import SHANGHAI
from tests.factories.acceptance import SlipFactory
from tests.factories.grids import HallFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 6, 10, 0, tzinfo=SHANGHAI)
MINUTE = dt.timedelta(minutes=1)


class Endpoint:
    """An HTTP server that keeps what it is sent and answers with the next of `answers`, then with 200."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.answers: list[int] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.heard.append(json.loads(body))
                self.send_response(endpoint.answers.pop(0) if endpoint.answers else 200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/late"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hall(settings):
    settings.PUBLIC_URL = "https://grid.example.cn/"
    return HallFactory(name="王顶堤营业厅")


def notice(hall, late: int = 3, raised: int = 1) -> LateNotice:
    values = {"late": late, "raised": raised}
    return LateNotice.objects.update_or_create(branch=hall.branch, hall=hall, day=NOW.date(), defaults=values)[0]


def target(hall, address: str) -> NoticeTarget:
    return NoticeTarget.objects.create(label="厅群", branch=hall.branch, hall=hall, address=address)


def test_digest_tells_place_counts_and_link_and_the_same_counts_once(hall, endpoint):
    notice(hall)
    target(hall, endpoint.address)
    assert (write_down(now=NOW), write_down(now=NOW)) == (1, 0)
    assert (send_due(now=NOW), send_due(now=NOW)) == (1, 0)
    assert write_down(now=NOW + 90 * MINUTE) == 0
    (heard,) = endpoint.heard
    assert heard["title"] == "预受理单超时通报"
    assert heard["message"].splitlines() == [
        "王顶堤营业厅 2026-11-06 有 3 单预受理超时，其中一直没办、再报分公司的 1 单。",
        "https://grid.example.cn/acceptance/in-transit/?state=late",
    ]
    row = Dispatch.objects.get()
    assert (row.state, row.attempts, row.sent_at) == ("sent", 1, NOW)


def test_new_counts_are_told_after_an_hour(hall, endpoint):
    notice(hall)
    target(hall, endpoint.address)
    write_down(now=NOW)
    notice(hall, late=5)
    assert write_down(now=NOW + 59 * MINUTE) == 0
    assert write_down(now=NOW + 61 * MINUTE) == 1


def test_branch_hears_of_its_own_notice_and_nobody_of_anothers(hall, endpoint):
    notice(hall)
    LateNotice.objects.create(branch=hall.branch, hall=None, day=NOW.date(), late=9, raised=0)
    NoticeTarget.objects.create(label="分公司群", branch=hall.branch, address=endpoint.address)
    target(HallFactory(), endpoint.address)
    assert (write_down(now=NOW), send_due(now=NOW)) == (1, 1)
    assert endpoint.heard[0]["message"].startswith(f"{hall.branch.name} 2026-11-06 有 9 单")


def test_failed_sending_is_tried_again_later_and_given_up_in_the_end(hall, endpoint):
    endpoint.answers = [500, 503, 200]
    notice(hall)
    target(hall, endpoint.address)
    write_down(now=NOW)
    told = [send_due(now=NOW + minutes * MINUTE) for minutes in (0, 4, 5, 14, 15, 60)]
    assert (told, len(endpoint.heard)) == ([0, 0, 0, 0, 1, 0], 3)
    endpoint.answers = [500] * 9
    notice(hall, late=7)
    write_down(now=NOW + 90 * MINUTE)
    for hours in range(2, 12):
        send_due(now=NOW + hours * 60 * MINUTE)
    assert Dispatch.objects.get(late=7).state == "failed"
    assert len(endpoint.heard) == 3 + 5


def test_digest_whose_worker_died_is_never_sent_a_second_time(hall, endpoint):
    notice(hall)
    target(hall, endpoint.address)
    write_down(now=NOW)
    Dispatch.objects.update(state="sending", begun_at=NOW, attempts=1)
    assert send_due(now=NOW + 10 * MINUTE) == 0
    assert send_due(now=NOW + 16 * MINUTE) == 0
    assert (Dispatch.objects.get().state, endpoint.heard) == ("unknown", [])


def test_nothing_leaves_unless_it_is_switched_on(hall, endpoint, settings):
    settings.PUBLIC_URL = ""
    notice(hall)
    target(hall, endpoint.address)
    SlipFactory(submitted_at=NOW - dt.timedelta(days=30), grid__hall=hall)
    escalate()
    send_digests()
    assert (Dispatch.objects.count(), endpoint.heard) == (0, [])


def test_address_of_any_other_kind_is_refused_and_never_used(hall, endpoint):
    with pytest.raises(ValidationError):
        NoticeTarget(label="x", branch=hall.branch, address="syslog://localhost").full_clean()
    with pytest.raises(ValidationError):
        NoticeTarget(label="x", branch=hall.branch, hall=HallFactory(), address=endpoint.address).full_clean()
    notice(hall)
    target(hall, "syslog://localhost")
    write_down(now=NOW)
    assert send_due(now=NOW) == 0


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of SMTP as it takes to receive one letter."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[str] = []
        super().__init__(("127.0.0.1", 0), Caller)


class Caller(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(b"".join(lines).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def test_digest_arrives_by_mail(hall):
    with Mailbox() as mailbox:
        threading.Thread(target=mailbox.serve_forever, daemon=True).start()
        port = mailbox.server_address[1]
        notice(hall)
        target(hall, f"mailto://127.0.0.1:{port}/?from=grid@example.cn&to=head@example.cn&mode=insecure&format=text")
        write_down(now=NOW)
        assert send_due(now=NOW) == 1
        mailbox.shutdown()
    letter = message_from_string(mailbox.letters[0])
    assert str(make_header(decode_header(letter["Subject"]))) == "预受理单超时通报"
    part = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    assert "有 3 单预受理超时" in part.get_payload(decode=True).decode()
