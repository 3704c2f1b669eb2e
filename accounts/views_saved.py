"""Views that people keep of a page: saving one, the list of them, changing and deleting the own ones."""

from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import queries
from accounts.choices import Audience
from accounts.domain import saved_views
from accounts.doors import open_to_all
from accounts.forms import SavedViewForm
from accounts.models import SavedView, User
from accounts.places import place_of
from accounts.saved import USUAL, Keeps, address, open_page
from core.periods import local_day
from core.refusals import Refusal


@open_to_all
@require_safe
@never_cache
def view_list(request: HttpRequest) -> HttpResponse:
    """Which views are there for me?"""
    user = _user(request)
    views = sorted(queries.saved_views(user, _branch_code(user)), key=lambda view: view.page)
    found = [(open_page(user.role, page), list(rows)) for page, rows in groupby(views, key=lambda view: view.page)]
    pages = [
        {"title": keeps.title, "rows": [{"view": v, "address": address(v), "own": v.owner == user} for v in rows]}
        for keeps, rows in found
        if keeps
    ]
    return render(request, "accounts/view_list.html", {"pages": pages})


@open_to_all
@require_POST
@never_cache
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep what a page shows under a name; the page comes again as it was."""
    user, page = _user(request), request.POST.get("page", "")
    keeps, form = open_page(user.role, page), SavedViewForm(request.POST)
    if keeps is None:
        messages.error(request, _("这一页不能保存视图。"))
        return redirect("accounts:view_list")
    asked = QueryDict(request.POST.get("query", ""))
    query = keeps.query(asked, with_moving=bool(request.POST.get("pinned")))
    back = f"{reverse(page)}?{keeps.query(asked, with_moving=True) or USUAL}"
    refused: Refusal | None = None
    if form.is_valid():
        try:
            _save(request, page, query, form.cleaned_data)
        except Refusal as refusal:
            refused = refusal
            form.add_error(refusal.field, str(refusal))
        else:
            return redirect(back)
    taken = isinstance(refused, saved_views.NameTaken)
    return _form_page(request, form, keeps, {"taken": taken, "posted": request.POST, "back": back})


def _save(request: HttpRequest, page: str, query: str, given: dict[str, Any]) -> None:
    user = _user(request)
    view = saved_views.keep(
        owner=user,
        page=page,
        query=query,
        branch_code=_branch_code(user),
        replaces=bool(request.POST.get("replaces")),
        now=timezone.now(),
        **given,
    )
    messages.success(request, _("已存为视图“%(name)s”。") % {"name": view.name})


@open_to_all
@never_cache
def view_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename an own view, share it, open the page with it."""
    user = _user(request)
    view = SavedView.objects.filter(owner=user, pk=pk).first()
    keeps = open_page(user.role, view.page) if view else None
    if view is None or keeps is None:
        return _gone(request)
    stored = {"name": view.name, "is_default": view.is_default, "is_shared": view.audience != Audience.SELF}
    form = SavedViewForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            saved_views.change(view=view, branch_code=_branch_code(user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("视图“%(name)s”已更改。") % {"name": view.name})
            return redirect("accounts:view_list")
    return _form_page(request, form, keeps, {"view": view, "back": reverse("accounts:view_list")})


@open_to_all
@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an own view away."""
    if not saved_views.delete(owner=_user(request), view_id=pk):
        return _gone(request)
    messages.success(request, _("视图已删除。"))
    return redirect("accounts:view_list")


def _gone(request: HttpRequest) -> HttpResponse:
    """A second press, or somebody else's: nothing is told of it, nothing is done to it."""
    messages.info(request, _("您没有这个视图，也许已经删除。"))
    return redirect("accounts:view_list")


def _form_page(request: HttpRequest, form: SavedViewForm, keeps: Keeps, more: dict[str, Any]) -> HttpResponse:
    page = {"form": form, "title": keeps.title, **more}
    return render(request, "accounts/view_form.html", page, status=422 if form.errors else 200)


def _branch_code(user: User) -> str:
    return place_of(user, on=local_day(timezone.now())).branch_code


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
