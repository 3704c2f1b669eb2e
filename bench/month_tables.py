"""A month's inputs outside PostgreSQL, as plain integers: what bench.month_duckdb and bench.month_pandas work from.

Money-like figures are integers of their last place: scores and points in ten-thousandths, weights, targets, ratings and
rates in hundredths. So both arrive at the very digits of the product without a decimal type.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

from core.periods import Month

# table → the statement that fills it
TABLES = {
    "household": "SELECT id, community_id AS community FROM customers_household",
    "line": """
        SELECT household_id AS household, product_code AS product, opened_on, closed_on
        FROM customers_subscription""",
    "acceptance": "SELECT grid_id AS grid, product_id AS product, accepted_on, cancelled_on FROM acceptance_acceptance",
    "membership": """
        SELECT community_id AS community, grid_id AS grid, lower(period) AS start_on, upper(period) AS end_on
        FROM grids_gridcommunity""",
    "grid": "SELECT id, branch_id AS branch, lower(period) AS start_on, upper(period) AS end_on FROM grids_grid",
    "posting": """
        SELECT manager_id AS manager, grid_id AS grid, lower(period) AS start_on, upper(period) AS end_on
        FROM managers_posting""",
    "target": """
        SELECT month, grid_id AS grid, code, (value * 100)::bigint AS value, is_exempt::int AS is_exempt
        FROM kpi_target""",
    "rating": "SELECT month, manager_id AS manager, (score * 100)::bigint AS score FROM kpi_rating",
}
DAYS = {"opened_on", "closed_on", "accepted_on", "cancelled_on", "start_on", "end_on", "month"}
TEXTS = {"product", "code"}


@dataclass(frozen=True, slots=True)
class Rule:
    """An indicator in integers; `bit` marks it in a set of items that are not assessed."""

    code: str
    measure: str
    item_class: str
    products: list[str]
    weight: int
    floor: int
    cap: int
    target_rate: int
    per_unit: int
    bit: int


def load(store: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Copy the tables into DuckDB's own."""
    for table, statement in TABLES.items():
        file = folder / f"{table}.csv"
        with connection.cursor() as cursor, file.open("wb") as out:
            cursor.execute(f"SELECT * FROM ({statement}) of LIMIT 0")
            names = [column[0] for column in cursor.description]
            cursor.cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH CSV", out)
        kinds = {name: "DATE" if name in DAYS else "VARCHAR" if name in TEXTS else "BIGINT" for name in names}
        store.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv(?, header = false, columns = {kinds!r})",
            [str(file)],
        )
        file.unlink()


def rules(scheme_id: int) -> list[Rule]:
    """The indicators of a scheme."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT code, measure, item_class, products, (weight * 100)::int, (floor * 10000)::bigint,
                      (cap * 10000)::bigint, (target_rate * 100)::int, (points_per_unit * 10000)::int
               FROM kpi_indicator WHERE scheme_id = %s ORDER BY code""",
            [scheme_id],
        )
        return [Rule(*row, bit=1 << place) for place, row in enumerate(cursor.fetchall())]


def weights(found: list[Rule], spared: list[int]) -> list[tuple[int, str, int, int]]:
    """(set of items not assessed, code, numerator, denominator): weights in per cent, one denominator a set."""
    rows = []
    for exempt in {0, *spared}:
        shares = _shares(found, exempt)
        whole = lcm(*(share.denominator for share in shares.values()), 1)
        rows += [(exempt, code, int(share * whole), whole) for code, share in shares.items()]
    return rows


def _shares(found: list[Rule], exempt: int) -> dict[str, Fraction]:
    weighing = [rule for rule in found if rule.item_class != "points"]
    kept = [rule for rule in weighing if not rule.bit & exempt]
    classes = {rule.item_class for rule in kept}
    of_classes = sum(rule.weight for rule in weighing if rule.item_class in classes)
    everything = sum(rule.weight for rule in weighing)
    shares = {}
    for rule in kept:
        in_class = sum(other.weight for other in weighing if other.item_class == rule.item_class)
        left = sum(other.weight for other in kept if other.item_class == rule.item_class)
        shares[rule.code] = Fraction(rule.weight * in_class * everything, 100 * left * of_classes)
    return shares


def written(run_id: int, month: Month) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Items and scores of a run in the same integers: what the others have to arrive at."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(grid_id, -manager_id), code, status, (score * 10000)::bigint,
                      (weighted * 1000000)::bigint
               FROM kpi_itemscore WHERE run_id = %s AND month = %s""",
            [run_id, month.first],
        )
        items = set(cursor.fetchall())
        cursor.execute(
            """SELECT coalesce(grid_id, -manager_id), (total * 100)::bigint, rank_in_branch
               FROM kpi_score WHERE run_id = %s AND month = %s""",
            [run_id, month.first],
        )
        return items, set(cursor.fetchall())
