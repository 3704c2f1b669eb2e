"""The slips' REST addresses, by the same rules as the pages. The submit stays lean: one statement for everything."""

import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from acceptance.domain import contents, slips
from acceptance.forms import content_of
from acceptance.models import Slip
from acceptance.queries import slips as queries
from accounts.choices import Role
from accounts.doors import open_to, open_to_all
from accounts.models import User
from core.refusals import Refusal


@open_to(Role.ACCOUNT_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def slip_list(request: HttpRequest) -> HttpResponse:
    """GET: the 50 newest of one's own. POST: 201 new, 200 known, 409 changed, another's or similar, 422 incomplete."""
    if request.method != "POST":
        mine = Slip.objects.within(request.scope).filter(manager=request.scope.manager)
        newest = queries.with_parts(mine).order_by("-submitted_at")[: queries.PAGE]
        return JsonResponse({"slips": [_as_json(slip) for slip in newest]})
    try:
        data = json.loads(request.body)
        receipt = slips.submit(
            client_uuid=contents.parse_uuid(data.get("client_uuid")),
            content=content_of(data),
            by=cast(User, request.user),
            now=timezone.now(),
            acknowledged=bool(data.get("acknowledged")),
            queued=bool(data.get("queued")),
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return JsonResponse({"error": "not_json"}, status=400)
    except Refusal as refusal:
        return JsonResponse(_refusal(refusal), status=_status(refusal))
    return JsonResponse({"number": receipt.number}, status=201 if receipt.is_new else 200)


@open_to_all
@require_safe
def slip_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One slip of the scope, without personal data."""
    slip = get_object_or_404(queries.with_parts(Slip.objects.within(request.scope)), number=number)
    return JsonResponse(_as_json(slip))


def _refusal(refusal: Refusal) -> dict[str, Any]:
    kind = {slips.ContentChanged: "changed", slips.SimilarExists: "similar"}.get(type(refusal), "refused")
    return {
        "error": kind,
        "message": str(refusal),
        "field": refusal.field,
        "number": getattr(refusal, "number", None),
    }


def _status(refusal: Refusal) -> int:
    return 409 if isinstance(refusal, slips.ContentChanged | slips.SentByAnother | slips.SimilarExists) else 422


def _as_json(slip: Slip) -> dict[str, Any]:
    return {
        "number": slip.number,
        "client_uuid": str(slip.client_uuid),
        "state": slip.state,
        "state_at": slip.state_at.isoformat(),
        "hall": slip.hall.code,
        "grid": slip.grid.code if slip.grid else None,
        "products": [line.product_id for line in slip.lines.all()],
    }
