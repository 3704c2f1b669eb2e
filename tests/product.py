"""The whole product, as `make run` starts it: own database and broker, web server, worker and scheduler.

Trips and browser tests share one of these, so they all run in one xdist worker (tests/groups.py).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.periods import SHANGHAI, Month

ROOT = Path(__file__).resolve().parents[1]
SMALL_COMPANY = ["--households", "6000", "--months", "3", "--seed", "7"]
LONGEST_SESSION = timedelta(minutes=10)
SERVERS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "GM_ENV")


@dataclass(frozen=True)
class Product:
    """A running product: where it answers and how to call its commands."""

    url: str
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """Run a management command; returns its standard output, raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def last_words(self) -> str:
        """The end of what its servers have written: tracebacks stand there only."""
        return (Path(self.environment["GM_DATA_DIR"]) / "product.log").read_text(errors="replace")[-8000:]

    def json(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json"))


@contextmanager
def running_product() -> Iterator[Product]:
    """Build a small demo company in a directory of its own, run everything, end everything."""
    data = Path(tempfile.mkdtemp(prefix="gm-product-"))
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS and "PYTEST" not in name}
    environment |= {"GM_DATA_DIR": str(data), "PORT": str(_free_port())}
    program = None
    try:
        _wait_past_the_edge_of_a_month()
        Product("", environment).command("demo", *SMALL_COMPANY)
        with (data / "product.log").open("w") as log:
            program = subprocess.Popen(
                [sys.executable, "-m", "gridmarketing.run"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        yield Product(_healthy_address(program, data / "product.log"), environment)
    finally:
        if program:
            program.send_signal(signal.SIGINT)
            try:
                program.wait(timeout=120)
            except subprocess.TimeoutExpired:
                program.kill()  # what it leaves behind is ended by --stop
        subprocess.run([sys.executable, "-m", "gridmarketing.run", "--stop"], cwd=ROOT, env=environment, check=False)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The one running product of a session; tests.groups keeps all tests that ask for it in one worker."""
    with running_product() as running:
        yield running


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_past_the_edge_of_a_month() -> None:
    """A session that begins in one month and ends in the next would look for its slips in the wrong one."""
    now = datetime.now(SHANGHAI)
    left = Month.of(now.date()).end - now
    if left < LONGEST_SESSION:
        time.sleep(left.total_seconds() + 1)


def _healthy_address(program: subprocess.Popen[bytes], log: Path, patience: float = 240) -> str:
    """Where the product answers: it takes the next free port when somebody else has got ours meanwhile."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and program.poll() is None:
        found = re.search(r"家客网格  (http://[^\s/]+)", log.read_text(errors="replace"))
        try:
            if found:
                with urllib.request.urlopen(f"{found[1]}/healthz", timeout=30):
                    return found[1]
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise AssertionError(f"The product did not come up:\n{log.read_text(errors='replace')[-4000:]}")
