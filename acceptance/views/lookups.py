"""The page for customers, without a login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from acceptance.choices import SlipState
from acceptance.domain import lookups
from accounts.doors import public
from core.callers import address_of, network_of
from core.refusals import Refusal

# What each state means to who waits at home, and what comes next.
WORDS = {
    SlipState.SUBMITTED: (_("已送到营业厅，等待签收。"), _("营业厅签收后按次序办理，一般一两天，您不用再来。")),
    SlipState.TRANSFERRED: (_("已转到这个营业厅，等待签收。"), _("这个营业厅签收后按次序办理，您不用再来。")),
    SlipState.RECEIVED: (_("营业厅已签收，正在排队受理。"), _("轮到您时由营业员正式受理，需要补资料会先联系您。")),
    SlipState.WORKING: (_("营业员正在办理。"), _("办好后就会正式受理，随后安排安装或开通。")),
    SlipState.RETURNED: (_("还缺一些资料，客户经理会联系您。"), _("资料补齐后重新送厅；等急了可以打营业厅电话。")),
    SlipState.ACCEPTED: (_("已正式受理，等待安装或开通。"), _("要上门安装的，装机师傅会先打电话约时间。")),
    SlipState.COMPLETED: (_("已经办好。"), _("用着有问题，可以打营业厅电话。")),
    SlipState.WITHDRAWN: (_("这一单已撤销。"), _("还想办理，请联系客户经理或到营业厅。")),
    SlipState.ABANDONED: (_("已按您的意思不再办理。"), _("想再办理，请联系客户经理或到营业厅。")),
    SlipState.NO_RESOURCE: (_("您的地址暂时没有资源，有了会再联系您。"), _("现在不用做什么，不会收取费用。")),
    SlipState.DUPLICATE: (_("您先前已有同样的单，按那一单办理。"), _("请用先前那一单的单号查进度。")),
}
CANCELLED = (_("这一单已退订。"), _("还想办理，请联系客户经理或到营业厅。"))
WAY = [_("已送厅"), pgettext_lazy("state", "签收"), _("办理"), _("受理"), _("办好")]
PLACE_ON_WAY = {
    SlipState.SUBMITTED: 0,
    SlipState.TRANSFERRED: 0,
    SlipState.RECEIVED: 1,
    SlipState.WORKING: 2,
    SlipState.ACCEPTED: 3,
    SlipState.COMPLETED: 4,
}


@public
@sensitive_post_parameters("phone_end")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Where does my order stand?"""
    context: dict[str, object] = {"number": request.POST.get("number", request.GET.get("number", ""))[:40]}
    status, wait = 200, 0
    if request.method == "POST":
        try:
            found = lookups.look_up(
                number=request.POST.get("number", ""),
                phone_end=request.POST.get("phone_end", ""),
                caller=network_of(address_of(request)),
            )
            context |= _told(found)
        except lookups.TooManyTries as refusal:
            context["refused"], status, wait = refusal, 429, refusal.seconds
        except Refusal as refusal:
            context["refused"], status = refusal, 404
    response = render(request, "acceptance/lookup.html", context, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _told(found: lookups.Standing) -> dict[str, object]:
    state = SlipState(found.state)
    place = None if found.is_cancelled else PLACE_ON_WAY.get(state)
    steps = [
        {"label": word, "state": "now" if at == place else "done" if at < (place or 0) else ""}
        for at, word in enumerate(WAY)
    ]
    words, following = CANCELLED if found.is_cancelled else WORDS[state]
    usual = "" if place is None else "work"
    kind = usual if found.is_cancelled else {SlipState.COMPLETED: "good", SlipState.RETURNED: "warn"}.get(state, usual)
    return {
        "found": found,
        "words": words,
        "following": following,
        "steps": steps if place is not None else [],
        "kind": kind,
    }
