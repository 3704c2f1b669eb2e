"""The only place that runs raw SQL: statements live in files `<app>/sql/<verb_noun>.sql` with named parameters."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.db.models import Model
from psycopg2.sql import SQL, Composable, Identifier

Params = Mapping[str, Any]
# Pieces put into a statement's {braces}: identifiers and other statements, never values.
Parts = Mapping[str, Composable]


_defined: dict[str, str] = {}


def define(name: str, text: str) -> None:
    """Give a statement that stands beside its Python, where both make one file, the name it is run by."""
    _defined[name] = text


@cache
def statement(name: str) -> str:
    """The text of `app/verb_noun`, read once."""
    if name in _defined:
        return _defined[name]
    app, file = name.split("/")
    return (Path(settings.BASE_DIR) / app / "sql" / f"{file}.sql").read_text(encoding="utf-8")


def run(name: str, **params: Any) -> int:
    """Execute a named statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), params)
        return int(cursor.rowcount)


def rows(name: str, **params: Any) -> list[dict[str, Any]]:
    """All rows of a named statement, each as column → value."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), params)
        return _named(cursor)


def _named(cursor: Any) -> list[dict[str, Any]]:
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def tuples(name: str, **params: Any) -> list[tuple[Any, ...]]:
    """All rows of a named statement as plain tuples, for hot pages."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), params)
        return list(cursor.fetchall())


def value(name: str, **params: Any) -> Any:
    """The first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), params)
        row = cursor.fetchone()
        return row[0] if row else None


def rows_planned_once(
    names: Iterable[str], types: Mapping[str, str], planned_for: str = "", /, **params: Any
) -> list[dict[str, Any]]:
    """Execute some statements in one go, each planned by the server once a connection; the rows of the last one.

    For short work done again and again, where planning takes longer than the work. `types` are the parameters' types in
    the database. What can't be planned (CREATE, SET, LOCK) is sent as it stands; statements end with `;` at a line's
    end.
    `planned_for` tells the plans of a statement apart that is run for different amounts of work.
    """
    with connection.cursor() as cursor:
        values = cursor.mogrify(_listed(f"%({parameter})s" for parameter in types), params).decode() if types else ""
        cursor.execute(";\n".join(_planned(cursor, names, types, planned_for, values)))
        return _named(cursor) if cursor.description else []


M = TypeVar("M", bound=Model)


def instance(model: type[M], row: Mapping[str, Any], prefix: str = "") -> M:
    """What a statement read of a model under its own column names, or under a prefix; the rest is read when somebody
    asks for it."""
    names = [field.attname for field in model._meta.concrete_fields if prefix + field.attname in row]
    return model.from_db("default", names, [row[prefix + name] for name in names])


_TYPES = {
    str: "text",
    bool: "boolean",
    int: "bigint",
    dt.date: "date",
    dt.datetime: "timestamptz",
    UUID: "uuid",
    list: "text[]",
}


def row_planned_once(name: str, **params: Any) -> dict[str, Any] | None:
    """The first row, if any, of a hot statement that is planned once a connection, as column → value.

    The parameters' types in the database follow from the values: None has none and isn't taken.
    """
    found = rows_planned_once([name], {param: _TYPES[type(value)] for param, value in params.items()}, **params)
    return found[0] if found else None


_plans: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # of each connection; a rollback leaves them


def _planned(
    cursor: Any, names: Iterable[str], types: Mapping[str, str], planned_for: str, values: str
) -> Iterator[str]:
    """The statements as they are sent; all are given the same values, which are written out once."""
    known = _plans.setdefault(connection.connection, set())
    places = {parameter: f"${place}" for place, parameter in enumerate(types, 1)}
    wanted = [(f"{name}/{n}{planned_for}", text) for name in names for n, text in enumerate(_statements(name))]
    is_all_planned = known.issuperset(plan for plan, _text in wanted)
    for plan, text in wanted:
        if text.startswith(("CREATE", "SET", "LOCK")):
            if not is_all_planned:  # what comes next needs it to be planned, and it may have to come first
                cursor.execute(text)
                known.add(plan)
            yield text
            continue
        if plan not in known:
            with connection.wrap_database_errors:
                # Below Django's own cursor: how many queries a page makes doesn't depend on what came before it.
                cursor.cursor.execute(f'PREPARE "{plan}" {_listed(types.values())} AS {text % places}')
            known.add(plan)
        yield f'EXECUTE "{plan}" {values}'


def _listed(parts: Iterable[str]) -> str:
    inside = ", ".join(parts)
    return f"({inside})" if inside else ""


@cache
def _statements(name: str) -> list[str]:
    lines = [line for line in statement(name).splitlines() if not line.startswith("--")]
    return [text.strip() for text in re.split(r";$", "\n".join(lines), flags=re.MULTILINE) if text.strip()]


def build(name: str, parts: Parts) -> Composable:
    """A named statement with its {braces} filled."""
    return SQL(statement(name)).format(**parts)


def names(columns: Iterable[str], *, of: str = "") -> Composable:
    """`a, b` or, of a table named `t`, `t.a, t.b`."""
    return SQL(", ").join(Identifier(of, column) if of else Identifier(column) for column in columns)


def run_built(name: str, parts: Parts, **params: Any) -> list[tuple[Any, ...]]:
    """Execute a statement with {braces}; returns its rows, none for a statement without."""
    with connection.cursor() as cursor:
        cursor.execute(build(name, parts), params)
        return list(cursor.fetchall()) if cursor.description else []


def stream(name: str, **params: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of a named statement by a server-side cursor, for results too long for memory."""
    connection.ensure_connection()
    with connection.connection.cursor(f"stream_{uuid4().hex}", withhold=True) as cursor:
        cursor.itersize = 5000
        cursor.execute(statement(name), params)
        yield from cursor


def copy(table: str, columns: Iterable[str], lines: Iterable[str]) -> int:
    """COPY text-format lines (see `copy_line`) into a table; returns the rows written."""
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f'COPY "{table}" ({listed}) FROM STDIN', _Lines(iter(lines)))
        return int(cursor.rowcount)


_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def copy_line(values: Iterable[Any]) -> str:
    """One line of COPY's text format; None is NULL."""
    texts = [None if v is None else v if v.__class__ is str else str(v) for v in values]
    line = "\t".join("\0" if text is None else text for text in texts)
    # Hardly any line holds something to escape, and looking costs a tenth of escaping.
    if (
        "\\" in line
        or "\n" in line
        or "\r" in line
        or line.count("\t") >= len(texts)
        or line.count("\0") > texts.count(None)
    ):
        return "\t".join("\\N" if text is None else text.translate(_ESCAPES) for text in texts) + "\n"
    return line.replace("\0", "\\N") + "\n"


class _Lines:
    """A file-like view of an iterator of lines, read in blocks so that nothing is held whole."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int = 1 << 16) -> str:
        parts = [self._rest]
        length = len(self._rest)
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if length >= size:
                break
        text = "".join(parts)
        self._rest = text[size:]
        return text[:size]
