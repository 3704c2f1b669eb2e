"""The web server as `make run` and production start it, for benches that go through the whole stack."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridmarketing.run import free_port

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def served(**environment: str) -> Iterator[int]:
    """Gunicorn on a free port, which is given; its log goes to a file, as it would."""
    port = free_port(8100, "127.0.0.1")
    place = {"ALLOWED_HOSTS": "localhost,127.0.0.1", "HOST": "127.0.0.1", "PORT": str(port)}
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "web.log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "gridmarketing.wsgi"]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **place, **environment}, stdout=log, stderr=log)
        try:
            _await(f"http://127.0.0.1:{port}/healthz", server)
            yield port
        finally:
            server.terminate()
            server.wait()


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    for _try in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if server.poll() is not None:
                raise SystemExit("The web server did not start.") from None
            time.sleep(0.1)
    raise SystemExit("The web server does not answer.")
