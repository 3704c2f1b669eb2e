"""Everything between the environment and a running program: texts, tables, the first company.

python -m gridmarketing.prepare [--messages]   (make setup) leaves nothing running that it started.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import polib
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from gridmarketing import embedded, env
from gridmarketing.supervisor import say


def prepare() -> None:
    """Compile the texts and bring the tables up to date. Needs running servers."""
    compile_messages(settings.LOCALE_PATHS)
    migrate()


def compile_messages(places: list[Path]) -> list[Path]:
    """Write each .mo that is missing or older than its .po, without gettext; return those written."""
    written = []
    for catalogue in sorted(path for place in places for path in Path(place).rglob("*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        draft = compiled.with_suffix(f".{os.getpid()}")
        polib.pofile(str(catalogue)).save_as_mofile(str(draft))
        draft.replace(compiled)  # another process may be reading the old one
        written.append(compiled)
    return written


def migrate() -> None:
    """Bring the tables up to date; two processes take turns."""
    with _turn():
        call_command("migrate", verbosity=0, interactive=False)
        _marker().touch()


def migrate_new_cluster() -> None:
    """Give a brand-new embedded database its tables, so that any command works on it at once."""
    if not _marker().exists():
        django.setup()
        migrate()


def found_company() -> None:
    """Fill an empty database: the demo company, or with ``DEMO=0`` an empty one with an administrator."""
    if get_user_model().objects.exists():
        return
    started = time.monotonic()
    if env.flag("DEMO", not settings.PRODUCTION):
        say("setup", "building the demo company (DEMO=0 starts on an empty one)")
        call_command("demo")
    else:
        say("setup", "starting an empty company")
        call_command("start_company")
    say("setup", f"company ready in {time.monotonic() - started:.0f} s")


def _marker() -> Path:
    return embedded.data_dir() / "migrated"


@contextmanager
def _turn() -> Iterator[None]:
    embedded.data_dir().mkdir(parents=True, exist_ok=True)
    with (embedded.data_dir() / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    if "--messages" in sys.argv:  # all that an image needs
        compile_messages(settings.LOCALE_PATHS)
        return
    started_servers = embedded.ensure()
    try:
        django.setup()
        prepare()
    finally:
        if started_servers:
            embedded.stop(embedded.data_dir())
    say("setup", "ready: make run starts it, .venv/bin/python manage.py runs its commands")


if __name__ == "__main__":
    main()
