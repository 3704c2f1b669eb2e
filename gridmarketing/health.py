"""Is the program able to work? Asked by load balancers and containers, without a login."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from accounts.doors import public


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer, else 503; says which one doesn't, and no more."""
    answers = {"database": _database_answers(), "broker": _broker_answers()}
    healthy = all(answers.values())
    body = {"status": "ok" if healthy else "failing"}
    body |= {name: "ok" if answered else "failing" for name, answered in answers.items()}
    return JsonResponse(body, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        connection.ensure_connection()
        return connection.is_usable()
    except DatabaseError:
        return False


def _broker_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False
