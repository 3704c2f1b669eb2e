"""The tools' configuration has been seen to fail too: each runs on a small tree with a planted breach."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gridmarketing.checks import CHECKS
from tests.architecture.rules import APPS, ROOT

TOOLS = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path) -> tuple[int, str]:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("PLC0415", "def f() -> None:\n    import json\n\n    json.dumps(1)\n"),
        ("TID251", "from django.dispatch import receiver\n\nprint(receiver)\n"),
        ("TID251", "from django.db.models.signals import post_save\n\nprint(post_save)\n"),
        ("C901", "def f(a: int) -> int:\n" + "".join(f"    if a == {n}:\n        a += 1\n" for n in range(9))),
    ],
)
def test_ruff_finds(rule: str, source: str) -> None:
    command = [TOOLS / "ruff", "check", "--no-cache", "--stdin-filename", "kpi/domain/planted.py", "-"]
    done = subprocess.run([*map(str, command)], cwd=ROOT, input=source, capture_output=True, text=True)
    assert done.returncode == 1
    assert rule in done.stdout


def test_ruff_format_finds() -> None:
    command = [TOOLS / "ruff", "format", "--check", "--no-cache", "--stdin-filename", "kpi/planted.py", "-"]
    done = subprocess.run([*map(str, command)], cwd=ROOT, input="x = {  'a':1 }\n", capture_output=True, text=True)
    assert done.returncode == 1


def manage(check: str, **planted: str) -> tuple[int, str]:
    """A check of Django's, run as `make check` runs it, with something planted in its environment."""
    command, extra = CHECKS[check]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "DJANGO_SETTINGS_MODULE": "gridmarketing.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment | extra | planted, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def settings_with(tmp_path: Path, line: str) -> dict[str, str]:
    """The real settings and one more line, as an environment."""
    (tmp_path / "planted_settings.py").write_text(f"from gridmarketing.settings import *\n{line}\n", "utf-8")
    return {"DJANGO_SETTINGS_MODULE": "planted_settings", "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}


def test_deployment_check_finds(tmp_path: Path) -> None:
    lines = ["SESSION_COOKIE_SECURE = False", "CSRF_COOKIE_SECURE = False", "SECURE_HSTS_SECONDS = 0", "DEBUG = True"]
    code, output = manage("deployment", **settings_with(tmp_path, "\n".join(lines)))
    assert code == 1
    for rule in ("security.W012", "security.W016", "security.W004", "security.W018"):
        assert rule in output


def test_migration_check_finds_a_model_without_a_migration(tmp_path: Path) -> None:
    app = tmp_path / "planted"
    (app / "migrations").mkdir(parents=True)
    for name in ("__init__.py", "migrations/__init__.py"):
        (app / name).touch()
    (app / "models.py").write_text(
        "from django.db import models\n\n\nclass Planted(models.Model):\n    pass\n", "utf-8"
    )
    code, output = manage("migrations", **settings_with(tmp_path, 'INSTALLED_APPS = [*INSTALLED_APPS, "planted"]'))
    assert code == 1
    assert "Create model Planted" in output


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house with all rooms and the real contracts."""
    for app in APPS:
        (tmp_path / app).mkdir()
        (tmp_path / app / "__init__.py").touch()
    for app in APPS:
        for name in ["models", "domain", "queries", "indicators"]:
            (tmp_path / app / f"{name}.py").touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    return tmp_path


def lint_imports(house: Path) -> tuple[int, str]:
    code, output = run(TOOLS / "lint-imports", "--no-logo", "--no-cache", cwd=house)
    return code, re.sub(r"\s+", " ", output)


def test_import_linter_passes_an_empty_house(house: Path) -> None:
    code, output = lint_imports(house)
    assert (code, " 0 broken" in output) == (0, True), output


def test_import_linter_finds_an_import_of_a_higher_app(house: Path) -> None:
    (house / "grids" / "models.py").write_text("import kpi.models\n")
    code, output = lint_imports(house)
    assert code == 1
    assert "An app imports only apps below it BROKEN" in output


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("views", "domain"), ("forms", "models"), ("domain", "models"), ("models", "choices"), ("queries", "domain")],
)
def test_import_linter_finds_an_import_against_the_way_inside_an_app(house: Path, upper: str, lower: str) -> None:
    (house / "kpi" / f"{upper}.py").touch()
    (house / "kpi" / f"{lower}.py").write_text(f"import kpi.{upper}\n")
    code, output = lint_imports(house)
    assert code == 1
    assert "Inside an app imports run one way BROKEN" in output


@pytest.mark.parametrize("line", ["import celery", "import rest_framework.views"])
def test_import_linter_finds_web_or_queue_in_a_rule(house: Path, line: str) -> None:
    (house / "kpi" / "domain.py").write_text(f"{line}\n")
    code, output = lint_imports(house)
    assert code == 1
    assert "No web and no queue in rules, reads and tables BROKEN" in output


def test_mypy_is_strict_about_rules(tmp_path: Path) -> None:
    """The same strictness for a planted rule; without Django's plugin, which would load the whole project."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["overrides"][0]
    flags = "\n".join(f"{name} = {value}" for name, value in settings.items() if name != "module")
    (tmp_path / "mypy.ini").write_text(f"[mypy]\n[mypy-kpi.domain]\n{flags}\n")
    (tmp_path / "kpi").mkdir()
    (tmp_path / "kpi" / "__init__.py").touch()
    (tmp_path / "kpi" / "domain.py").write_text("def score(actual, target):\n    return actual / target\n")
    code, output = run(TOOLS / "mypy", "--cache-dir", tmp_path / "cache", "kpi", cwd=tmp_path)
    assert code == 1
    assert "Function is missing a type annotation" in output
    assert "*.domain.*" in settings_modules()


def settings_modules() -> list[str]:
    """Modules that are checked strictly."""
    return list(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["overrides"][0]["module"])
