"""Community channels: who they are and what they may do, read by all who work there, changed by the branch."""

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acceptance.choices import CommunityChannelKind, PermissionStep
from acceptance.domain import community_channels as rules
from acceptance.forms_channels import CommunityChannelForm, EndForm, OpenForm, WithdrawForm, details_of
from acceptance.models import CommunityChannel
from acceptance.queries import community_channels as queries
from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from core import formats
from core.downloads import Table, sent
from core.keyset import page_of
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Branch, Community, Grid

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER, Role.HALL_MANAGER)


@open_to(*READERS)
@require_safe
def community_channel_list(request: HttpRequest) -> HttpResponseBase:
    """How far have the community channels been opened?"""
    today, query = _today(), request.GET.dict()
    found = queries.channels(request.scope, query, today)
    if kind := request.GET.get("export"):
        return _file(queries.rows(queries.told(found, today)), kind, request)
    page, after = page_of(queries.told(found, today), _paging(query), key="pk")
    context = {
        "rows": queries.rows(page),
        "after": after,
        "shown": found.count(),
        "reach": queries.reach(request.scope),
        "steps": PermissionStep.choices,
        "selects": _selects(request),
        "grid": Grid.objects.within(request.scope).filter(code=query.get("grid", "")).first(),
        "may_edit": _role(request) == Role.BRANCH,
        "sees_contact": _role(request) != Role.AUDITOR,
    }
    return render(request, "acceptance/community_channel_list.html", context)


def _paging(query: dict[str, str]) -> dict[str, str]:
    """A key that is no number begins at the front."""
    return query if query.get("after", "").isdecimal() else query | {"after": ""}


def _selects(request: HttpRequest) -> list[tuple[str, str, object, str]]:
    everything: Any = ("", _("全部"))
    steps = [everything, (queries.NONE, _("还没有放开")), *PermissionStep.choices, (queries.ENDED, _("已终止"))]
    offered: list[tuple[str, str, list[Any]]] = [("step", _("放开到"), steps)]
    offered.append(("kind", _("种类"), [everything, *CommunityChannelKind.choices]))
    branches = list(Branch.objects.within(request.scope).values_list("code", "name"))
    if len(branches) > 1:
        offered.append(("branch", _("分公司"), [everything, *branches]))
    return [(name, label, choices, request.GET.get(name, "")) for name, label, choices in offered]


def _file(rows: list[queries.ChannelRow], kind: str, request: HttpRequest) -> HttpResponseBase:
    header = [_("名称"), _("种类"), _("分公司"), _("社区"), _("网格"), _("合作起始"), _("联系人"), _("联系电话")]
    for step in PermissionStep:
        header += [_("%(step)s：开通") % {"step": step.label}, _("%(step)s：政策文件") % {"step": step.label}]
    return sent(Table(_("社区渠道"), header, (_cells(row, request) for row in rows)), kind)


def _cells(row: queries.ChannelRow, request: HttpRequest) -> list[object]:
    channel, bare = row.channel, _role(request) != Role.AUDITOR
    cells: list[object] = [channel.name, channel.get_kind_display(), channel.community.sub_bureau.branch.name]
    cells += [channel.community.name, row.grid.name if row.grid else "", formats.full_day(channel.since)]
    cells += [channel.contact_name if bare else formats.mask_name(channel.contact_name)]
    cells += [channel.contact_phone if bare else formats.mask_phone(channel.contact_phone)]
    for _step, held in row.steps:
        cells += [formats.full_day(held.opened_on), held.policy] if held else ["", ""]
    return cells


@open_to(*READERS)
@require_safe
def community_channel_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What may this channel do, since when and by which policy?"""
    return _page(request, _channel(request, pk))


@open_to(Role.BRANCH)
@require_http_methods(["GET", "HEAD", "POST"])
def community_channel_new(request: HttpRequest) -> HttpResponse:
    """Who is the new partner?"""
    form = CommunityChannelForm(request.POST or None, scope=request.scope, initial={"since": _today()})
    if request.method == "POST" and form.is_valid():
        try:
            channel = rules.register(
                details=form.details, since=form.cleaned_data["since"], by=_user(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("%(name)s已登记，还没有任何权限。") % {"name": channel.name})
            return redirect("acceptance:community_channel_detail", pk=channel.pk)
    return _form_page(request, form, None)


@open_to(Role.BRANCH)
@require_http_methods(["GET", "HEAD", "POST"])
def community_channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be corrected?"""
    channel = _channel(request, pk)
    form = CommunityChannelForm(request.POST or None, scope=request.scope, channel=channel, initial=details_of(channel))
    if request.method == "POST" and form.is_valid():
        try:
            rules.amend(channel=channel, details=form.details, by=_user(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("已保存。"))
            return redirect("acceptance:community_channel_detail", pk=pk)
    return _form_page(request, form, channel)


def _form_page(request: HttpRequest, form: CommunityChannelForm, channel: CommunityChannel | None) -> HttpResponse:
    choices = Community.objects.within(request.scope).values_list("code", "name")
    context = {"form": form, "channel": channel, "choices": choices}
    return render(request, "acceptance/community_channel_form.html", context)


@open_to(Role.BRANCH)
@require_POST
def permission_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the next step."""
    channel, form = _channel(request, pk), OpenForm(request.POST)

    def opened(data: dict[str, Any]) -> str:
        permission = rules.open_step(channel=channel, by=_user(request), now=timezone.now(), **data)
        return _("%(step)s已开通。") % {"step": permission.get_step_display()}

    return _taken(request, channel, "opening", form, opened)


@open_to(Role.BRANCH)
@require_POST
def permission_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step back, and those that rest on it."""
    channel = _channel(request, pk)
    form = WithdrawForm(request.POST, held=list(PermissionStep.choices))

    def withdrawn(data: dict[str, Any]) -> str:
        steps = rules.withdraw(channel=channel, by=_user(request), now=timezone.now(), **data)
        return _("已撤回：%(steps)s。") % {"steps": formats.listed([str(step.label) for step in steps])}

    return _taken(request, channel, "withdrawing", form, withdrawn)


@open_to(Role.BRANCH)
@require_POST
def community_channel_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the work with a channel."""
    channel, form = _channel(request, pk), EndForm(request.POST)

    def ended(data: dict[str, Any]) -> str:
        rules.end(channel=channel, by=_user(request), now=timezone.now(), **data)
        return _("合作已终止，开通的权限一并撤回。")

    return _taken(request, channel, "ending", form, ended)


def _taken(
    request: HttpRequest,
    channel: CommunityChannel,
    name: str,
    form: forms.Form,
    step: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Take a step of the channel's page; what was typed stays when the step is refused."""
    if form.is_valid():
        try:
            messages.success(request, step(form.cleaned_data))
            return redirect("acceptance:community_channel_detail", pk=channel.pk)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _page(request, channel, **{name: form})


def _page(request: HttpRequest, channel: CommunityChannel, **given: forms.Form) -> HttpResponse:
    today = _today()
    (row,) = queries.rows(queries.told(CommunityChannel.objects.filter(pk=channel.pk), today))
    following = rules.next_step(channel)
    context = {
        "row": row,
        "channel": channel,
        "history": queries.history(channel),
        "following": following,
        "steps": _steps(row),
        "sees_contact": _role(request) != Role.AUDITOR,
    }
    if _role(request) == Role.BRANCH and not channel.ended_on:
        context |= _forms(row, following, today) | given
    return render(request, "acceptance/community_channel_detail.html", context)


def _forms(row: queries.ChannelRow, following: PermissionStep | None, today: dt.date) -> dict[str, object]:
    held: list[tuple[str, object]] = [(one.step, one.get_step_display()) for one in row.held]
    return {
        "opening": OpenForm(initial={"step": following, "on": today}) if following else None,
        "withdrawing": WithdrawForm(initial={"on": today, "step": held[-1][0]}, held=held) if held else None,
        "ending": EndForm(initial={"on": today}),
        "may_edit": True,
    }


def _steps(row: queries.ChannelRow) -> list[dict[str, str]]:
    """Where the channel stands: the highest step that is open."""
    last = row.last.step if row.last else None
    states = {True: "done", False: ""}
    return [
        {"label": str(step.label), "state": "now" if step == last else states[bool(held)]} for step, held in row.steps
    ]


def _channel(request: HttpRequest, pk: int) -> CommunityChannel:
    return get_object_or_404(CommunityChannel.objects.within(request.scope).select_related("community"), pk=pk)


def _today() -> dt.date:
    return local_day(timezone.now())


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _role(request: HttpRequest) -> str:
    return str(_user(request).role)
