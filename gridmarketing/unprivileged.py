"""Run PostgreSQL's programs when we are root, which PostgreSQL refuses to be.

First choice: a user namespace in which we look like nobody while files stay ours, so any directory
works. Where that is forbidden: the real user nobody, who owns the cluster; if nobody can't reach the
data directory or the programs (say, below /root), both go to a directory of their own in /var/tmp.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TextIO

NOBODY = 65534
NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]


@cache
def namespaces_allowed() -> bool:
    """True if this machine lets us make a user namespace; ``GM_NO_UNSHARE=1`` says it doesn't."""
    if os.environ.get("GM_NO_UNSHARE"):
        return False
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Unprivileged:
    """Where the cluster and the programs of one data directory live, and as whom they run."""

    def __init__(self, data: Path, install: Path) -> None:
        self.home, self.install = data, install
        self.is_root = os.geteuid() == 0
        self.as_nobody = self.is_root and not namespaces_allowed()
        if self.as_nobody and not (_reachable(data) and _reachable(install / "bin" / "postgres")):
            self._move_within_reach(data, install)

    def run(self, command: list[str], log: TextIO) -> int:
        """Run a program to its end and return its exit code; its output goes to ``log``."""
        if self.is_root and not self.as_nobody:
            command = [*NAMESPACE, *command]
        nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_nobody else {}
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.home,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            start_new_session=True,  # a Ctrl-C in the terminal is ours to handle, not the server's
            **nobody,  # type: ignore[call-overload]
        )
        return int(done.returncode)

    def own(self, path: Path) -> None:
        """Give the path to the user the server runs as."""
        if self.as_nobody:
            os.chown(path, NOBODY, NOBODY)

    def _move_within_reach(self, data: Path, install: Path) -> None:
        name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
        self.home = Path("/var/tmp") / f"gridmarketing-{name}"
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.home.is_symlink() or self.home.stat().st_uid not in (0, NOBODY):
            raise PermissionError(f"{self.home} belongs to somebody else.")
        self.own(self.home)
        package = install.parent
        copy = self.home / package.name
        self.install = copy / install.name
        if not copy.exists():
            draft = self.home / "draft"
            shutil.rmtree(draft, ignore_errors=True)
            # The programs find their libraries through a path relative to themselves.
            for part in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(part, self.home / part.name, symlinks=True, dirs_exist_ok=True)
            shutil.copytree(package, draft, symlinks=True)
            draft.rename(copy)


def _reachable(path: Path) -> bool:
    """True if nobody may enter every directory above ``path`` (and run it, if it is a program)."""
    existing = path if path.exists() else path.parent
    test = subprocess.run(["test", "-x", str(existing)], user=NOBODY, group=NOBODY, extra_groups=[])
    return test.returncode == 0
