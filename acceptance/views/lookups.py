"""The page for customers, without a login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from acceptance.choices import SlipState
from acceptance.domain import lookups
from accounts.doors import public
from core.callers import address_of
from core.refusals import Refusal

# What each state means to who waits at home.
WORDS = {
    SlipState.SUBMITTED: _("已送到营业厅，等待签收。"),
    SlipState.TRANSFERRED: _("已转到这个营业厅，等待签收。"),
    SlipState.RECEIVED: _("营业厅已签收，正在排队受理。"),
    SlipState.WORKING: _("营业员正在办理。"),
    SlipState.RETURNED: _("还缺一些资料，客户经理会联系您。"),
    SlipState.ACCEPTED: _("已正式受理，等待安装或开通。"),
    SlipState.COMPLETED: _("已经办好。"),
    SlipState.WITHDRAWN: _("这一单已撤销。"),
    SlipState.ABANDONED: _("已按您的意思不再办理。"),
    SlipState.NO_RESOURCE: _("您的地址暂时没有资源，有了会再联系您。"),
    SlipState.DUPLICATE: _("您先前已有同样的单，按那一单办理。"),
}


@public
@sensitive_post_parameters("phone_end")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Where does my order stand?"""
    context: dict[str, object] = {"number": request.POST.get("number", request.GET.get("number", ""))}
    status = 200
    if request.method == "POST":
        try:
            found = lookups.look_up(
                number=request.POST.get("number", ""),
                phone_end=request.POST.get("phone_end", ""),
                caller=address_of(request),
            )
            context |= {"found": found, "words": WORDS[SlipState(found.state)]}
        except Refusal as refusal:
            context["refused"] = refusal
            status = 429 if isinstance(refusal, lookups.TooManyTries) else 404
    return render(request, "acceptance/lookup.html", context, status=status)
