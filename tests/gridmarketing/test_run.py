"""``make run`` itself: side by side, killed, and stopped; on a company of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gridmarketing import embedded, processes
from gridmarketing.embedded import ROOT
from gridmarketing.run import Run, clear_dead_runs, free_port
from tests.waiting import until

# The tests' own servers are not the company's.
OUTER = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def environment(data: Path) -> dict[str, str]:
    inner = {name: value for name, value in os.environ.items() if name not in OUTER}
    return inner | {"GM_DATA_DIR": str(data), "WEB_WORKERS": "1", "WORKER_CONCURRENCY": "1", "PORT": "18300"}


def start(data: Path, name: str) -> tuple[subprocess.Popen[bytes], Path]:
    log = data.parent / name
    with log.open("w") as output:
        command = [sys.executable, "-m", "gridmarketing.run"]
        return subprocess.Popen(command, cwd=ROOT, env=environment(data), stdout=output, stderr=output), log


def address(log: Path) -> str:
    """The printed address, once it is printed."""
    printed = re.compile(r"家客网格  (http://[\d.]+:\d+)\n")
    until(lambda: printed.search(log.read_text("utf-8")), lambda: log.read_text("utf-8"))
    return printed.findall(log.read_text("utf-8"))[0]


def answers(url: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:
        return dict(json.load(answer))


def listens(url: str) -> bool:
    """Whether anything is there: a web server whose database is gone still takes connections."""
    place = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((str(place.hostname), place.port or 80)) == 0


def marked(data: Path) -> list[int]:
    """Living processes that a run on this data directory started."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if processes.carries(pid, f"GM_RUN={data}:")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A company with one person, so that no demo company is built."""
    place = tmp_path / "data"
    person = "from accounts.models import User; User.objects.create_superuser('somebody', 'a long password')"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", person]
    subprocess.run(command, cwd=ROOT, env=environment(place), check=True, capture_output=True)
    embedded.stop(place)
    return place


def test_two_runs_a_kill_and_a_ctrl_c_leave_nothing_behind(data: Path) -> None:
    first, first_log = start(data, "first")
    try:
        first_url = address(first_log)
        second, second_log = start(data, "second")
        second_url = address(second_log)
        assert first_url != second_url
        assert answers(first_url) == answers(second_url) == {"status": "ok", "database": "ok", "broker": "ok"}
        # The first dies without a word; its programs and the servers it started are left to the second.
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert answers(second_url)["status"] == "ok"
        second.send_signal(signal.SIGINT)
        assert second.wait(timeout=120) == 0, second_log.read_text("utf-8")
        until(lambda: not marked(data), lambda: marked(data))  # a killed program takes a moment to die
        assert [listens(url) for url in (first_url, second_url)] == [False, False]
        assert embedded.status(data) == {"postgresql": "stopped", "valkey": "stopped"}
        assert list((data / "runs").iterdir()) == []
    finally:
        stop = [sys.executable, "-m", "gridmarketing.run", "--stop"]
        subprocess.run(stop, cwd=ROOT, env=environment(data), check=True, capture_output=True)


def test_remains_of_a_killed_run_are_ended_and_a_stranger_is_spared(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    run = Run(tmp_path, dead.pid)
    name, _, value = run.mark.partition("=")
    ours = subprocess.Popen(["sleep", "600"], env={**os.environ, name: value}, start_new_session=True)
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    run.note(children=[ours.pid, stranger.pid], owns_servers=True)
    try:
        assert clear_dead_runs(tmp_path) is True
        assert ours.wait(timeout=60) == -signal.SIGKILL
        assert stranger.poll() is None
        assert clear_dead_runs(tmp_path) is False
    finally:
        stranger.kill()
        stranger.wait()


def test_taken_port_gives_the_next_one() -> None:
    with socket.create_server(("127.0.0.1", 18400)):
        assert free_port(18400, "127.0.0.1") == 18401
