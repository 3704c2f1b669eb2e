import psycopg2
import pytest
from django.db import connection

from tests.waiting import until


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_kept_connection_is_used_without_asking_until_its_server_ends_it():
    connection.ensure_connection()
    place = connection.connection.info
    assert connection.is_usable()
    other = psycopg2.connect(connection.connection.dsn, password=place.password)
    other.autocommit = True
    try:
        other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [place.backend_pid])
    finally:
        other.close()
    until(lambda: not connection.is_usable())
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
