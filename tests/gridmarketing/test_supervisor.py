"""The supervisor over small programs of its own kind: all end together, the dead come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmarketing import processes
from gridmarketing.embedded import ROOT
from gridmarketing.supervisor import Program
from tests.waiting import until

# Two programs; "stubborn" ignores the polite end and has a child of its own.
SCRIPT = """
import os, subprocess, sys
from gridmarketing.supervisor import Program, Supervisor
from gridmarketing import supervisor
supervisor.GRACE_SECONDS = float(sys.argv[1])
loop = "import os, time, signal; {0} print('pid', os.getpid(), flush=True); time.sleep(600)"
stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); import subprocess; subprocess.Popen(['sleep', '601']);"
programs = [
    Program("gentle", [sys.executable, "-c", loop.format("")], os.environ),
    Program("stubborn", [sys.executable, "-c", loop.format(stubborn)], os.environ),
]
watched = Supervisor(programs, on_start=lambda pids: print("started", *pids, flush=True))
watched.catch_signals()
watched.run()
print("all ended", flush=True)
"""


class Watched:
    """A supervisor in a process of its own, and what it printed."""

    def __init__(self, log: Path, *, grace: int) -> None:
        self.log = log
        command = [sys.executable, "-c", SCRIPT, str(grace)]
        with log.open("w") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)

    def pids(self, name: str) -> list[int]:
        lines = [line for line in self.log.read_text().splitlines() if line.startswith(name) and "pid" in line]
        return [int(line.split()[-1]) for line in lines]

    def wait_for(self, name: str, count: int) -> int:
        until(lambda: len(self.pids(name)) >= count, self.log.read_text)
        return self.pids(name)[-1]


@pytest.fixture
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    running = Watched(tmp_path / "log", grace=getattr(request, "param", 1))
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(timeout=60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_all_even_the_stubborn_and_its_children(watched: Watched, how: signal.Signals) -> None:
    pids = [watched.wait_for("gentle", 1), watched.wait_for("stubborn", 1)]
    watched.process.send_signal(how)
    assert watched.process.wait(timeout=60) == 0
    assert [processes.is_alive(pid) for pid in pids] == [False, False]
    until(lambda: _group_of(pids[1]) == [])  # a killed child takes a moment to die
    assert watched.log.read_text().endswith("all ended\n")


@pytest.mark.parametrize("watched", [600], indirect=True)
def test_second_ctrl_c_does_not_wait(watched: Watched) -> None:
    gentle = watched.wait_for("gentle", 1)
    watched.wait_for("stubborn", 1)
    watched.process.send_signal(signal.SIGINT)
    until(lambda: not processes.is_alive(gentle))  # the first has been heard: two at one moment are one
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(timeout=60) == 0  # well before the patience with the stubborn one ends


def test_killed_program_comes_back_alone(watched: Watched) -> None:
    gentle = watched.wait_for("gentle", 1)
    stubborn = watched.wait_for("stubborn", 1)
    os.kill(gentle, signal.SIGKILL)
    assert watched.wait_for("gentle", 2) != gentle
    assert watched.pids("stubborn") == [stubborn]
    assert processes.is_alive(stubborn)
    assert "gentle   | ended with code -9; starting again in 0 s" in watched.log.read_text()


def test_restarts_of_a_failing_program_slow_down() -> None:
    program = Program("broken", ["false"], os.environ)
    program.started_at = time.monotonic()
    assert [program.plan_restart() for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_program_that_ran_long_starts_again_at_once() -> None:
    program = Program("steady", ["false"], os.environ, failures=6)
    program.started_at = time.monotonic() - 60
    assert program.plan_restart() == 0


def _group_of(leader: int) -> list[int]:
    """Living processes of a group; a killed one stays a zombie until its parent collects it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and processes.is_alive(int(entry.name)):
            try:
                group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
            except OSError:
                continue
            if group == leader:
                found.append(int(entry.name))
    return found
