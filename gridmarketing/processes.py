"""Processes as the system sees them: alive, zombie, at work in a directory."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")


def is_alive(pid: int) -> bool:
    """True unless the process is gone or a zombie (dead, but not yet collected by its parent)."""
    if (PROC / "self").exists():
        try:
            stat = (PROC / str(pid) / "stat").read_text()
        except OSError:
            return False
        # The name in brackets may hold spaces and brackets itself: the state follows the last one.
        return stat.rpartition(")")[2].split()[0] not in ("Z", "X")
    state = _ps("stat=", pid)
    return bool(state) and not state.startswith("Z")


def works_in(pid: int, directory: Path) -> bool:
    """True if the living process has ``directory`` as its working directory."""
    if not is_alive(pid):
        return False
    if not (PROC / "self").exists():
        return True  # no /proc (macOS): the pid file is all there is
    try:
        return Path(os.readlink(PROC / str(pid) / "cwd")) == directory.resolve()
    except OSError:
        return False


def all_in(directory: Path) -> list[int]:
    """Pids of the living processes at work in ``directory``, by number."""
    if not (PROC / "self").exists():
        return []
    numbers = sorted(int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if works_in(pid, directory)]


def end(pid: int, *, patience: float, how: int = signal.SIGINT) -> bool:
    """Send ``how`` and wait up to ``patience`` seconds; True once the process is gone."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return True
    return _gone(pid, patience)


def end_all_in(directory: Path, *, patience: float) -> None:
    """Wait for the processes at work in ``directory``, then kill those that stay."""
    for pid in all_in(directory):
        if not _gone(pid, patience):
            end(pid, patience=patience, how=signal.SIGKILL)


def _gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def command(pid: int) -> str:
    """The command line of a process; empty if it is gone."""
    if not (PROC / "self").exists():
        return _ps("command=", pid)
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def carries(pid: int, mark: str) -> bool:
    """True if the living process was started with ``mark`` in its environment."""
    if not is_alive(pid):
        return False
    if not (PROC / "self").exists():
        return mark in _ps("command=", pid, "-Eww")
    try:
        return mark.encode() in (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False


def _ps(column: str, pid: int, *options: str) -> str:
    shown = subprocess.run(["ps", *options, "-o", column, "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip()
