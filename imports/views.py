"""Files in and out: upload, look at what would happen, confirm; templates and exports."""

from pathlib import Path
from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import Role
from accounts.doors import open_to
from accounts.models import User
from core.periods import Month
from core.refusals import Refusal
from imports import queries
from imports.choices import BatchStatus
from imports.domain import batches, downloads
from imports.domain.loading import loader_for
from imports.forms import ExportForm, UploadForm, kind_choices
from imports.models import Batch

IMPORTERS = (Role.IT_ADMIN, Role.COMPANY, Role.BRANCH)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _batch(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.within(request.scope, user=_user(request).pk), pk=pk)


@open_to(*IMPORTERS)
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    page = queries.page(
        Batch.objects.within(request.scope, user=_user(request).pk),
        kind=request.GET.get("kind", ""),
        status=request.GET.get("status", ""),
        before=int(after) if after.isdecimal() and len(after) < 18 else None,
    )
    kinds = kind_choices(_user(request))
    context = {
        "page": page,
        "kinds": kinds,
        "page_kinds": [("", _("全部")), *kinds],
        "page_states": [("", _("全部")), *BatchStatus.choices],
    }
    return render(request, "imports/batch_list.html", context)


@open_to(*IMPORTERS)
def batch_upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, user=_user(request))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = batches.receive(
                kind=form.cleaned_data["kind"],
                file=file,
                filename=file.name,
                by=_user(request),
                strict=form.cleaned_data["strict"],
            )
            return redirect("imports:batch_detail", batch.pk)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
    context = {"form": form, "sheets": queries.sheets(batches.kinds_for(_user(request)))}
    return render(request, "imports/batch_upload.html", context, status=422 if form.errors else 200)


@open_to(*IMPORTERS)
@require_safe
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    shown = queries.show(_batch(request, pk))
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "imports/_progress.html", {"shown": shown})
        if not shown.is_running:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "imports/batch_detail.html", {"shown": shown})


@open_to(*IMPORTERS)
@require_POST
def batch_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        batches.confirm(batch=_batch(request, pk))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:batch_detail", pk)


@open_to(*IMPORTERS)
@require_POST
def batch_discard(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        batches.discard(batch=_batch(request, pk), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:batch_detail", pk)
    messages.success(request, _("已放弃这一批，什么也没有写入。"))
    return redirect("imports:batch_list")


@open_to(*IMPORTERS)
@require_safe
def batch_rejects(request: HttpRequest, pk: int) -> FileResponse:
    batch = _batch(request, pk)
    name = _("%(file)s-错误.xlsx") % {"file": Path(batch.filename).stem}
    return FileResponse(downloads.rejects(batch), as_attachment=True, filename=name)


@open_to(*IMPORTERS)
@require_safe
def template_download(request: HttpRequest, kind: str, ending: str) -> FileResponse:
    if kind not in batches.kinds_for(_user(request)) or ending not in ("csv", "xlsx"):
        raise Http404
    loader = loader_for(kind)
    name = _("%(kind)s-模板") % {"kind": loader.label}
    return FileResponse(downloads.template(loader, ending), as_attachment=True, filename=f"{name}.{ending}")


@open_to(*IMPORTERS)
@require_safe
def export_download(request: HttpRequest) -> HttpResponseBase:
    form = ExportForm(request.GET, user=_user(request))
    if not form.is_valid():
        raise Http404
    loader, ending = loader_for(form.cleaned_data["kind"]), form.cleaned_data["form"] or "xlsx"
    try:
        month = Month.parse(form.cleaned_data["month"]) if form.cleaned_data["month"] else None
        file = downloads.export(loader, ending, user=_user(request), month=month)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:batch_list")
    return FileResponse(file, as_attachment=True, filename=f"{loader.label}{month or ''}.{ending}")
