"""Build .venv from the pinned requirements; the one file that runs on a bare Python.

``make`` calls it with the system's Python, so it uses the standard library only. uv installs in
seconds where pip takes a minute; a machine without uv gets it by pip, and pip does the job alone
where even that fails. A stamp with the hash of the pins makes later calls take no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PINS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
STAMP = VENV / ".stamp"
TRIES = 3
# The settings of pip that uv needs under another name.
PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - the system's Python may be any
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
        print("Name a newer one: make run PYTHON=python3.12")
        return 1
    if STAMP.exists() and STAMP.read_text() == fingerprint() and works():
        return 0
    started = time.monotonic()
    if not works():
        create_venv()
    install_pins()
    STAMP.write_text(fingerprint())
    say(f"environment ready in {time.monotonic() - started:.0f} s")
    return 0


def fingerprint() -> str:
    """What the environment was made from: pins, Python and place (a moved venv is broken)."""
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for pins in PINS:
        digest.update(pins.read_bytes())
    return digest.hexdigest()


def works() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0


def create_venv() -> None:
    say(f"creating .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)]).returncode:
        sys.exit("The venv module of Python does not work here (on Debian and Ubuntu: apt install python3-venv).")


def install_pins() -> None:
    say("installing the pinned packages (about half a minute the first time)")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    files = ["--require-hashes", *(argument for pins in PINS for argument in ("-r", str(pins)))]
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.run([*pip, "uv"])
    if uv.exists():
        # Compiled now, or every start would compile Django anew where bytecode isn't written (make says so).
        sync = [str(uv), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *files]
        plain = uv_environment()
        # uv brings its own list of authorities; behind a company's proxy only the system's knows the right one.
        if tried(sync, [plain, {**plain, "UV_SYSTEM_CERTS": "true"}, plain]):
            return
        say("uv did not succeed, going on with pip")
    if not tried([*pip, *files], [dict(os.environ)] * TRIES):
        sys.exit("The packages can't be installed; the lines above say why. Is the network reachable?")


def uv_environment() -> dict[str, str]:
    environment = {**os.environ, "UV_LINK_MODE": "copy"}
    for pip_name, uv_name in PIP_TO_UV.items():
        if pip_name in os.environ:
            environment.setdefault(uv_name, os.environ[pip_name])
    return environment


def tried(command: list[str], environments: list[dict[str, str]]) -> bool:
    """Run a command until it succeeds, in one environment after the other: a network may fail for a moment."""
    for attempt, environment in enumerate(environments, 1):
        if subprocess.run(command, env=environment).returncode == 0:
            return True
        say(f"attempt {attempt} of {len(environments)} failed")
        time.sleep(2 * attempt)
    return False


def say(text: str) -> None:
    print(f"setup    | {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
