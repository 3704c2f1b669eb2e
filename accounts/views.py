"""Coming in, going out, one's own settings, and the administrator's list of users."""

from datetime import timedelta
from typing import cast

from axes.helpers import get_cool_off
from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as open_session
from django.contrib.auth import logout as close_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import queries
from accounts.choices import Role
from accounts.devices import limit_idle
from accounts.domain import users
from accounts.doors import open_to, open_to_all, public
from accounts.forms import LoginForm, UserForm
from accounts.models import User
from accounts.places import first_page, place_of
from core.periods import local_day
from core.refusals import Refusal


@public
@sensitive_post_parameters("password")
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:home")
    form = LoginForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        open_session(request, form.get_user())
        limit_idle(request)
        return redirect(_way_back(request))
    return render(request, "accounts/login.html", {"form": form, "next": request.GET.get("next", "")})


def locked(request: HttpRequest, response: HttpResponse, credentials: dict[str, str]) -> HttpResponse:
    """What axes shows after too many failures: how long to wait, and who can help sooner."""
    seconds = int((get_cool_off(request) or timedelta()).total_seconds())
    context = {"minutes": seconds // 60, "failures": settings.AXES_FAILURE_LIMIT}
    refused = render(request, "accounts/locked.html", context, status=429)
    refused["Retry-After"] = str(seconds)
    return refused


@open_to_all
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    close_session(request)
    return redirect("accounts:login")


@open_to_all
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    return redirect(first_page(user.role, place_of(user, on=local_day(timezone.now()))))


@open_to_all
@sensitive_post_parameters()
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(cast(User, request.user), request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = cast(User, request.user)
        users.change_own_password(user=user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已更改，其他设备上的登录已退出。"))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@open_to(Role.IT_ADMIN)
@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    query = {name: request.GET.get(name, "").strip() for name in ("text", "role", "state")}
    found = queries.users(**query)
    context = {"users": found[: queries.PAGE], "count": found.count(), "page": queries.PAGE}
    return render(request, "accounts/user_list.html", context | {"query": query, "roles": Role.choices})


@open_to(Role.IT_ADMIN)
@never_cache
def user_new(request: HttpRequest) -> HttpResponse:
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = users.add(user=form.instance, by=cast(User, request.user))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _show_password(request, form.instance, password)
    return render(request, "accounts/user_form.html", {"form": form})


@open_to(Role.IT_ADMIN)
@require_POST
def user_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops a user or lets them in again, as `is_active` says."""
    user = get_object_or_404(User, pk=pk)
    is_active = request.POST.get("is_active") == "1"
    try:
        users.set_active(user=user, is_active=is_active, by=cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%(name)s 可以登录了。") if is_active else _("%(name)s 已停用。")
        messages.success(request, done % {"name": user.name})
    return redirect("accounts:user_list")


@open_to(Role.IT_ADMIN)
@require_POST
@never_cache
def user_reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    password = users.reset_password(user=user, by=cast(User, request.user))
    forget_failures(username=user.username)
    return _show_password(request, user, password)


@open_to(Role.IT_ADMIN, Role.AUDITOR)
@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/access_log.html", {"lines": queries.recent_log()})


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    return render(request, "accounts/user_password.html", {"shown": user, "password": password})


def _way_back(request: HttpRequest) -> str:
    """The page the person was sent away from, if it is ours."""
    target = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if known else resolve_url("accounts:home")
