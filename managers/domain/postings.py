"""Who serves which grid, with which duty, from which day on. One grid at a time (专属)."""

import datetime as dt

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal
from grids.models import Grid
from managers.models import Manager, Posting


class CannotPost(Refusal):
    """The manager can't serve there then; the message says why."""


@transaction.atomic
def post(*, manager: Manager, grid: Grid, duty: str, since: dt.date, until: dt.date | None = None) -> Posting:
    """Give a manager a grid from `since` to the day before `until` (None: for good); raises CannotPost."""
    if until and until <= since:
        raise CannotPost(_("失效日期要晚于生效日期。"), field="until")
    # Two posts of one person at once must see each other; the database would refuse without words.
    manager = Manager.objects.select_for_update().get(pk=manager.pk)
    period = DateRange(since, until, "[)")
    _refuse_misplaced(manager, grid, since)
    _refuse_second_grid(manager, period)
    return Posting.objects.create(manager=manager, grid=grid, duty=duty, period=period)


@transaction.atomic
def end(*, posting: Posting, on: dt.date) -> None:
    """End a posting; `on` is the first day without it. Raises CannotPost if nothing is left or it ended before."""
    lower, upper = posting.period.lower, posting.period.upper
    if on <= lower:
        raise CannotPost(_("任期 %(start)s 才开始，离任日期要晚于这一天。") % {"start": lower}, field="on")
    if upper and on >= upper:
        raise CannotPost(_("任期在 %(end)s 已经结束。") % {"end": upper}, field="on")
    changed = Posting.objects.filter(pk=posting.pk, period=posting.period).update(period=DateRange(lower, on, "[)"))
    if not changed:
        raise CannotPost(_("这条任职刚被别人改过，请刷新后再试。"))


@transaction.atomic
def move(*, manager: Manager, grid: Grid, duty: str, on: dt.date) -> Posting:
    """Move a manager to a grid or a duty from a day on, also mid-month: the old posting ends where the new begins."""
    current = Posting.objects.active_on(on).filter(manager=manager).select_related("grid").first()
    if current and current.grid_id == grid.pk and current.duty == duty:
        raise CannotPost(
            _("%(name)s在 %(on)s 已经在%(grid)s担任%(duty)s。")
            % {"name": manager.name, "on": on, "grid": grid, "duty": current.get_duty_display()},
            field="grid",
        )
    if current:
        end(posting=current, on=on)
    return post(manager=manager, grid=grid, duty=duty, since=on)


def _refuse_misplaced(manager: Manager, grid: Grid, since: dt.date) -> None:
    if manager.branch_id != grid.branch_id:
        raise CannotPost(_("%(name)s不是这家分公司的人，先转分公司再任职。") % {"name": manager.name}, field="grid")
    if not Grid.objects.active_on(since).filter(pk=grid.pk).exists():
        raise CannotPost(_("%(grid)s在 %(since)s 不是有效网格。") % {"grid": grid, "since": since}, field="since")


def _refuse_second_grid(manager: Manager, period: DateRange) -> None:
    other = (
        Posting.objects.filter(manager=manager, period__overlap=period)
        .select_related("grid")
        .order_by("period")
        .first()
    )
    if other is None:
        return
    words = _("%(name)s从 %(start)s 起在%(grid)s任职，一人同一天只能服务一个网格。请先结束那段任职，或用“调动”。")
    if other.period.upper:
        words = _("%(name)s在 %(start)s 至 %(end)s（不含）在%(grid)s任职，一人同一天只能服务一个网格。请改日期。")
    raise CannotPost(
        words % {"name": manager.name, "start": other.period.lower, "end": other.period.upper, "grid": other.grid.name},
        field="since",
    )
