"""Lets mutmut change the scoring code written in Python, on a copy of the project, with servers of its own.

    [MUTANTS_EVERY=n [MUTANTS_FROM=k]] python -m tests.mutation.python [name of a mutant …]

Goes on where the last one stopped; with MUTANTS_EVERY it tries every n-th mutant of each function, and with
MUTANTS_FROM=1 (up to n - 1) those that the samples before left out. Needs a data directory of its own (GM_DATA_DIR)
while other tests run. See docs/how-to/mutation.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from gridmarketing import embedded
from tests.mutation.copies import copy_project

MUTMUT = [sys.executable, str(Path(__file__).with_name("without_words.py"))]
TABLES = """
import os, django
django.setup()
from django.db import connection
from django.test.utils import setup_databases
setup_databases(verbosity=0, interactive=False, serialized_aliases=["default"])
with open(os.environ["KEPT_ROWS"], "w") as kept:
    kept.write(connection._test_serialized_contents)
print(connection.settings_dict["NAME"])
"""


def main() -> int:
    data = embedded.data_dir() / "mutation"
    place = data / "project"
    data.mkdir(parents=True, exist_ok=True)
    settings = tomllib.loads((embedded.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    copy_project(embedded.ROOT, place, settings["only_mutate"])
    embedded.start(data / "servers", fast=True)
    state = embedded.read_state(data / "servers")
    assert state
    environment = os.environ | {
        "DATABASE_URL": state.database_url,
        "REDIS_URL": state.redis_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "KEPT_ROWS": str(data / "kept-rows.json"),
    }
    try:
        made = subprocess.run(
            [sys.executable, "-c", TABLES], cwd=place, env=environment, check=True, capture_output=True, text=True
        )
        environment["DATABASE_URL"] = f"{state.database_url.rsplit('/', 1)[0]}/{made.stdout.split()[-1]}"
        command = [*MUTMUT, "run", "--max-children", "1", *sys.argv[1:]]
        subprocess.run(command, cwd=place, env=environment, check=False)
        return subprocess.run([*MUTMUT, "results"], cwd=place, env=environment, check=False).returncode
    finally:
        embedded.stop(data / "servers")


if __name__ == "__main__":
    sys.exit(main())
