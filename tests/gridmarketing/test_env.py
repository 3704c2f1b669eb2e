"""A wrong variable stops the start with its name; none is silently replaced."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from gridmarketing import env


def test_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        env.text("SECRET_KEY")


@pytest.mark.parametrize(("value", "meaning"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", True)])
def test_flag_reads_words(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("DEMO", value)
    assert env.flag("DEMO", True) is meaning


def test_flag_refuses_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="DEMO must be 1 or 0, not 'perhaps'"):
        env.flag("DEMO", True)


def test_number_refuses_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number, not 'eighty'"):
        env.number("PORT", 8000)


def test_database_url_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://g:p%40ss@db.example.cn:5433/grid?sslmode=require")
    assert env.database("DATABASE_URL") == {
        "ENGINE": "core.postgres",
        "NAME": "grid",
        "USER": "g",
        "PASSWORD": "p@ss",
        "HOST": "db.example.cn",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("url", ["mysql://g@db/grid", "postgresql://db", "grid"])
def test_other_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like"):
        env.database("DATABASE_URL")
