"""The two credits held against each other, and the names that the billing system writes without a number."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from acceptance.choices import DifferenceKind, Owner
from acceptance.domain import reconciling
from acceptance.models import DeveloperAlias, Difference
from acceptance.queries import differences as queries
from acceptance.queries.differences import Line
from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from accounts.saved import keeps_views
from core import formats
from core.downloads import Table, sent
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Branch
from managers.models import Manager

PAGE = 50
LISTED = 100


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
@keeps_views(_lazy("对账"), "state", "kind", "hall", "owner")
def reconciliation(request: HttpRequest) -> HttpResponseBase:
    """Do the billing system and the halls agree?"""
    today = local_day(timezone.now())
    if kind := request.GET.get("export"):
        return _file(request, kind)
    lines, after = _listed(request)
    chosen = _chosen(request, lines)
    context = {
        "today": today,
        "tally": queries.tally(request.scope, today),
        "lines": lines,
        "after": after,
        "chosen": chosen,
        "ways": _ways(request, chosen),
        "state": _state(request),
        "kinds": DifferenceKind,
        "selects": _selects(request),
        "names": _names_to_say(request),
    }
    return render(request, "acceptance/reconciliation.html", context)


def _names_to_say(request: HttpRequest) -> int:
    if request.user.role != Role.BRANCH:
        return 0
    return sum(bool(name.bearers) for name in queries.names(request.scope, local_day(timezone.now())))


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "open")
    return asked if asked in queries.STATES else "open"


def _listed(request: HttpRequest) -> tuple[list[Line], str]:
    """A page of what was asked for, and where the next one begins."""
    today, query = local_day(timezone.now()), request.GET.dict() | {"state": _state(request)}
    if query["state"] == "agreed":
        return [Line(order, None) for order in queries.agreed(request.scope, query, today)[:LISTED]], ""
    found = queries.lines(request.scope, query, today)
    page = queries.told(queries.behind(found, query.get("after", "")), PAGE + 1)
    return page[:PAGE], page[PAGE - 1].key if len(page) > PAGE else ""


def _chosen(request: HttpRequest, lines: list[Line]) -> Line | None:
    asked = request.GET.get("line", "")
    return next((line for line in lines if line.order.order_no == asked), lines[0] if lines else None)


def _ways(request: HttpRequest, chosen: Line | None) -> list[tuple[str, str]]:
    if chosen is None or chosen.difference is None:
        return []
    return [(way.value, str(way.label)) for way in reconciling.ways_of(chosen.difference, _user(request))]


def _selects(request: HttpRequest) -> list[tuple[str, str, object, str]]:
    everything: object = ("", _("全部"))
    halls = queries.halls_with_lines(request.scope).values_list("code", "name")
    offered: list[tuple[str, str, list[object]]] = [("hall", _("营业厅"), [everything, *halls])]
    if _state(request) != "agreed":
        kinds: list[object] = [everything, ("overdue", _("过了期限")), *DifferenceKind.choices]
        owners: list[object] = [everything, *Owner.choices]
        offered = [("kind", _("情形"), kinds), *offered, ("owner", _("负责"), owners)]
    return [(name, label, choices, request.GET.get(name, "")) for name, label, choices in offered]


def _file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [_("订单号"), _("情形"), _("不符的项")]
    for word in queries.field_words().values():
        header += [_("%(what)s：本系统") % {"what": word}, _("%(what)s：计费系统") % {"what": word}]
    header += [_("营业厅"), _("负责"), _("发现"), _("期限"), _("处理方式"), _("处理人"), _("处理时间"), _("处理说明")]
    return sent(Table(_("对账"), header, (_cells(line) for line in _every(request))), kind)


def _every(request: HttpRequest) -> list[Line]:
    today, query = local_day(timezone.now()), request.GET.dict() | {"state": _state(request)}
    if query["state"] == "agreed":
        return [Line(order, None) for order in queries.agreed(request.scope, query, today)]
    return queries.told(queries.lines(request.scope, query, today))


def _cells(line: Line) -> list[object]:
    one = line.difference
    told: list[object] = [line.order.order_no, str(one.get_kind_display()) if one else _("一致")]
    told.append(formats.listed(line.fields))
    told += [text for side in line.sides for text in (side.here, side.billing)]
    if one is None:
        return told
    told += [one.hall.name if one.hall else "", str(one.get_owner_display()), formats.full_day(one.found_at)]
    told += [formats.full_day(one.due_on), str(one.get_settled_how_display())]
    return [*told, one.settled_by.name if one.settled_by else "", formats.moment(one.settled_at), one.word]


@open_to(Role.BRANCH, Role.HALL_MANAGER)
@require_POST
def difference_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """End a line with a word."""
    line = get_object_or_404(Difference.objects.within(request.scope), pk=pk)
    how, word = request.POST.get("how", ""), request.POST.get("word", "")
    try:
        reconciling.settle(line=line, how=how, word=word, by=_user(request), now=timezone.now())
        messages.success(request, _("%(number)s 已处理。") % {"number": line.acceptance.order_no})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    back = request.POST.get("back", "")
    local = back.startswith("?") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(reverse("acceptance:reconciliation") + (back if local else ""))


@open_to(Role.BRANCH)
@require_safe
def name_list(request: HttpRequest) -> HttpResponse:
    """Whom does the billing system mean by a name?"""
    names = queries.names(request.scope, local_day(timezone.now()))
    context = {
        "names": [name for name in names if name.bearers],
        "strangers": [name for name in names if not name.bearers],
        "orders": sum(name.orders for name in names if name.bearers),
        "given": queries.given(request.scope),
    }
    return render(request, "acceptance/name_list.html", context)


@open_to(Role.BRANCH)
@require_POST
def name_give(request: HttpRequest) -> HttpResponse:
    """Say whom a name means."""
    branch = get_object_or_404(Branch.objects.within(request.scope), code=request.POST.get("branch", ""))
    name, staff_no = request.POST.get("name", "").strip(), request.POST.get("staff_no", "").strip()
    meant = Manager.objects.within(request.scope).filter(staff_no=staff_no).first()
    try:
        if meant is None or not name:
            raise reconciling.CannotName(_("本分公司没有这个工号的客户经理。"))
        count = reconciling.name_developer(
            branch=branch, name=name, manager=meant, by=_user(request), now=timezone.now()
        )
        done = ngettext("%(name)s的 %(n)d 笔已归%(who)s。", "%(name)s的 %(n)d 笔已归%(who)s。", count)
        messages.success(request, done % {"name": name, "n": count, "who": meant})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("acceptance:name_list")


@open_to(Role.BRANCH)
@require_POST
def name_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was said of a name."""
    alias = get_object_or_404(DeveloperAlias.objects.within(request.scope), pk=pk)
    try:
        reason = request.POST.get("reason", "")
        reconciling.withdraw_name(alias=alias, reason=reason, by=_user(request), now=timezone.now())
        messages.success(request, _("%(name)s的确认已撤回，以后的文件不再照此归。") % {"name": alias.name})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("acceptance:name_list")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
