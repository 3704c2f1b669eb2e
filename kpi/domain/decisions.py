"""Decisions of review meetings."""

import datetime as dt

from core.periods import Month
from grids.models import Branch
from kpi.models import Decision


def record(*, branch: Branch, month: Month, text: str, owner: str, due_on: dt.date) -> Decision:
    """Keep what a meeting about a month decided, who does it and until when."""
    return Decision.objects.create(branch=branch, month=month.first, text=text, owner=owner, due_on=due_on)


def settle(*, decision: Decision, on: dt.date) -> None:
    """Note that a decision has been carried out; a second time changes nothing."""
    Decision.objects.filter(pk=decision.pk, done_on=None).update(done_on=on)
