import datetime as dt
import uuid

import pytest
from django.db import connection

from core import sql

sql.define(
    "tests/echo",
    "SELECT %(word)s AS word, %(number)s AS number, %(flag)s AS flag, %(day)s AS day, %(key)s AS key,"
    " %(words)s AS words, %(word)s LIKE 'a%%' AS begins WHERE %(flag)s",
)
GIVEN = {
    "word": "ab",
    "number": 7,
    "flag": True,
    "day": dt.date(2026, 11, 6),
    "key": uuid.UUID(int=5),
    "words": ["x", "y"],
}


def plans():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'tests/echo/0'")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_row_planned_once_keeps_types_and_plans_once():
    assert sql.row_planned_once("tests/echo", **GIVEN) == GIVEN | {"begins": True}
    assert sql.row_planned_once("tests/echo", **(GIVEN | {"word": "b'c", "words": []})) == GIVEN | {
        "word": "b'c",
        "words": [],
        "begins": False,
    }
    assert plans() == 1


@pytest.mark.django_db
def test_row_planned_once_is_none_without_a_row():
    assert sql.row_planned_once("tests/echo", **(GIVEN | {"flag": False})) is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_row_planned_once_is_prepared_anew_for_a_new_connection():
    sql.row_planned_once("tests/echo", **GIVEN)
    connection.close()
    assert plans() == 0
    assert sql.row_planned_once("tests/echo", **GIVEN) == GIVEN | {"begins": True}


@pytest.mark.django_db
def test_row_planned_once_is_planned_for_any_values_however_cheap_a_plan_for_these_looks():
    sql.define("tests/pick", "SELECT id FROM django_content_type WHERE id > %(above)s ORDER BY id")
    for above in range(9):
        sql.row_planned_once("tests/pick", above=above)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'tests/pick/0'")
        assert cursor.fetchone() == (9, 0)
