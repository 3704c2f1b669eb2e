"""``make check``: every check that needs no browser, all of them even when one fails.

python -m gridmarketing.checks [--without-tests]   (make test runs the architecture tests with the rest)
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv" / "bin"
MANAGE = [sys.executable, "-m", "django"]
# No check needs a server: these addresses only have to look like some.
NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
PRODUCTION = {
    **NOWHERE,
    "GM_ENV": "production",
    "SECRET_KEY": "check-only-" + "0123456789" * 5,
    "ALLOWED_HOSTS": "x.cn",
}

CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "style": ([str(TOOLS / "ruff"), "check", "."], {}),
    "format": ([str(TOOLS / "ruff"), "format", "--check", "--quiet", "."], {}),
    "layers": ([str(TOOLS / "lint-imports"), "--no-logo"], {}),
    "types": ([str(TOOLS / "mypy"), "."], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], NOWHERE),
    "deployment": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "architecture": ([sys.executable, "-m", "pytest", "-q", "tests/architecture"], {}),
}


def run(names: list[str]) -> list[str]:
    """Run the named checks, print the output of those that fail, and return their names."""
    failed = []
    for name in names:
        command, extra = CHECKS[name]
        started = time.monotonic()
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "gridmarketing.settings", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(command, cwd=ROOT, env=environment | extra, capture_output=True, text=True)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"check    | {name:<12} {verdict:<6} {time.monotonic() - started:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    return failed


def main() -> int:
    skipped = {"architecture"} if "--without-tests" in sys.argv else set()
    failed = run([name for name in CHECKS if name not in skipped])
    if failed:
        print(f"check    | failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
