"""A field manager's visits and follow-ups, on the phone."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import Role
from accounts.doors import open_to
from accounts.scope import Scope
from campaigns import queries
from campaigns.domain import follow_ups, plans
from campaigns.forms import VisitForm
from campaigns.models import FollowUp, Visit
from core.periods import local_day
from core.refusals import Refusal
from managers.models import Posting

RECENT = 30


@open_to(Role.ACCOUNT_MANAGER)
def visit_new(request: HttpRequest) -> HttpResponse:
    """What did you do, and what comes next?"""
    posting, now = _posting(request), timezone.now()
    first = {"household": request.GET.get("household", ""), "kind": request.GET.get("kind", ""), "visited_at": now}
    form = VisitForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data | {"code": form.cleaned_data["household"]}
        fields["household"] = queries.household_by_code(_scope(request), fields["code"])
        try:
            plans.record_with_next_step(posting=posting, now=now, **fields)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("走访已记下。"))
            return redirect("campaigns:visit_list")
    return render(request, "campaigns/visit_new.html", {"form": form, "posting": posting})


@open_to(Role.ACCOUNT_MANAGER)
@require_safe
def visit_list(request: HttpRequest) -> HttpResponse:
    """My visits, newest first."""
    mine = Visit.objects.within(_scope(request)).filter(manager=_scope(request).manager)
    visits = mine.select_related("household").order_by("-visited_at")[:RECENT]
    return render(request, "campaigns/visit_list.html", {"visits": visits})


@open_to(Role.ACCOUNT_MANAGER)
@require_POST
def followup_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a follow-up off, or take the tick back."""
    mine = FollowUp.objects.within(_scope(request)).filter(manager=_scope(request).manager)
    follow_up = get_object_or_404(mine, pk=pk)
    if "reopen" in request.POST:
        follow_ups.reopen(follow_up=follow_up)
    else:
        follow_ups.finish(follow_up=follow_up, now=timezone.now())
        messages.success(request, _("已办结：%(subject)s") % {"subject": follow_up.subject})
    return redirect("kpi:my_day")


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


def _posting(request: HttpRequest) -> Posting:
    posting = queries.posting_of(_scope(request), on=local_day(timezone.now()))
    if posting is None:
        raise Http404
    return posting
