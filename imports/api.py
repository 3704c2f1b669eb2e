"""Imports for programs: the same rules and forms as the pages."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Role
from accounts.doors import open_to
from accounts.models import User
from core.refusals import Refusal
from imports.domain import batches
from imports.forms import UploadForm
from imports.models import Batch

IMPORTERS = (Role.IT_ADMIN, Role.COMPANY, Role.BRANCH)
PAGE = 50
REJECTS_SHOWN = 1000
FIELDS = ("id", "kind", "filename", "sha256", "status", "dry_run", "strict", "lines_read", "error")


def _batch(request: Request, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.within(request.scope, user=cast(User, request.user).pk), pk=pk)


def _shown(batch: Batch) -> dict[str, Any]:
    counts = {name: getattr(batch, f"{name}_count") for name in ("new", "changed", "same", "rejected")}
    return {name: getattr(batch, name) for name in FIELDS} | counts | {"requested_at": batch.requested_at}


def _refused(refusal: Refusal) -> Response:
    return Response({"error": str(refusal), "field": refusal.field}, status=409)


@open_to(*IMPORTERS)
@extend_schema(methods=["GET"], operation_id="imports_batches_list", responses=OpenApiTypes.OBJECT)
@extend_schema(methods=["POST"], request=OpenApiTypes.OBJECT, responses={202: OpenApiTypes.OBJECT})
@api_view(["GET", "POST"])
def batch_list(request: Request) -> Response:
    """The newest batches; POST a file (multipart: file, kind, strict) to have it previewed."""
    if request.method == "GET":
        found = Batch.objects.within(request.scope, user=cast(User, request.user).pk)
        return Response({"results": [_shown(batch) for batch in found[:PAGE]]})
    user = cast(User, request.user)
    form = UploadForm(request.data, request.FILES, user=user)
    if not form.is_valid():
        return Response({"errors": form.errors.get_json_data()}, status=422)
    data = form.cleaned_data
    try:
        batch = batches.receive(
            kind=data["kind"], file=data["file"], filename=data["file"].name, by=user, strict=data["strict"]
        )
    except Refusal as refusal:
        return _refused(refusal)
    return Response(_shown(batch), status=202)


@open_to(*IMPORTERS)
@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def batch_detail(request: Request, pk: int) -> Response:
    """A batch with its first rejected rows."""
    batch = _batch(request, pk)
    rejected = batch.rejected_rows.values("line", "values", "reasons")[:REJECTS_SHOWN]
    return Response(_shown(batch) | {"samples": batch.samples, "rejected_rows": list(rejected)})


@open_to(*IMPORTERS)
@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def batch_confirm(request: Request, pk: int) -> Response:
    """Have a previewed batch written."""
    batch = _batch(request, pk)
    try:
        batches.confirm(batch=batch)
    except Refusal as refusal:
        return _refused(refusal)
    batch.refresh_from_db()
    return Response(_shown(batch), status=202)


@open_to(*IMPORTERS)
@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def batch_discard(request: Request, pk: int) -> Response:
    """Leave a previewed batch alone for good."""
    batch = _batch(request, pk)
    try:
        batches.discard(batch=batch, now=timezone.now())
    except Refusal as refusal:
        return _refused(refusal)
    batch.refresh_from_db()
    return Response(_shown(batch))
