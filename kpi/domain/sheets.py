"""What the sheets of a month share: cells refused one by one, and two people who fill in the same sheet."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.periods import Month
from core.refusals import Refusal
from kpi.choices import MonthState
from kpi.models import BranchMonth
from kpi.models.guards import CLOSED, FROZEN

TOLD = 3


class SheetRefused(Refusal):
    """Nothing of a sheet was saved. `cells` tells what is wrong with which, by key; empty when it is the sheet."""

    def __init__(self, message: str, cells: Mapping[str, str] | None = None, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.cells = dict(cells or {})


def refuse(wrong: Mapping[str, str]) -> None:
    """Raise SheetRefused naming the first few of the wrong cells, if there are any."""
    if not wrong:
        return
    words = "".join(list(wrong.values())[:TOLD])
    if len(wrong) > TOLD:
        words += ngettext("另有 %(n)d 格。", "另有 %(n)d 格。", len(wrong) - TOLD) % {"n": len(wrong) - TOLD}
    raise SheetRefused(words, wrong)


def changed_meanwhile(stored: str, wanted: str, seen: str | None) -> str:
    """Words when somebody else changed a cell to something else than one wants, since one saw it; else nothing.

    All three are cells as text; `seen` None when it isn't known what the editor saw.
    """
    if seen is None or stored in (seen, wanted):
        return ""
    return _("别人刚改成“%(now)s”，再保存一次就用您的。") % {"now": stored or _("空")}


def require_open(month: Month, branches: set[int]) -> None:
    """Raise SheetRefused when one of the branches has closed the month; the row lock keeps it open meanwhile."""
    months = BranchMonth.objects.select_for_update().filter(month=month.first, branch__in=branches)
    if any(found.state == MonthState.CLOSED for found in months):
        raise SheetRefused(closed_words())


def closed_words() -> str:
    return _("这个月已审定，不能再改。")


def frozen_words() -> str:
    return _("这个月的目标已冻结，改动要写明理由。")


@contextmanager
def explained() -> Iterator[None]:
    """Say in the user's words what a guard of the database refused; everything inside stands or falls together.

    The rules ask first, so this is for who closes or freezes the month between the question and the answer.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if CLOSED in str(error):
            raise SheetRefused(closed_words()) from error
        if FROZEN in str(error):
            raise SheetRefused(frozen_words(), field="change_reason") from error
        raise
