"""A company on a server of its own, workers to kill, and an eye that never leaves the scores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

import psycopg2
import pytest

from gridmarketing import embedded

# All that readers are shown, as one statement sees it; which run wrote it doesn't matter.
SHOWN = """
SELECT md5(string_agg(line, ';' ORDER BY line))
FROM (
    SELECT concat_ws(',', score.branch_id, score.grid_id, score.manager_id, days, total, rank_in_branch) AS line
    FROM kpi_branchmonth shown
    JOIN kpi_score score ON score.run_id = shown.current_run_id AND score.branch_id = shown.branch_id
    UNION ALL
    SELECT concat_ws(',', item.branch_id, item.grid_id, item.manager_id, code, status, gained, lost, actual,
                     base, target, rate, score, weight, weighted)
    FROM kpi_branchmonth shown
    JOIN kpi_itemscore item ON item.run_id = shown.current_run_id AND item.branch_id = shown.branch_id
) shown
"""
BRANCHES, GRIDS = 3, 2


@dataclass
class Ended:
    """How a job's worker ended: by which signal (0 for none), with what answer or error."""

    signal: int
    answer: Any = None
    error: str = ""


class Workers:
    """Does jobs in forked workers, one at a time."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.workers"],
            cwd=embedded.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready\n"

    def end(self) -> None:
        assert self._program.stdin
        self._program.stdin.close()
        self._program.wait(timeout=60)

    def attempt(self, job: str, plan: dict[str, Any] | None = None, **words: Any) -> Ended:
        """Do a job that may be killed by its plan: `kill` worker, backend or database, `at` a statement or `after`."""
        assert self._program.stdin
        self._program.stdin.write(json.dumps({"job": job, "plan": plan or {}, "words": words}) + "\n")
        self._program.stdin.flush()
        return Ended(**json.loads(self._line()))

    def do(self, job: str, **words: Any) -> Any:
        """Do a job to its end."""
        ended = self.attempt(job, **words)
        assert (ended.signal, ended.error) == (0, ""), ended
        return ended.answer

    def _line(self) -> str:
        assert self._program.stdout
        return self._program.stdout.readline()


@dataclass
class Eye:
    """Looks at what readers are shown, again and again, while others work and die."""

    url: str
    looks: int = 0
    seen: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _looking: threading.Event = field(default_factory=threading.Event)

    def now(self) -> str:
        """What is shown at this moment; raises psycopg2.OperationalError while the server is gone."""
        connection = psycopg2.connect(self.url)
        try:
            return _shown(connection)
        finally:
            connection.close()

    def __enter__(self) -> Eye:
        """Begin to look; returns once the first look is taken, so that a quick kill is watched from the start."""
        self.looks, self.seen = 0, []
        self._stopped.clear()
        self._looking.clear()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        assert self._looking.wait(60), "the server showed nothing within a minute"
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                connection = psycopg2.connect(self.url)
            except psycopg2.OperationalError:  # the server is being killed: look again when it is back
                time.sleep(0.02)
                continue
            try:
                self._look(connection)
            except psycopg2.OperationalError:
                time.sleep(0.02)
            finally:
                connection.close()

    def _look(self, connection: psycopg2.extensions.connection) -> None:
        while not self._stopped.is_set():
            found = _shown(connection)
            self.looks += 1
            if self.seen[-1:] != [found]:
                self.seen.append(found)
            self._looking.set()
            time.sleep(0.002)


def _shown(connection: psycopg2.extensions.connection) -> str:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(SHOWN)
        return str(cursor.fetchone()[0])


@dataclass
class Place:
    """The killed company: its servers' data, the workers, the eye, and what is shown before and after late news."""

    data: Path
    workers: Workers
    eye: Eye
    sheets: int
    shown: dict[bool, str] = field(default_factory=dict)
    late: bool = False

    def tell(self) -> tuple[int, str, str]:
        """Bring the other state of things and ask for a recompute; returns the run, what is shown, what will be."""
        before, self.late = self.shown[self.late], not self.late
        return self.workers.do("news", late=self.late), before, self.shown[self.late]

    def revive(self) -> None:
        """What the supervisor does every few seconds, until both servers are there."""
        deadline = time.monotonic() + 60
        while set(embedded.status(self.data).values()) & {"stopped"}:
            assert time.monotonic() < deadline
            embedded.revive(self.data)

    @property
    def state(self) -> embedded.State:
        state = embedded.read_state(self.data)
        assert state
        return state


def _keep_what_is_committed(data: Path, state: embedded.State) -> None:
    """Start again as in production, but for fsync: it guards against a loss of power, which no kill is."""
    connection = psycopg2.connect(state.database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET fsync = off")
    connection.close()
    embedded.stop(data)
    embedded.start(data)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A company that has been scored in both states, on servers that keep what they committed."""
    data = Path(tempfile.mkdtemp(prefix="gm-kills-"))
    before = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    workers = None
    try:
        embedded.start(data, fast=True)
        state = embedded.read_state(data)
        assert state
        os.environ |= {"DATABASE_URL": state.database_url, "REDIS_URL": state.redis_url}
        cluster = embedded.Postgres(data, state).cluster
        environment = {k: v for k, v in os.environ.items() if "PYTEST" not in k} | {
            "DJANGO_SETTINGS_MODULE": "gridmarketing.settings",
            "GM_DATA_DIR": str(data),
            "KILLED_CLUSTER": str(cluster),
        }
        migrate = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
        subprocess.run(migrate, cwd=embedded.ROOT, env=environment, check=True)
        _keep_what_is_committed(data, state)
        workers = Workers(environment)
        found = Place(data, workers, Eye(state.database_url), workers.do("company", branches=BRANCHES, grids=GRIDS))
        for _both in range(2):
            found.late = not found.late
            workers.do("compute", run=workers.do("news", late=found.late))
            found.shown[found.late] = found.eye.now()
        assert found.shown[True] != found.shown[False]
        yield found
    finally:
        if workers:
            workers.end()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        embedded.stop(data)
        embedded.remove(data)
        rmtree(data, ignore_errors=True)
