"""All benches on the full company, one after the other: `make bench`; some of them: `python -m bench kpi_month`.

The company (2,070,000 households) is built once, in `.local/bench` or where BENCH_DATA_DIR says. Copy the figures to
docs/benchmarks.md with the machine and the commit: a ratio counts, a time does not.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHES = ["kpi_month", "import_households", "hall_queue", "post_slips", "offline_queue", "pages_full"]


def main() -> None:
    chosen = sys.argv[1:] or BENCHES
    own = os.environ.get("GM_DATA_DIR") if sys.argv[1:] else None
    data = Path(os.environ.get("BENCH_DATA_DIR") or own or ROOT / ".local" / "bench")
    environment = {**os.environ, "GM_DATA_DIR": str(data)}
    processor = platform.processor() or platform.machine()
    print(f"machine  {os.cpu_count()} cores, {processor}, Python {platform.python_version()}")
    print(f"commit   {_said('git', 'rev-parse', '--short', 'HEAD')}", flush=True)
    try:
        if _run(environment, "manage.py", "show_logins", quiet=True):
            print("building the full company, once (about eight minutes)", flush=True)
            if _run(environment, "manage.py", "demo", "--full"):
                raise SystemExit("The full company could not be built.")
        failed = [bench for bench in chosen if _run(environment, "-m", f"bench.{bench}")]
    finally:
        _run(environment, "-m", "gridmarketing.run", "--stop", quiet=True)
    if failed:
        raise SystemExit(f"Failed: {', '.join(failed)}")


def _run(environment: dict[str, str], *words: str, quiet: bool = False) -> int:
    """The exit code of a Python command."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
    ).returncode


def _said(*words: str) -> str:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
