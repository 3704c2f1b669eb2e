"""The house rules, over the whole tree."""

from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings

from tests.architecture import rules

Rule = Callable[[Path, str], list[str]]


def broken(rule: Rule, paths: list[Path]) -> list[str]:
    return [line for path in paths for line in rule(path.relative_to(rules.ROOT), path.read_text("utf-8"))]


def code() -> list[Path]:
    """Our files without the tests, which may look behind the scenes, and the roof's servers."""
    return [path for path in rules.sources() if path.relative_to(rules.ROOT).parts[0] not in ("tests", "bench")]


def views() -> list[Path]:
    return [path for path in code() if path.stem.startswith("views") or "views" in path.relative_to(rules.ROOT).parts]


def domain() -> list[Path]:
    return [path for path in code() if "domain" in path.parts or path.name == "domain.py"]


def test_files_and_functions_are_short() -> None:
    assert broken(rules.too_long, rules.sources()) == []


def test_raw_sql_runs_through_core_sql_only() -> None:
    # The roof talks to a cluster before Django knows it.
    rooms = [path for path in code() if path.relative_to(rules.ROOT).parts[0] != "gridmarketing"]
    assert broken(rules.raw_cursors, rooms) == []


def test_views_neither_write_nor_annotate() -> None:
    assert broken(rules.writes_in_views, views()) == []


def test_rules_get_the_moment_passed_in() -> None:
    assert broken(rules.clocks, domain()) == []


def test_nobody_listens_for_signals() -> None:
    assert broken(rules.signals, code()) == []


def test_foreign_keys_point_down() -> None:
    assert rules.upward_keys(map(apps.get_app_config, settings.LOCAL_APPS), settings.LOCAL_APPS) == []


def test_templates_hold_no_inline_code() -> None:
    assert broken(rules.inline_code, rules.templates()) == []


def test_templates_are_translatable() -> None:
    assert broken(rules.untranslatable, rules.templates()) == []


def test_files_have_names_that_say_something() -> None:
    empty_words = {"utils", "helpers", "common", "services", "reports", "misc"}
    assert [str(path) for path in code() if empty_words & {path.stem, *path.parent.parts}] == []
