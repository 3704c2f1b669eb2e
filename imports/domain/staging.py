"""The staging table of one import: filled by COPY, checked and merged by set-based statements.

It is temporary, so that nothing of it outlives its connection, killed or not. Each connection has at most one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from psycopg2.sql import SQL, Composable, Identifier

from core import sql
from imports.domain.columns import Column

TABLE = "staged"
REASONS = "staged_reason"


class Counts(NamedTuple):
    """Rows of the file that the database did not know, knew otherwise, and knew just so."""

    new: int
    changed: int
    same: int


class Reason(NamedTuple):
    """Why a line is not taken. An empty `code` means that `first` is already the user's words."""

    line: int
    code: str
    first: str | None = None
    second: str | None = None


def open_tables(columns: Sequence[Column], derived: Sequence[str]) -> None:
    """Make the empty tables, in place of what an earlier import of this connection left."""
    typed = [SQL("{} {}").format(Identifier(c.key), SQL(c.parse.type)) for c in columns]
    typed += [SQL("{} text").format(Identifier(name)) for name in derived]
    sql.run_built("imports/open_staging", {"columns": SQL(", ").join(typed)})


def close_tables() -> None:
    sql.run("imports/close_staging")


def fill(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows (line first) into the staging table."""
    return sql.copy(TABLE, ["line", *names], map(sql.copy_line, rows))


def refuse(reasons: Iterable[Reason]) -> int:
    """Note reasons found outside the database."""
    return sql.copy(REASONS, Reason._fields, map(sql.copy_line, reasons))


def analyze() -> None:
    """Tell the planner how many rows there are: its guess for a new table makes nested loops of every join."""
    sql.run("imports/analyze_staging")


def refuse_unknown(columns: Iterable[Column]) -> None:
    """Refuse lines whose codes are not to be found."""
    for column in columns:
        if column.refers:
            parts = {
                "column": Identifier(column.key),
                "table": Identifier(column.refers.table),
                "code": Identifier(column.refers.column),
            }
            sql.run_built("imports/refuse_unknown", parts, header=column.header)


def refuse_repeated(key: Sequence[str]) -> None:
    """Refuse lines that repeat the key of an earlier one."""
    same = SQL(" AND ").join(SQL("s.{0} = f.{0}").format(Identifier(name)) for name in key)
    sql.run_built("imports/refuse_repeated", {"key": sql.names(key), "same": same})


def drop_refused() -> int:
    """Take the refused lines out of the table; returns how many are refused in all."""
    sql.run("imports/drop_refused")
    return int(sql.value("imports/count_refused"))


def refused() -> Iterator[tuple[Any, ...]]:
    """(line, code, first, second) of every reason, by line."""
    return sql.stream("imports/list_refused")


class Merge(NamedTuple):
    """How staged rows enter a table: found by `match`, `compared` to tell changed from same.

    `carried` columns are written with a change but are no change by themselves; `inserted` ones only with a new row.
    Rows of dated tables are found by the first day of their period as well.
    """

    table: str
    match: Sequence[str]
    compared: Sequence[str]
    carried: Sequence[str] = ()
    inserted: Sequence[str] = ()
    is_dated: bool = False


def _parts(merge: Merge, source: str) -> dict[str, Composable]:
    on = [SQL("t.{0} = s.{0}").format(Identifier(name)) for name in merge.match]
    if merge.is_dated:
        on.append(SQL("lower(t.period) = lower(s.period)"))
    written = [*merge.compared, *merge.carried]
    every = [*merge.match, *written, *merge.inserted]
    was, now = (sql.names(merge.compared, of=name) for name in "ts")
    differs = SQL("ROW({}) IS DISTINCT FROM ROW({})").format(was, now) if merge.compared else SQL("false")
    return {
        "table": Identifier(merge.table),
        "source": SQL(sql.statement(source)),
        "on": SQL(" AND ").join(on),
        "differs": differs,
        "columns": sql.names(every),
        "values": sql.names(every, of="s"),
        "changes": SQL(", ").join(SQL("{0} = s.{0}").format(Identifier(name)) for name in written or merge.match),
    }


def keep_ends(merge: Merge, source: str, **params: Any) -> None:
    """Let periods end as the table has them; for files that say nothing about the end."""
    sql.run_built("imports/keep_ends", _parts(merge, source), **params)


def preview(merge: Merge, source: str, **params: Any) -> Counts:
    """What `apply` would do."""
    row = sql.run_built("imports/preview_staged", _parts(merge, source), **params)[0]
    return Counts(*row)


def samples(merge: Merge, source: str, **params: Any) -> list[tuple[Any, ...]]:
    """A few (line, is_new) of rows that would be new or changed."""
    return sql.run_built("imports/sample_staged", _parts(merge, source), **params)


def apply(merge: Merge, source: str, **params: Any) -> Counts:
    """Write the staged rows by one statement; must run in a transaction."""
    row = sql.run_built("imports/merge_staged", _parts(merge, source), **params)[0]
    return Counts(*row)
