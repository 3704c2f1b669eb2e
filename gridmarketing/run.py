"""``make run``: servers, tables, the first company, then web server, worker and scheduler together.

python -m gridmarketing.run [--stop | --reset [--yes]]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import django
from django.core.management import CommandError, call_command

from gridmarketing import embedded, env, prepare, processes
from gridmarketing.supervisor import Program, Supervisor, end_groups, say

ROOT = Path(__file__).resolve().parent.parent
LOOK_SECONDS = 3.0
HEAD_START_SECONDS = 2  # people wait for the web server, nobody for the others
# Warnings that say nothing here: Celery's about root, WhiteNoise's about files that aren't collected.
QUIET = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "ignore:You're running the worker,ignore:No directory at",
}
# Where setproctitle is installed, gunicorn would write its title over the environment, and with it over our mark.
MARKED = {"SPT_NOENV": "1"}


class Run:
    """One ``make run`` as the data directory knows it: a file that a killed run leaves behind."""

    def __init__(self, data: Path, pid: int) -> None:
        self.data, self.pid = data, pid
        self.file = data / "runs" / f"{pid}.json"
        self.mark = f"GM_RUN={data}:{pid};"

    def note(self, **changes: object) -> None:
        """Keep what has changed: ``port``, ``children`` (pids), ``owns_servers``."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(self.read() | changes))
        draft.replace(self.file)

    def read(self) -> dict[str, object]:
        try:
            return dict(json.loads(self.file.read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    @property
    def lives(self) -> bool:
        return processes.works_in(self.pid, ROOT) and "gridmarketing.run" in processes.command(self.pid)


def runs(data: Path) -> list[Run]:
    """All runs the data directory knows, living or dead."""
    return [Run(data, int(file.stem)) for file in sorted((data / "runs").glob("*.json"))]


def clear_dead_runs(data: Path) -> bool:
    """End what killed runs left behind; True if one of them had started the embedded servers."""
    owned = False
    for run in runs(data):
        if run.lives:
            continue
        noted = run.read()
        owned = owned or bool(noted.get("owns_servers"))
        children = noted.get("children")
        end_groups(list(children) if isinstance(children, list) else [], run.mark)
        run.file.unlink(missing_ok=True)
    return owned


def free_port(wanted: int, host: str) -> int:
    """The wanted port, or the next one that is free."""
    for port in range(wanted, min(wanted + 1000, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No free port from {wanted} on.")


def programs(environment: dict[str, str]) -> list[Program]:
    """Web server, worker and scheduler, as production runs them too."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "gridmarketing"]
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "gridmarketing.wsgi"]
    later = time.monotonic() + HEAD_START_SECONDS
    return [
        Program("web", gunicorn, environment),
        Program("worker", [*celery, "worker", "--without-gossip", "--without-mingle"], environment, next_start=later),
        Program("beat", [*celery, "beat", "--pidfile="], environment, next_start=later),
    ]


class Greeting:
    """Tells the address and the logins once the web server answers."""

    def __init__(self, url: str, logins: str) -> None:
        self.url, self.logins, self.done = url, logins, False

    def __call__(self) -> None:
        if self.done or not _answers(f"{self.url}/healthz"):
            return
        self.done = True
        lines = ["", f"家客网格  {self.url}", *self.logins.splitlines(), "Ctrl-C stops everything.", ""]
        # In one piece: the programs write their logs to the same place at any moment.
        sys.stdout.write("".join(f"         {line}".rstrip() + "\n" for line in lines))
        sys.stdout.flush()


class Servers:
    """Sees that the embedded servers live: a program that lost them would fail until the next start."""

    def __init__(self, data: Path) -> None:
        self.data, self.next_look = data, 0.0

    def __call__(self) -> None:
        if time.monotonic() < self.next_look:
            return
        try:
            if embedded.revive(self.data):
                say("servers", "a server had died and was started again")
        except embedded.EmbeddedError as error:
            say("servers", str(error))
        self.next_look = time.monotonic() + LOOK_SECONDS


def start() -> None:
    """Run until Ctrl-C."""
    os.chdir(ROOT)
    data = embedded.data_dir()
    data.mkdir(parents=True, exist_ok=True)
    run = Run(data, os.getpid())
    # Servers that a killed run had started are ours now, and end with us.
    run.note(owns_servers=clear_dead_runs(data))
    for caught in (signal.SIGTERM, signal.SIGHUP):  # while preparing; the supervisor sets its own
        signal.signal(caught, signal.default_int_handler)
    say("setup", "starting the database and the broker")
    try:
        if embedded.ensure():
            run.note(owns_servers=True)
        supervise(run)
    except KeyboardInterrupt:
        say("setup", "stopped before everything had started")
    finally:
        leave(run)


def supervise(run: Run) -> None:
    """Prepare, then keep the programs running."""
    django.setup()
    prepare.prepare()
    prepare.found_company()
    host = env.text("HOST", "127.0.0.1")
    port = free_port(env.number("PORT", 8000), host)
    run.note(port=port)
    name, _, value = run.mark.partition("=")
    environment = {**os.environ, **QUIET, **MARKED, "HOST": host, "PORT": str(port), name: value}
    supervisor = Supervisor(programs(environment), on_start=lambda pids: run.note(children=pids))
    supervisor.catch_signals()
    greeting, servers = Greeting(f"http://{host}:{port}", demo_logins()), Servers(run.data)

    def look() -> None:
        greeting()
        servers()

    supervisor.run(while_running=look)
    say("setup", "stopped")


def leave(run: Run) -> None:
    """Stop the embedded servers if they are ours; a living neighbour takes them over instead."""
    owns_servers = clear_dead_runs(run.data) or bool(run.read().get("owns_servers"))
    run.file.unlink(missing_ok=True)
    neighbours = [other for other in runs(run.data) if other.lives]
    if owns_servers and neighbours:
        neighbours[0].note(owns_servers=True)
    elif owns_servers:
        embedded.stop(run.data)


def demo_logins() -> str:
    """One login for each role, in a demo company only."""
    told = io.StringIO()
    try:
        call_command("show_logins", stdout=told)
    except CommandError:
        return ""
    return told.getvalue()


def stop() -> None:
    """End living runs, the remains of killed ones and the embedded servers."""
    data = embedded.data_dir()
    for run in runs(data):
        if run.lives and not processes.end(run.pid, patience=60, how=signal.SIGTERM):
            raise SystemExit(f"make run (process {run.pid}) does not end.")
    clear_dead_runs(data)
    embedded.stop(data)
    say("stop", "nothing of it runs any more")


def reset(*, sure: bool) -> None:
    """Delete the embedded data, after asking."""
    data = embedded.data_dir()
    if not sure and input(f"Delete all data in {data}? Type yes: ") != "yes":
        raise SystemExit("Nothing was deleted.")
    stop()
    embedded.remove(data)
    say("reset", f"{data} is gone")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--yes", action="store_true")
    options = parser.parse_args()
    if options.reset:
        reset(sure=options.yes)
    elif options.stop:
        stop()
    else:
        start()


if __name__ == "__main__":
    main()
