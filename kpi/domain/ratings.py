"""Ratings of people, given by the department of the branch that scores them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import sql
from core.periods import Month
from kpi.choices import RatingItem
from kpi.domain.sheets import changed_meanwhile, explained, refuse, require_open
from kpi.indicators.measure import plain
from kpi.models import Rating
from managers.models import Manager

LONGEST_COMMENT = 300


@dataclass(frozen=True, slots=True)
class Rated:
    """One sub-item of one person; `score` None takes it away."""

    manager: Manager
    item: str
    score: Decimal | None
    comment: str = ""

    @property
    def key(self) -> str:
        return key_of(self.manager.pk, self.item)


def key_of(manager_id: int, item: str) -> str:
    """How a sheet names a cell."""
    return f"{manager_id}-{item}"


def as_text(score: Decimal | None, comment: str) -> str:
    """A cell in one line, to compare and to tell."""
    return f"{'' if score is None else plain(score)} {comment}".strip()


def stored_text(rating: Rating | None) -> str:
    return as_text(rating.score, rating.comment) if rating else ""


def rate(*, month: Month, rated: Iterable[Rated], by: User, seen: Mapping[str, str] | None = None) -> int:
    """Write the sub-items that differ from what is stored, all or none; returns how many did. Raises SheetRefused.

    `seen` is what the editor saw in each cell: those left as they were are none of his doing, and one that somebody
    else has changed since is not overwritten unasked.
    """
    cells = [cell for cell in rated if seen is None or seen.get(cell.key) != _text(cell)]
    managers = {cell.manager.pk for cell in cells}
    with explained():
        # Not always the person's own branch: who served elsewhere is scored there.
        branches = sql.tuples("kpi/list_rated_branches", month=month.first, managers=list(managers))
        require_open(month, {branch for (branch,) in branches})
        held = Rating.objects.select_for_update().filter(month=month.first, manager__in=managers).order_by("pk")
        stored = {key_of(rating.manager_id, rating.item): stored_text(rating) for rating in held}
        refuse({cell.key: words for cell in cells if (words := _wrong(cell, stored, seen))})
        changed = [cell for cell in cells if _text(cell) != stored.get(cell.key, "")]
        _write(month, changed, by)
    return len(changed)


def _wrong(cell: Rated, stored: Mapping[str, str], seen: Mapping[str, str] | None) -> str:
    saw = seen.get(cell.key) if seen is not None else None
    words = changed_meanwhile(stored.get(cell.key, ""), _text(cell), saw) or fault_of(cell)
    if not words and cell.score is None and cell.comment.strip():
        words = _("写了评语，还要打分。")
    return f"{cell.manager.name} {RatingItem(cell.item).label}：{words}" if words else ""


def fault_of(cell: Rated) -> str:
    """Why a sub-item can't be kept, not even as a draft; empty when it can."""
    if cell.score is not None and not 0 <= cell.score <= 100:
        return _("得分要在 0 到 100 之间。")
    if len(cell.comment.strip()) > LONGEST_COMMENT:
        most, now = LONGEST_COMMENT, len(cell.comment.strip())
        return _("评语最多 %(most)d 个字，现在 %(now)d 个。") % {"most": most, "now": now}
    return ""


def _text(cell: Rated) -> str:
    return as_text(round(cell.score, 2) if cell.score is not None else None, cell.comment.strip())


def _write(month: Month, cells: list[Rated], by: User) -> None:
    gone = [Q(manager=cell.manager, item=cell.item) for cell in cells if cell.score is None]
    if gone:
        Rating.objects.filter(Q(*gone, _connector=Q.OR), month=month.first).delete()
    rows = [
        Rating(
            month=month.first,
            manager=cell.manager,
            item=cell.item,
            score=cell.score,
            comment=cell.comment.strip(),
            rated_by=by,
        )
        for cell in cells
        if cell.score is not None
    ]
    Rating.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["month", "manager", "item"],
        update_fields=["score", "comment", "rated_by", "rated_at"],
    )
