import pytest
from django.test import Client


@pytest.mark.django_db
def test_healthz_tells_that_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_healthz_fails_without_broker(client: Client, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "database": "ok", "broker": "failing"}


def test_healthz_shows_an_outsider_nothing_else(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
