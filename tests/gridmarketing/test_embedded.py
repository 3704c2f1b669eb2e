"""Each mend of an embedded server's breakage, on clusters of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from gridmarketing import embedded, processes, unprivileged
from tests.waiting import until

ROOT = embedded.ROOT
IS_ROOT = os.geteuid() == 0


def ask(state: embedded.State, query: str) -> object:
    connection = psycopg2.connect(state.database_url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone() if cursor.description else None
    finally:
        connection.close()
    return row[0] if row else None


def kept_state(data: Path) -> embedded.State:
    state = embedded.read_state(data)
    assert state is not None
    return state


def postmaster(data: Path) -> int:
    pid = embedded.Postgres(data, kept_state(data))._postmaster()
    assert pid is not None
    return pid


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One running cluster for the tests that leave it running; its path is longer than a socket may have."""
    data = tmp_path_factory.mktemp("embedded") / ("a long path " * 9).strip()
    embedded.start(data, fast=True)
    yield data
    embedded.stop(data)


@pytest.fixture
def running(cluster: Path) -> embedded.State:
    embedded.start(cluster, fast=True)
    return kept_state(cluster)


def test_long_path_with_spaces_works(cluster: Path, running: embedded.State) -> None:
    assert len(str(cluster)) > 107
    assert ask(running, "SELECT 1") == 1
    assert redis.Redis.from_url(running.redis_url).ping() is True


def test_chinese_is_found_by_trigram(running: embedded.State) -> None:
    ask(running, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(running, "SELECT cardinality(show_trgm('天津市和平区'))") == 7
    assert ask(running, "SELECT similarity('天津市和平区', '天津市和平路') > 0.4") is True
    assert ask(running, "SELECT datcollate || datlocale FROM pg_database WHERE datname = 'grid'") == "C.UTF-8C.UTF-8"


def test_nobody_gets_in_without_the_password(running: embedded.State) -> None:
    url = running.database_url.replace(running.pg_password, "guess")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url)
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=running.valkey_port).ping()


def test_passwords_are_for_the_owner_only(cluster: Path, running: embedded.State) -> None:
    assert (cluster / "embedded.json").stat().st_mode & 0o777 == 0o600
    assert (cluster / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600
    assert running.valkey_password not in processes.command(_valkey_pid(running))


def test_start_of_running_servers_does_nothing(cluster: Path, running: embedded.State) -> None:
    before = postmaster(cluster)
    assert embedded.start(cluster, fast=True) is False
    assert postmaster(cluster) == before


def test_killed_servers_come_back_with_their_data(cluster: Path, running: embedded.State) -> None:
    # A test cluster doesn't wait for the disk, so a commit of the last moment may die with it: this one waits.
    ask(running, "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 42 AS n")
    with redis.Redis.from_url(running.redis_url) as broker:
        broker.set("kept", "42")
        assert broker.waitaof(1, 0, 60_000)[0] == 1  # Valkey's file is written once a second
    pids = [postmaster(cluster), _valkey_pid(running)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(processes.is_alive, pids)))
    assert embedded.status(cluster) == {"postgresql": "stopped", "valkey": "stopped"}
    assert embedded.start(cluster, fast=True) is True
    again = kept_state(cluster)
    assert ask(again, "SELECT n FROM kept") == 42
    assert redis.Redis.from_url(again.redis_url).get("kept") == b"42"


def test_dead_servers_are_revived_where_they_were(
    cluster: Path, running: embedded.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", running.database_url)
    monkeypatch.setenv("REDIS_URL", running.redis_url)
    assert embedded.revive(cluster) is False

    os.kill(postmaster(cluster), signal.SIGKILL)
    until(lambda: embedded.revive(cluster))  # the port may answer a moment longer than the server

    assert kept_state(cluster) == running
    assert ask(running, "SELECT 1") == 1


@pytest.mark.parametrize("kind", ["foreign", "zombie", "gone", "garbage"])
def test_stale_pid_file_does_not_fool_anybody(cluster: Path, running: embedded.State, kind: str) -> None:
    embedded.stop(cluster)
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: not processes.is_alive(zombie.pid))
    pid = {"foreign": str(os.getpid()), "zombie": str(zombie.pid), "gone": "4194000", "garbage": "?"}[kind]
    (cluster / "pg18" / "postmaster.pid").write_text(f"{pid}\n{cluster}/pg18\n1\n{running.pg_port}\n\n127.0.0.1\n")
    (cluster / "pg18" / ".s.PGSQL.5432.lock").write_text(f"{pid}\n")
    assert embedded.status(cluster)["postgresql"] == "stopped"
    assert embedded.start(cluster, fast=True) is True
    assert ask(kept_state(cluster), "SELECT 1") == 1
    zombie.wait()


def test_taken_port_is_left_to_its_owner(cluster: Path, running: embedded.State) -> None:
    embedded.stop(cluster)
    blocker = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(running.pg_port)])
    try:
        until(lambda: _listens(running.pg_port))
        embedded.start(cluster, fast=True)
        assert kept_state(cluster).pg_port != running.pg_port
        assert ask(kept_state(cluster), "SELECT 1") == 1
    finally:
        blocker.kill()
        blocker.wait()


def test_two_starters_at_once_do_not_collide(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gridmarketing.embedded", "start"]
    environment = {**os.environ, "GM_DATA_DIR": str(tmp_path)}
    starters = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        outputs = [starter.communicate(timeout=120)[0] for starter in starters]
        assert [starter.returncode for starter in starters] == [0, 0]
        assert outputs[0] == outputs[1]
        assert len(processes.all_in(tmp_path / "valkey")) == 1
    finally:
        assert embedded.stop(tmp_path) is True
    assert embedded.stop(tmp_path) is False


@pytest.mark.skipif(not IS_ROOT, reason="only root has to become somebody else")
def test_root_without_namespaces_runs_as_nobody_even_below_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A directory only root may enter, as /root is.
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("GM_NO_UNSHARE", "1")
    unprivileged.namespaces_allowed.cache_clear()
    try:
        embedded.start(closed / "data", fast=True, broker=False)
        state = kept_state(closed / "data")
        assert ask(state, "SELECT 1") == 1
        pid = postmaster(closed / "data")
        assert (Path("/proc") / str(pid)).stat().st_uid == unprivileged.NOBODY
        embedded.stop(closed / "data")
        home = embedded.Postgres(closed / "data", state).account.home
        assert home.parent == Path("/var/tmp")
        embedded.remove(closed / "data")
        assert not home.exists()
    finally:
        unprivileged.namespaces_allowed.cache_clear()


@pytest.mark.skipif(IS_ROOT and not unprivileged.namespaces_allowed(), reason="root can't become an ordinary user")
def test_ordinary_user_starts_and_stops(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from gridmarketing import embedded\n"
        "data = Path(sys.argv[1]); embedded.start(data, fast=True); print(os.geteuid() == 0)\n"
        "print(embedded.status(data)); embedded.stop(data); print(embedded.status(data))\n"
    )
    command = [*(unprivileged.NAMESPACE if IS_ROOT else []), sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [done.stdout.count(word) for word in ("False", "running on", "stopped")] == [1, 2, 2]


def _valkey_pid(state: embedded.State) -> int:
    return int(redis.Redis.from_url(state.redis_url).info("server")["process_id"])  # type: ignore[index]


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
