"""Lets mutmut change the scoring code written in Python, on a copy of the project, with servers of its own.

    python -m tests.mutation.python [name of a mutant …]

Needs a data directory of its own (GM_DATA_DIR) while other tests run. See docs/how-to/mutation.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from gridmarketing import embedded

MUTMUT = Path(sys.executable).parent / "mutmut"
TABLES = """
import django
django.setup()
from django.test.utils import setup_databases
setup_databases(verbosity=0, interactive=False)
"""


def copy_project(place: Path) -> None:
    """The files that git knows, as they stand."""
    shutil.rmtree(place, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=embedded.ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (embedded.ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(embedded.ROOT / name, place / name)


def main() -> int:
    data = embedded.data_dir() / "mutation"
    place = data / "project"
    data.mkdir(parents=True, exist_ok=True)
    copy_project(place)
    embedded.start(data / "servers", fast=True)
    state = embedded.read_state(data / "servers")
    assert state
    environment = os.environ | {
        "DATABASE_URL": state.database_url,
        "REDIS_URL": state.redis_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    try:
        # Made once: every mutant's tests reuse them.
        subprocess.run([sys.executable, "-c", TABLES], cwd=place, env=environment, check=True)
        command = [MUTMUT, "run", "--max-children", "1", *sys.argv[1:]]
        subprocess.run(command, cwd=place, env=environment, check=False)
        return subprocess.run([MUTMUT, "results"], cwd=place, env=environment, check=False).returncode
    finally:
        embedded.stop(data / "servers")


if __name__ == "__main__":
    sys.exit(main())
