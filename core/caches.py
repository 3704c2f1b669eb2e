"""Django's cache on Valkey or Redis, without building a client for each look."""

from functools import cache
from typing import Any

from django.core.cache.backends import redis


class KeptClients(redis.RedisCacheClient):
    """Keeps one client for each server: making one costs more than asking it, and threads may share it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = cache(super().get_client)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._kept(write=write)


class KeptRedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClients
