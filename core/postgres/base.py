"""Django's PostgreSQL, which asks a kept connection whether it still lives without a round trip."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
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
