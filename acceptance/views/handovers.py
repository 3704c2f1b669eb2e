"""Shift change: claimed slips go to a colleague; and the day of a hall, clerk by clerk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acceptance.choices import SlipState
from acceptance.domain import handovers
from acceptance.domain.clocks import opening_hours
from acceptance.models import Slip
from acceptance.queries import clerk_loads
from acceptance.queries import slips as queries
from acceptance.views.asks import age_words
from acceptance.views.queue import actor_at_counter, slip_of
from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to
from core.periods import day_start, local_day
from core.refusals import Refusal
from managers.models import Operator

BACK = "queue"  # in place of an operator's number: nobody's, for whoever comes first


@open_to(*HALL_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """Who goes on with what is in hand?"""
    giver = _giver(request)
    if request.method != "POST":
        return _page(request, giver)
    wanted = request.POST.get("receiver", "")
    try:
        if giver is None:
            raise handovers.CannotHandOver(_("请先选是谁的单。"), field="from")
        count = handovers.hand_over(
            numbers=request.POST.getlist("slips"),
            giver=giver,
            receiver=None if wanted == BACK else get_object_or_404(handovers.colleagues(giver), operator_no=wanted),
            note=request.POST.get("note", ""),
            by=actor_at_counter(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, giver, refusal)
    messages.success(request, ngettext("已交出 %(n)d 单。", "已交出 %(n)d 单。", count) % {"n": count})
    return redirect("acceptance:clerk_load" if actor_at_counter(request).leads else "acceptance:hall_queue")


@open_to(*HALL_STAFF)
@require_POST
def handover_seen(request: HttpRequest) -> HttpResponse:
    """The notes have been read."""
    handovers.see(by=actor_at_counter(request), now=timezone.now())
    return redirect("acceptance:hall_queue")


@open_to(*HALL_STAFF)
@require_POST
def slip_take_over(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with what a colleague left lying."""
    slip = slip_of(request, number)
    try:
        handovers.take_over(slip=slip, by=actor_at_counter(request), now=timezone.now(), hours=opening_hours())
        messages.success(request, _("%(number)s 由您接手。") % {"number": number})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('acceptance:hall_queue')}?{urlencode({'slip': number})}")


@open_to(Role.HALL_MANAGER)
@require_safe
def clerk_load(request: HttpRequest) -> HttpResponse:
    """Who has how much in hand?"""
    now = timezone.now()
    today = local_day(now)
    day = clerk_loads.hall_day(request.scope, today=today, day_start=day_start(today), now=now, hours=opening_hours())
    words = age_words()
    context = {
        "day": day,
        "ages": [(words[age], found) for age, found in day.ages.items()],
        "top": max((clerk.held for clerk in day.clerks), default=0),
        "oldest": max((age.total for age in day.ages.values()), default=0),
        "done": sum(clerk.done for clerk in day.clerks),
        "direct": sum(clerk.direct for clerk in day.clerks),
    }
    return render(request, "acceptance/clerk_load.html", context)


def _giver(request: HttpRequest) -> Operator | None:
    """Whose slips: one's own, or those of the clerk that the head of the hall names."""
    actor = actor_at_counter(request)
    named = request.POST.get("from", "") or request.GET.get("from", "")
    if named:
        return get_object_or_404(Operator.objects.within(request.scope), operator_no=named)
    return Operator.objects.filter(pk=actor.operator).first() if actor.operator else None


def _page(request: HttpRequest, giver: Operator | None, refused: Refusal | None = None) -> HttpResponse:
    actor, now = actor_at_counter(request), timezone.now()
    held = Slip.objects.within(request.scope).filter(claimed_by=giver, state=SlipState.WORKING)
    rows = queries.rows_of(queries.with_parts(held).order_by("submitted_at", "pk"), now) if giver else []
    context = {
        "giver": giver,
        "rows": rows,
        "is_mine": giver is not None and giver.pk == actor.operator,
        "colleagues": handovers.colleagues(giver) if giver else [],
        "back": BACK,
        "clerks": Operator.objects.within(request.scope) if actor.leads else [],
        "chosen": request.POST.getlist("slips") if request.method == "POST" else [row.slip.number for row in rows],
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "acceptance/handover.html", context, status=422 if refused else 200)
