"""What a request may see, as plain ids. Worked out once a request; every queryset goes through `.within(scope)`."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scope:
    """Sets of ids that are visible; a place is visible when any of them covers it. The empty scope sees nothing.

    `grids` are ids of marketing grids (an account manager's own, today); `manager` is the id of the person's own
    senior-account-manager row; `operator` the id of their operator row. `on` is the day the scope was worked out for:
    places that are reached through dated memberships are those of that day.
    """

    everything: bool = False
    branches: frozenset[int] = field(default_factory=frozenset)
    sub_bureaus: frozenset[int] = field(default_factory=frozenset)
    halls: frozenset[int] = field(default_factory=frozenset)
    grids: frozenset[int] = field(default_factory=frozenset)
    manager: int | None = None
    operator: int | None = None
    on: dt.date | None = field(default=None, compare=False)

    @property
    def is_empty(self) -> bool:
        return not (self.everything or self.branches or self.sub_bureaus or self.halls or self.grids or self.manager)


EVERYTHING = Scope(everything=True)
NOTHING = Scope()
