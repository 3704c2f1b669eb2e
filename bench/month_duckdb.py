"""A month worked out by DuckDB with two threads, from native tables: bench/month.sql."""

from pathlib import Path
from typing import Any

import duckdb

from bench import month_tables
from core.periods import Month

STATEMENTS = (Path(__file__).parent / "month.sql").read_text(encoding="utf-8")
HALF_UP = """
CREATE OR REPLACE MACRO half_up(num, den) AS
    (sign(num) * ((abs(num::HUGEINT) * 2 + den::HUGEINT) // (2 * den::HUGEINT)))::BIGINT
"""


def prepared(folder: Path, scheme_id: int) -> "duckdb.DuckDBPyConnection":
    """A database of its own with the inputs in it."""
    store = duckdb.connect(str(folder / "month.duckdb"), config={"threads": 2})
    month_tables.load(store, folder)
    store.execute(HALF_UP)
    store.execute(
        """CREATE OR REPLACE TABLE rule (code VARCHAR, measure VARCHAR, item_class VARCHAR, floor BIGINT, cap BIGINT,
                                         target_rate BIGINT, per_unit BIGINT, bit BIGINT)"""
    )
    store.execute("CREATE OR REPLACE TABLE rule_product (code VARCHAR, product VARCHAR)")
    for rule in month_tables.rules(scheme_id):
        row = [
            rule.code,
            rule.measure,
            rule.item_class,
            rule.floor,
            rule.cap,
            rule.target_rate,
            rule.per_unit,
            rule.bit,
        ]
        store.execute("INSERT INTO rule VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for product in sorted(set(rule.products)):
            store.execute("INSERT INTO rule_product VALUES (?, ?)", [rule.code, product])
    store.execute("CREATE OR REPLACE TABLE weight (exempt BIGINT, code VARCHAR, numerator BIGINT, denominator BIGINT)")
    return store


def work(store: "duckdb.DuckDBPyConnection", month: Month, scheme_id: int) -> None:
    """The whole month: items, weights, totals, ranks."""
    texts = STATEMENTS.replace("$first", f"DATE '{month.first}'").replace("$next", f"DATE '{month.next_first}'")
    for text in filter(str.strip, texts.split(";\n")):
        if "weighed_item AS" in text:
            _weigh(store, scheme_id)
        store.execute(text)


def _weigh(store: "duckdb.DuckDBPyConnection", scheme_id: int) -> None:
    sets = store.execute(
        """SELECT DISTINCT exempt FROM (SELECT sum(bit)::BIGINT AS exempt FROM item JOIN rule USING (code)
                                        WHERE status = 'exempt' GROUP BY subject)"""
    ).fetchall()
    rows = month_tables.weights(month_tables.rules(scheme_id), [row[0] for row in sets])
    store.execute("DELETE FROM weight")
    store.executemany("INSERT INTO weight VALUES (?, ?, ?, ?)", [list(row) for row in rows])


def results(store: "duckdb.DuckDBPyConnection") -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Items and scores, as month_tables.written gives those of the product."""
    items = store.execute("SELECT subject, code, status, score, weighted::BIGINT FROM result_item").fetchall()
    return set(items), set(store.execute("SELECT subject, total, place FROM result_score").fetchall())
