"""The two catalogues of channels and the way between them: read by all who oversee, changed by the company."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from acceptance.domain import catalogues as rules
from acceptance.forms_channels import MapForm, PlaceForm
from acceptance.queries import community_channels as queries
from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.periods import local_day
from core.refusals import Refusal


@open_to(*OVERSEERS)
@require_safe
def channel_catalogue(request: HttpRequest) -> HttpResponse:
    """How do today's channels become those of the plan?"""
    return _page(request)


@open_to(Role.COMPANY)
@require_POST
def channel_map(request: HttpRequest) -> HttpResponse:
    """Let another channel of the plan take over."""
    form = MapForm(request.POST)
    if form.is_valid():
        try:
            rules.map_to(today=_today(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("%(day)s 起照此对应。") % {"day": form.cleaned_data["on"]})
            return redirect("acceptance:channel_catalogue")
    return _page(request, mapping=form)


@open_to(Role.COMPANY)
@require_POST
def channel_place(request: HttpRequest) -> HttpResponse:
    """Give a channel a place in a catalogue, or let it leave."""
    form = PlaceForm(request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            if data["tier"]:
                rules.put(today=_today(), **data)
            else:
                rules.take_out(channel=data["channel"], catalogue=data["catalogue"], on=data["on"], today=_today())
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("%(day)s 起，目录照此。") % {"day": data["on"]})
            return redirect("acceptance:channel_catalogue")
    return _page(request, placing=form)


def _page(request: HttpRequest, **given: forms.Form) -> HttpResponse:
    today, on = _today(), _day(request)
    ways = queries.ways(on)
    context = {
        "on": on,
        "today": today,
        "ways": ways,
        "now": sum(way.now is not None for way in ways),
        "planned": len({way.planned.channel_id for way in ways if way.planned}),
        "unmapped": sum(way.planned is None for way in ways),
        "changes": queries.changes(),
    }
    if request.user.role == Role.COMPANY:
        context |= {"mapping": MapForm(initial={"on": today}), "placing": PlaceForm(initial={"on": today})}
    return render(request, "acceptance/channel_catalogue.html", context | given)


def _day(request: HttpRequest) -> dt.date:
    text = request.GET.get("day", "")
    try:
        return dt.date.fromisoformat(text) if text else _today()
    except ValueError as error:
        raise Http404 from error


def _today() -> dt.date:
    return local_day(timezone.now())
