"""The house rules that no linter knows, as functions from source text to what breaks them.

Each rule is also fed a planted breach (test_planted.py): a check that can't fail checks nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
APPS = [*settings.LOCAL_APPS, "gridmarketing"]
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_VIEW = 400, 60, 25
FORBIDDEN_IN_VIEWS = {"save", "create", "update", "annotate", "bulk_create", "bulk_update", "get_or_create"}
CLOCKS = {"timezone.now", "datetime.now", "dt.datetime.now", "date.today", "dt.date.today", "datetime.date.today"}
CLOCKS |= {"datetime.datetime.now", "timezone.localdate", "timezone.localtime", "time.time"}
SIGNAL_MODULES = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")


def sources() -> list[Path]:
    """Our own Python files: apps, roof, bench and tests; no migrations."""
    places = [*APPS, "bench", "tests", "deploy"]
    found = [path for place in places for path in (ROOT / place).rglob("*.py")]
    return sorted(path for path in [*found, ROOT / "manage.py"] if "migrations" not in path.parts)


def templates() -> list[Path]:
    """Our own templates, but the page for a failure: it is in both languages, as nothing may work any more."""
    found = (path for place in ["templates", *APPS] for path in (ROOT / place).rglob("*.html"))
    return sorted(path for path in found if path.name != "500.html")


def too_long(path: Path, text: str) -> list[str]:
    """Files over 400 lines, functions over 60, views over 25."""
    lines = text.count("\n")
    found = [f"{path}: {lines} lines, {LONGEST_FILE} at most"] if lines > LONGEST_FILE else []
    is_view = path.name == "views.py" or "views" in path.parent.parts
    limit = LONGEST_VIEW if is_view else LONGEST_FUNCTION
    for node in _functions(ast.parse(text)):
        first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
        length = (node.end_lineno or 0) - (first.lineno if is_view else node.lineno) + 1
        if length > limit:
            found.append(f"{path}:{node.lineno}: {node.name} has {length} lines, {limit} at most")
    return found


def raw_cursors(path: Path, text: str) -> list[str]:
    """``connection.cursor()`` and ``.raw()`` outside ``core/sql.py``."""
    if path.parts[-2:] == ("core", "sql.py"):
        return []
    return [f"{path}:{line}: raw SQL, use core.sql" for line, name in _calls(text) if _last(name) in ("cursor", "raw")]


def writes_in_views(path: Path, text: str) -> list[str]:
    """A view calls one rule or one query; it never writes or annotates itself."""
    found = [(line, name) for line, name in _calls(text) if "." in name and _last(name) in FORBIDDEN_IN_VIEWS]
    # dict.update and hashlib's update are no writes; a view needs neither often enough to tell them apart.
    return [f"{path}:{line}: {name}() in a view" for line, name in found]


def clocks(path: Path, text: str) -> list[str]:
    """A rule never looks at the clock: the moment is passed in."""
    return [f"{path}:{line}: {name}() in a rule" for line, name in _calls(text) if name in CLOCKS]


def signals(path: Path, text: str) -> list[str]:
    """No listening for another app."""
    found = []
    for node in ast.walk(ast.parse(text)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [f"{path}:{node.lineno}: {name}" for name in modules if name.startswith(SIGNAL_MODULES)]  # type: ignore[attr-defined]
    return found


def upward_keys(configs: Iterable[AppConfig], order: list[str]) -> list[str]:
    """Foreign keys that point up; import-linter can't see ``ForeignKey("kpi.Score")``."""
    found = []
    for config in configs:
        for model in config.get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                target = getattr(field, "remote_field", None) and field.related_model
                if field.auto_created or not hasattr(target, "_meta") or target._meta.app_label not in order:
                    continue
                if order.index(target._meta.app_label) > order.index(config.label):
                    found.append(f"{model._meta.label}.{field.name} points up to {target._meta.label}")
    return found


def inline_code(path: Path, text: str) -> list[str]:
    """What a strict content security policy would block: inline scripts, styles and handlers."""
    patterns = {
        "inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>",
        "inline style": r"<style\b|\sstyle\s*=",
        "inline handler": r"<[^>]*\son[a-z]+\s*=",
        "javascript address": r"(?:href|src|action)\s*=\s*[\"']\s*javascript:",
        "foreign script or style": r"<(?:script|link)[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//",
    }
    bare = _without_comments(text)
    return [
        f"{path}:{_line(bare, match.start())}: {name}"
        for name, pattern in patterns.items()
        for match in re.finditer(pattern, bare, re.IGNORECASE)
    ]


def untranslatable(path: Path, text: str) -> list[str]:
    """Chinese or English words a visitor reads that stand outside ``{% translate %}``."""
    bare = _without_comments(text)
    bare = re.sub(r"{%-?\s*blocktranslate.*?endblocktranslate\s*%}", _blank, bare, flags=re.DOTALL)
    bare = re.sub(r"<(script|style|svg:title|kbd)\b.*?</\1>", _blank, bare, flags=re.DOTALL | re.IGNORECASE)
    # A key cap bears what is printed on the key, a text that names its language stays in it; classes are no text.
    bare = re.sub(r"<(?!html)(\w+)\b[^>]*\slang=[^>]*>.*?</\1>", _blank, bare, flags=re.DOTALL)
    bare = re.sub(r"{%\s*block \w*(?:class|url)\w*\s*%}.*?{%\s*endblock[^%]*%}", _blank, bare, flags=re.DOTALL)
    bare = re.sub(r"{%.*?%}|{{.*?}}", _blank, bare, flags=re.DOTALL)
    read_aloud = re.compile(r"\b(?:placeholder|title|alt|aria-label|content)\s*=\s*[\"']([^\"']*)[\"']")
    pieces = [(match.start(1), match.group(1)) for match in read_aloud.finditer(bare) if _is_chinese(match.group(1))]
    outside = re.sub(r"<[^>]*>", _blank, bare)
    pieces += [(match.start(), match.group()) for match in re.finditer(r"[^\n]+", outside) if _has_words(match.group())]
    return [
        f"{path}:{_line(bare, start)}: {' '.join(piece.split())[:40]!r} is not translated" for start, piece in pieces
    ]


def _is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def _has_words(text: str) -> bool:
    # Codes such as FTTH or GB18030 and entities such as &nbsp; are the same in every language.
    bare = re.sub(r"&\w+;|\.(?:xlsx|csv)\b", "", text)
    return _is_chinese(bare) or re.search(r"\b[A-Za-z]?[a-z]{3,}\b", bare) is not None


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _without_comments(text: str) -> str:
    return re.sub(r"{#.*?#}|<!--.*?-->|{% comment.*?endcomment %}", _blank, text, flags=re.DOTALL)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _calls(text: str) -> list[tuple[int, str]]:
    found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return [(node.lineno, _dotted(node.func)) for node in found]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]
