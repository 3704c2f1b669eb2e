"""The glossary may only name what exists."""

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
IDENTIFIERS = re.findall(r"\| `([\w.]+):([\w.]+)` \|", GLOSSARY.read_text(encoding="utf-8"))


def find(module: str, name: str) -> object:
    """The object a glossary line names; raises AttributeError or ImportError."""
    found: object = importlib.import_module(module)
    owner, _, field = name.partition(".")
    found = getattr(found, owner)
    return getattr(found, field) if field else found


@pytest.mark.parametrize(("module", "name"), IDENTIFIERS)
def test_glossary_names_something_that_exists(module: str, name: str) -> None:
    assert find(module, name) is not None


def test_glossary_lookup_fails_on_an_unknown_name() -> None:
    with pytest.raises(AttributeError):
        find("grids.models", "Griddle")


def test_every_line_of_the_glossary_has_an_identifier() -> None:
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(IDENTIFIERS) == len(lines) - 1
