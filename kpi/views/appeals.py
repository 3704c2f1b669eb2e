"""Appeals: filed beside a published score, listed, answered."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from core import formats
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch, Grid
from kpi.choices import AppealOutcome
from kpi.domain import appeals
from kpi.forms_life import TOTAL, AnswerForm, AppealForm
from kpi.models import Appeal
from kpi.queries.appeals import AppealRow, appeal_rows, appeals_within, may_appeal
from kpi.queries.generations import generations
from kpi.queries.sheets import Sheet, sheet
from kpi.views.scores import month_or_404
from managers.models import Manager

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)
OPEN = "open"
STATES = {OPEN: gettext_lazy("等答复"), **dict(AppealOutcome.choices)}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list as the address holds them."""

    month: Month | None
    branch: Branch | None
    state: str
    mine: bool

    def narrow(self, appeals: QuerySet[Appeal], user: int) -> QuerySet[Appeal]:
        if self.month:
            appeals = appeals.filter(month=self.month.first)
        if self.branch:
            appeals = appeals.filter(branch=self.branch)
        if self.state:
            appeals = appeals.filter(outcome="" if self.state == OPEN else self.state)
        return appeals.filter(filed_by=user) if self.mine else appeals


def _asked(request: HttpRequest) -> Asked:
    month, state = request.GET.get("month", ""), request.GET.get("state", "")
    return Asked(
        month=month_or_404(month) if month else None,
        branch=Branch.objects.within(request.scope).filter(code=request.GET.get("branch", "")).first(),
        state=state if state in STATES else "",
        mine="mine" in request.GET,
    )


@open_to(*READERS)
def appeal_list(request: HttpRequest) -> HttpResponse:
    """Which appeals wait for an answer?"""
    ask, seen = _asked(request), appeals_within(request.scope)
    rows = appeal_rows(ask.narrow(seen, cast(User, request.user).pk))
    days = seen.order_by("-month").values_list("month", flat=True).distinct()
    everything = ("", _("全部"))
    page = {
        "ask": ask,
        "rows": rows,
        "waiting": sum(1 for row in rows if not row.appeal.outcome),
        "months": [everything, *((f"{day:%Y-%m}", formats.month(day)) for day in days)],
        "branches": [everything, *Branch.objects.within(request.scope).values_list("code", "name")],
        "states": [everything, *STATES.items()],
        "may_file": request.user.role == Role.ACCOUNT_MANAGER,
    }
    return render(request, "kpi/appeal_list.html", page)


def _found(request: HttpRequest, pk: int) -> Appeal:
    return get_object_or_404(appeals_within(request.scope), pk=pk)


def _shown(request: HttpRequest, appeal: Appeal, form: AnswerForm) -> HttpResponse:
    row: AppealRow = appeal_rows(appeals_within(request.scope).filter(pk=appeal.pk))[0]
    page = {
        "row": row,
        "appeal": row.appeal,
        "month": Month.of(appeal.month),
        "form": form,
        "may_answer": request.user.role == Role.BRANCH and not row.appeal.outcome,
        "may_withdraw": row.appeal.filed_by_id == request.user.pk and not row.appeal.outcome,
    }
    return render(request, "kpi/appeal_detail.html", page)


@open_to(*READERS)
def appeal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Does this appeal hold?"""
    return _shown(request, _found(request, pk), AnswerForm())


@open_to(Role.BRANCH)
@require_POST
def appeal_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether it holds; what was typed stays when somebody else was faster."""
    appeal, form = _found(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, appeal, form)
    data = form.cleaned_data
    by, now = cast(User, request.user), timezone.now()
    try:
        appeals.answer(appeal=appeal, outcome=data["outcome"], words=data["answer"], by=by, now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, appeal, form)
    messages.success(request, _("已答复。"))
    return redirect("kpi:appeal_detail", pk=pk)


@open_to(Role.ACCOUNT_MANAGER)
@require_POST
def appeal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own appeal back."""
    try:
        appeals.withdraw(appeal=_found(request, pk), by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("申诉已撤回。"))
    return redirect("kpi:appeal_detail", pk=pk)


@open_to(Role.ACCOUNT_MANAGER)
def grid_appeal(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """What is wrong with the score of my grid?"""
    subject = get_object_or_404(Grid.objects.within(request.scope), code=code)
    return _filed(request, month_or_404(month), grid=subject)


@open_to(Role.ACCOUNT_MANAGER)
def person_appeal(request: HttpRequest, month: str, staff_no: str) -> HttpResponse:
    """What is wrong with my score?"""
    subject = get_object_or_404(Manager.objects.within(request.scope), staff_no=staff_no)
    return _filed(request, month_or_404(month), manager=subject)


def _filed(
    request: HttpRequest, month: Month, grid: Grid | None = None, manager: Manager | None = None
) -> HttpResponse:
    if not may_appeal(request.scope, grid, manager, month):
        raise Http404
    shown, before = generations(month)
    found = sheet(shown, before, grid=grid, manager=manager)
    if found is None:
        return render(request, "kpi/score_missing.html", {"month": month, "name": (grid or manager).name})
    codes = [(i.rule.code, f"{i.rule.code} {formats.named(i.rule.name)}") for i in found.items]
    form = AppealForm(request.POST or None, codes=codes, initial={"code": request.GET.get("item", TOTAL)})
    if request.method == "POST" and form.is_valid() and (made := _file(request, form, found, month)):
        messages.success(request, _("申诉已提出，分公司家庭客户部会在这里答复。"))
        return redirect("kpi:appeal_detail", pk=made.pk)
    page = {"form": form, "sheet": found, "month": month, "subject": grid or manager, "grid": grid, "manager": manager}
    return render(request, "kpi/appeal_new.html", page | _deadline(found, month))


def _file(request: HttpRequest, form: AppealForm, found: Sheet, month: Month) -> Appeal | None:
    score = found.score
    try:
        return appeals.file(
            branch=score.branch,
            month=month,
            grid=score.grid,
            manager=score.manager,
            code=form.cleaned_data["code"],
            text=form.cleaned_data["text"],
            by=cast(User, request.user),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _deadline(found: Sheet, month: Month) -> dict[str, Any]:
    shown = found.score.branch.months.filter(month=month.first).first()
    return {"branch_month": shown, "today": local_day(timezone.now())}
