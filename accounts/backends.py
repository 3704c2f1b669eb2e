"""Who a session belongs to, read with every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from core import sql


class PlannedBackend(ModelBackend):
    """The ordinary passwords and rights; the user of a session comes by a statement that is planned once."""

    def get_user(self, user_id: Any) -> User | None:
        row = sql.row_planned_once("accounts/read_user", pk=int(user_id))
        if row is None:
            return None
        user = sql.instance(User, row)
        return user if self.user_can_authenticate(user) else None
