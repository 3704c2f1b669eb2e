"""Reports over slips and acceptances."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
def in_transit(request: HttpRequest) -> HttpResponse:
    """Which slips are still on their way?"""
    return render(request, "acceptance/in_transit.html")


@open_to(*OVERSEERS)
@require_safe
def channel_mix(request: HttpRequest) -> HttpResponse:
    """Which channel brings the month's new lines?"""
    return render(request, "acceptance/channel_mix.html")


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
def support_volume(request: HttpRequest) -> HttpResponse:
    """Who keys in how many acceptances?"""
    return render(request, "acceptance/support_volume.html")
