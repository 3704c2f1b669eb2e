"""The Makefile's commands, and the texts compiled without gettext."""

import gettext
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from gridmarketing.embedded import ROOT
from gridmarketing.prepare import compile_messages

TARGETS = ["help", "setup", "run", "check", "test", "bench", "stop", "reset", "lock", "messages"]
TEXTS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "网格"\nmsgstr "Grid"\n'


def make(*arguments: str) -> str:
    done = subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_help_names_every_command() -> None:
    assert re.findall(r"^  make (\w+) {2,}\S", make("help"), re.MULTILINE) == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_what_to_do(target: str) -> None:
    assert make("--dry-run", target) != ""


def test_make_test_runs_all_checks_and_all_tests() -> None:
    assert make("--dry-run", "test").splitlines()[-2:] == [
        ".venv/bin/python -m gridmarketing.checks --without-tests",
        ".venv/bin/python -m pytest -n 2 --dist loadgroup",
    ]


def test_build_server_calls_make_test_with_the_browser_obligatory() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert script.rstrip().endswith("BROWSER=required OFFICE=required exec make test </dev/null")
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"]).returncode == 0


def test_texts_are_compiled_without_gettext_and_only_when_changed(tmp_path: Path) -> None:
    place = tmp_path / "en" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.po").write_text(TEXTS, "utf-8")
    assert compile_messages([tmp_path]) == [place / "django.mo"]
    assert gettext.translation("django", tmp_path, ["en"]).gettext("网格") == "Grid"
    assert compile_messages([tmp_path]) == []
    later = time.time() + 5
    os.utime(place / "django.po", (later, later))
    assert compile_messages([tmp_path]) == [place / "django.mo"]
