"""Appeals against a published score: filed until the deadline, answered once, kept with the result they contest."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.formats import day, moment
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch, Grid
from kpi.choices import AppealOutcome, MonthState
from kpi.domain.words import required
from kpi.models import Appeal, BranchMonth, ItemScore, Score
from managers.models import Manager, Posting

LONGEST = 500


class AppealRefused(Refusal):
    """The appeal can't be filed, withdrawn or answered."""


def serves(manager: Manager, grid: Grid, month: Month) -> bool:
    """Whether the person was a member of the grid for a day of the month."""
    of_month = Posting.objects.filter(period__overlap=(month.first, month.next_first))
    return of_month.filter(manager=manager, grid=grid).exists()


@transaction.atomic
def file(
    *,
    branch: Branch,
    month: Month,
    grid: Grid | None = None,
    manager: Manager | None = None,
    code: str = "",
    text: str,
    by: User,
    now: dt.datetime,
) -> Appeal:
    """Contest the published score of a grid or of a person, in whole or one item. Raises AppealRefused.

    The same person asking for the same twice is asking once. The last day of the deadline still counts.
    """
    words = required(text, longest=LONGEST, refused=AppealRefused, field="text")
    shown = BranchMonth.objects.select_for_update().filter(branch=branch, month=month.first).first()
    run = _contested_run(shown, local_day(now))
    subject = {"run": run, "branch": branch, "grid": grid, "manager": manager}
    if not Score.objects.filter(**subject).exists():
        raise AppealRefused(_("这次公示里没有这个得分。"))
    if code and not ItemScore.objects.filter(**subject, code=code).exists():
        raise AppealRefused(_("这个得分没有这一项。"), field="code")
    waiting, created = Appeal.objects.select_related("filed_by").get_or_create(
        branch=branch,
        month=month.first,
        grid=grid,
        manager=manager,
        code=code,
        outcome="",
        defaults={"run_id": run, "text": words, "filed_at": now, "filed_by": by},
    )
    if not created and (waiting.filed_by_id != by.pk or waiting.text != words):
        who = {"who": waiting.filed_by.name, "at": moment(waiting.filed_at)}
        raise AppealRefused(_("%(who)s已于 %(at)s 就此提出申诉，还在等答复。") % who)
    return waiting


def withdraw(*, appeal: Appeal, by: User, now: dt.datetime) -> None:
    """Take one's own appeal back while nobody has answered it; twice is once. Raises AppealRefused."""
    if appeal.filed_by_id != by.pk:
        raise AppealRefused(_("只有提出的人可以撤回。"))
    _settle(appeal, AppealOutcome.WITHDRAWN, "", by=by, now=now)


def answer(*, appeal: Appeal, outcome: str, words: str, by: User, now: dt.datetime) -> None:
    """Say whether the appeal holds, with the reason; the first answer stands. Raises AppealRefused."""
    if outcome not in (AppealOutcome.UPHELD, AppealOutcome.REJECTED):
        raise AppealRefused(_("请选成立或不成立。"), field="outcome")
    reason = required(words, longest=LONGEST, refused=AppealRefused, field="answer")
    _settle(appeal, outcome, reason, by=by, now=now)


def _settle(appeal: Appeal, outcome: str, words: str, *, by: User, now: dt.datetime) -> None:
    waiting = Appeal.objects.filter(pk=appeal.pk, outcome="")
    if waiting.update(outcome=outcome, answer=words, answered_at=now, answered_by=by):
        return
    settled = Appeal.objects.select_related("answered_by").get(pk=appeal.pk)
    if (settled.outcome, settled.answer, settled.answered_by_id) == (outcome, words, by.pk):
        return  # the same click twice
    who = settled.answered_by.name if settled.answered_by else ""
    said = {"who": who, "at": moment(settled.answered_at), "outcome": settled.get_outcome_display()}
    raise AppealRefused(_("%(who)s已于 %(at)s 处理了这份申诉：%(outcome)s。") % said)


def _contested_run(shown: BranchMonth | None, today: dt.date) -> int:
    """The run of a published month, while appeals are heard on that day."""
    if shown is None or shown.current_run_id is None or shown.state in (MonthState.OPEN, MonthState.TRIAL):
        raise AppealRefused(_("这个月还没有公示，公示之后才能申诉。"))
    if shown.state == MonthState.CLOSED:
        raise AppealRefused(_("这个月已审定，不再受理申诉；确有出入的，请分公司家庭客户部作更正。"))
    if shown.appeals_until and today > shown.appeals_until:
        raise AppealRefused(_("申诉期到%(day)s为止，已经过了。") % {"day": day(shown.appeals_until)})
    return shown.current_run_id
