"""Ratings of people, given by the branch department."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.periods import Month
from core.refusals import Refusal
from kpi.domain.targets import require_open
from kpi.models import Rating
from managers.models import Manager


class RatingRefused(Refusal):
    """A rating can't be given."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One sub-item of one person; `score` None takes it away."""

    manager: Manager
    item: str
    score: Decimal | None
    comment: str = ""


@transaction.atomic
def rate(*, month: Month, rated: Iterable[Rated], by: User) -> int:
    """Write all sub-items or none; returns how many there were. Raises RatingRefused or TargetRefused."""
    cells = list(rated)
    require_open(month, {cell.manager.branch_id for cell in cells})
    for cell in cells:
        if cell.score is not None and not 0 <= cell.score <= 100:
            raise RatingRefused(_("%(name)s：得分要在 0 到 100 之间。") % {"name": cell.manager.name}, field=cell.item)
        key: dict[str, Any] = {"month": month.first, "manager": cell.manager, "item": cell.item}
        if cell.score is None:
            Rating.objects.filter(**key).delete()
        else:
            values = {"score": cell.score, "comment": cell.comment.strip()[:300], "rated_by": by}
            Rating.objects.update_or_create(**key, defaults=values)
    return len(cells)
