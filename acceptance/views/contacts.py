"""A customer's whole telephone number, for who oversees: with a reason, logged, so many a day."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from acceptance.forms_channels import ReasonForm
from acceptance.models import Slip
from accounts import queries
from accounts.choices import Role
from accounts.domain import access_log
from accounts.doors import open_to
from accounts.models import User
from core.refusals import Refusal
from customers.models import Household

REVEALERS = (Role.COMPANY, Role.BRANCH, Role.SUB_BUREAU)
REVEAL = "customers.reveal"


@open_to(*REVEALERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def household_contact(request: HttpRequest, code: str) -> HttpResponse:
    """Why do you need this household's number?"""
    household = get_object_or_404(Household.objects.within(request.scope), code=code)
    about = {"household": household, "title": household.address}
    return _contact(request, household.contact_name, household.contact_phone, code, about)


@open_to(*REVEALERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slip_contact(request: HttpRequest, number: str) -> HttpResponse:
    """Why do you need the number on this slip?"""
    slip = get_object_or_404(Slip.objects.within(request.scope), number=number)
    return _contact(request, slip.contact_name, slip.contact_phone, number, {"slip": slip, "title": number})


def _contact(request: HttpRequest, name: str, phone: str, subject: str, about: dict[str, object]) -> HttpResponse:
    """The number masked with the form, or whole once its reason stands in the log."""
    user, now = cast(User, request.user), timezone.now()
    form = ReasonForm(request.POST or None)
    shown = False
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        quota = settings.REVEALS_A_DAY
        try:
            access_log.record_within_quota(
                user=user, action=REVEAL, subject=subject, reason=reason, quota=quota, now=now
            )
            shown = True
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
    left = max(settings.REVEALS_A_DAY - queries.used_today(user, REVEAL, now), 0)
    context = {"form": form, "name": name, "phone": phone, "shown": shown, "left": left}
    return render(request, "acceptance/contact.html", context | about)
