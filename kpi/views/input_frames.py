"""What stands around the sheets of a month: which month, which place, and what may still be changed."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.doors import DEPARTMENT
from core import formats
from core.periods import Month, local_day
from grids.models import Grid
from kpi.choices import MonthState
from kpi.domain.sheets import SheetRefused
from kpi.forms import Asked, asked
from kpi.forms_inputs import seen_cells
from kpi.queries.generations import generation, scored_months
from kpi.queries.runs import is_running
from kpi.views.frames import Select, selects


def this_month() -> Month:
    return Month.of(local_day(timezone.now()))


def input_asked(request: HttpRequest, default: Month | None = None) -> Asked:
    return asked(request.GET, request.scope, default or this_month())


def grids_asked(request: HttpRequest, ask: Asked) -> list[Grid]:
    """The grids of the place that hold a day of the month, in the order of their codes."""
    found = Grid.objects.within(request.scope).filter(period__overlap=(ask.month.first, ask.month.next_first))
    found = found.filter(branch=ask.branch) if ask.branch else found
    found = found.filter(sub_bureau=ask.sub_bureau) if ask.sub_bureau else found
    return list(found.select_related("branch").order_by("code"))


def _months(ask: Asked, ahead: int) -> Select:
    """Months that have scores, the running one and, to plan it, the next."""
    now = this_month()
    found = sorted({ask.month, now, now.shift(ahead), *scored_months()}, reverse=True)
    options = [(str(month), formats.month(month), month == ask.month) for month in found]
    return Select("month", _("月份"), options, on=True)


def input_frame(request: HttpRequest, ask: Asked, *, ahead: int = 0) -> dict[str, Any]:
    """Query row, state and rights. `closed` are ids of branches whose month can't be changed any more."""
    shown = generation(ask.month)
    closed = {branch for branch, state in shown.states.items() if state == MonthState.CLOSED}
    asked_for = {ask.branch.pk} if ask.branch else {branch.pk for branch in ask.branches}
    is_closed = bool(asked_for) and asked_for <= closed
    narrowing = [select for select in selects(request.scope, ask) if select.name in ("branch", "sub_bureau")]
    return {
        "ask": ask,
        "month": ask.month,
        "selects": [_months(ask, ahead), *narrowing],
        "only_missing": "missing" in request.GET,
        "closed": closed,
        "is_closed": is_closed,
        "may_edit": request.user.role in DEPARTMENT and not is_closed,
        "is_running": is_running(request.scope, ask.month),
    }


def seen_text(request: HttpRequest, cells: Iterable[Any], refused: SheetRefused | None) -> str:
    """What the page shows in its cells, for the next save; after a refusal what the editor had seen stays, but for
    the cells he is told about."""
    seen = {cell.key: cell.seen for cell in cells}
    if refused:
        told = {key: seen[key] for key in refused.cells if key in seen}
        seen |= (seen_cells(request.POST) or {}) | told
    return json.dumps(seen, ensure_ascii=False)
