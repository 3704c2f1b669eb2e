"""Run several programs together: prefixed logs, restarts with back-off, one clean end.

Each program gets a session of its own, so a Ctrl-C reaches only the supervisor, which then ends each
whole group of processes in order.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from gridmarketing import processes

GRACE_SECONDS = 15.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 30.0  # a program that ran this long starts again at once


@dataclass
class Program:
    """One program to keep running."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_start: float = 0.0
    lines: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self.lines = threading.Thread(target=self._print_lines, args=[self.process], daemon=True)
        self.lines.start()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> float:
        """Note a death and return the pause in seconds before the next start: 0, 1, 2, 4 … 30."""
        steady = time.monotonic() - self.started_at > STEADY_SECONDS
        self.failures = 0 if steady else self.failures + 1
        pause = 0.0 if self.failures <= 1 else min(2.0 ** (self.failures - 2), LONGEST_PAUSE)
        self.next_start = time.monotonic() + pause
        self.kill()  # its own children may have outlived it
        self.process = None
        return pause

    def ask_to_end(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
        except (ProcessLookupError, PermissionError):  # macOS says "permission" of a group of zombies
            pass

    def _print_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            say(self.name, line.rstrip("\n"))


class Supervisor:
    """Keeps programs running until it is told to stop."""

    def __init__(self, programs: list[Program], *, on_start: Callable[[list[int]], None]) -> None:
        self.programs, self.on_start = programs, on_start
        self.stopping = False
        self.impatient = False

    def catch_signals(self) -> None:
        """Let Ctrl-C, kill and a closed terminal end everything; a second Ctrl-C doesn't wait."""
        for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(caught, self._on_signal)

    def run(self, *, while_running: Callable[[], None] = lambda: None) -> None:
        """Start all, restart what dies, and return once told to stop and everything has ended."""
        try:
            while not self.stopping:
                self._start_due()
                while_running()
                time.sleep(0.1)
        finally:
            self._end_all()

    def _start_due(self) -> None:
        for program in self.programs:
            if program.ended():
                assert program.process is not None
                code = program.process.returncode
                pause = program.plan_restart()
                say(program.name, f"ended with code {code}; starting again in {pause:.0f} s")
            if program.process is None and time.monotonic() >= program.next_start:
                program.start()
                self.on_start([other.process.pid for other in self.programs if other.process])

    def _end_all(self) -> None:
        running = [program for program in self.programs if program.process]
        for program in running:
            program.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(not program.ended() for program in running):
            if self.impatient or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for program in running:
            program.kill()
            if program.process:
                program.process.wait()
            if program.lines:
                program.lines.join(timeout=1)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.impatient = self.stopping
        self.stopping = True


def end_groups(leaders: list[int], mark: str) -> list[int]:
    """Kill process groups a dead supervisor left behind, if they carry its mark; return those killed."""
    ours = [pid for pid in leaders if processes.carries(pid, mark)]
    for pid in ours:
        os.killpg(pid, signal.SIGKILL)
    return ours


def say(name: str, line: str) -> None:
    """Print one prefixed line; many threads may do so at once."""
    sys.stdout.write(f"{name:<8} | {line}\n")
    sys.stdout.flush()
