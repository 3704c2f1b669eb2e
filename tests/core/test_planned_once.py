"""Statements planned once a connection: what they give, and that a rollback or a lost connection doesn't matter."""

import pytest
from django.db import connection, transaction

from core import sql

TYPES = {"least": "integer", "words": "text[]"}
TEXT = """
-- Some rows; 100%% of them, one by one;
CREATE TEMP TABLE IF NOT EXISTS planned_row (number integer, word text) ON COMMIT DELETE ROWS;
DELETE FROM planned_row;
INSERT INTO planned_row SELECT place, word FROM unnest(%(words)s) WITH ORDINALITY AS given (word, place);
SELECT number, word, 7 %% 4 AS rest FROM planned_row WHERE number >= %(least)s ORDER BY number;
"""

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _named():
    sql.define("core/planned_rows", TEXT)


def asked(least: int, *words: str) -> list[tuple[int, str, int]]:
    rows = sql.rows_planned_once(["core/planned_rows"], TYPES, least=least, words=list(words))
    return [(row["number"], row["word"], row["rest"]) for row in rows]


def plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'core/planned_rows/%'")
        return cursor.fetchone()[0]


def test_rows_are_those_of_the_last_statement_with_other_values_each_time():
    assert asked(1, "a", "b") == [(1, "a", 3), (2, "b", 3)]
    assert asked(2, "c", "d", "e") == [(2, "d", 3), (3, "e", 3)]
    assert asked(1) == []
    assert plans() == 3


def test_plans_outlive_a_rollback_that_takes_their_tables():
    with transaction.atomic():
        assert asked(1, "a") == [(1, "a", 3)]
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS planned_row")
    with transaction.atomic():
        assert asked(1, "b") == [(1, "b", 3)]
    assert plans() == 3


def test_new_connection_plans_anew():
    assert asked(1, "a") == [(1, "a", 3)]
    connection.close()
    assert asked(1, "b") == [(1, "b", 3)]
    assert plans() == 3
