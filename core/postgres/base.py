"""Django's PostgreSQL, which asks a kept connection whether it still lives without a round trip, and plans a prepared
statement once."""

import select
from typing import Any

from django.db.backends.postgresql import base

# What is prepared is planned for any values. Left to itself, the server goes on planning anew each time as long as a
# plan for these very values looks cheaper; and how few rows are newer than a moment, it knows only as of the last
# ANALYZE.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        return params | {"options": f"{params.get('options', '')} {PLANNED_ONCE}".strip()}

    def is_usable(self) -> bool:
        """Whether the connection can be used: nothing is asked while the server is silent, as it is while it waits for
        the next statement. One that ends a connection says so, and that makes it readable."""
        if self.connection is not None and not self.errors_occurred and _is_silent(self.connection):
            return True
        return bool(super().is_usable())


def _is_silent(connection: Any) -> bool:
    if connection.closed:
        return False
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return not line.poll(0)
