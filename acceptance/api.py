"""The slips' REST addresses, by the same rules as the pages. The submit stays lean: one statement for everything."""

import hashlib
import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acceptance.domain import contents, photos, slips
from acceptance.forms import content_of
from acceptance.models import Slip
from acceptance.queries import phone
from acceptance.queries import slips as queries
from accounts.choices import Role
from accounts.doors import open_to, open_to_all
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Community

CONFLICTS = (slips.ContentChanged, slips.SentByAnother, slips.SimilarExists, photos.PhotoStands)


@open_to(Role.ACCOUNT_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def slip_list(request: HttpRequest) -> HttpResponse:
    """GET: the 50 newest of one's own. POST: 201 new, 200 known, 409 changed, another's or similar, 422 incomplete."""
    if request.method != "POST":
        mine = Slip.objects.within(request.scope).filter(manager=request.scope.manager)
        newest = queries.with_parts(mine).order_by("-submitted_at")[: queries.PAGE]
        return JsonResponse({"slips": [_as_json(slip) for slip in newest]})
    if _is_another(request):
        return JsonResponse({"error": "another"}, status=401)
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


@open_to(Role.ACCOUNT_MANAGER)
@require_POST
def slip_photo(request: HttpRequest, number: str) -> HttpResponse:
    """The photo of a paper slip of one's own, as the body. 201 new, 200 known, 409 another stands, 422 no photo."""
    if _is_another(request):
        return JsonResponse({"error": "another"}, status=401)
    mine = Slip.objects.within(request.scope).filter(manager=request.scope.manager)
    slip = get_object_or_404(mine, number=number)
    try:
        is_new = photos.attach(slip=slip, content=request.body, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        return JsonResponse(_refusal(refusal), status=_status(refusal))
    return JsonResponse({"number": slip.number}, status=201 if is_new else 200)


@open_to_all
@require_safe
def slip_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One slip of the scope, without personal data."""
    slip = get_object_or_404(queries.with_parts(Slip.objects.within(request.scope)), number=number)
    return JsonResponse(_as_json(slip))


@open_to(Role.ACCOUNT_MANAGER)
@require_safe
def phone_copy(request: HttpRequest) -> HttpResponse:
    """What a phone keeps of one's own grid: the index, the households of one `community`, or those that match `q`.

    Each answer has an ETag, so that a phone that has it already is told so in a few bytes.
    """
    if _is_another(request):
        return JsonResponse({"error": "another"}, status=401)
    own = phone.own_grid(request.scope)
    if "q" in request.GET:
        found: object = {"homes": phone.homes_found(own, request.GET["q"][:60])}
    elif "community" in request.GET:
        place = get_object_or_404(Community.objects.within(own), code=request.GET["community"])
        found = {"homes": phone.homes_of(own, place.code)}
    else:
        found = phone.index(own, local_day(timezone.now()))
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store", "ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _is_another(request: HttpRequest) -> bool:
    """Whether the page that sends belongs to somebody who is no longer logged in: on a shared phone one person's slips
    must not go out, nor a copy come in, under another's name."""
    return request.META.get("HTTP_X_SENDER", str(request.user.pk)) != str(request.user.pk)


def _refusal(refusal: Refusal) -> dict[str, Any]:
    kind = {slips.ContentChanged: "changed", slips.SimilarExists: "similar"}.get(type(refusal), "refused")
    return {
        "error": kind,
        "message": str(refusal),
        "field": refusal.field,
        "number": getattr(refusal, "number", None),
        # What stands under the form beside what came now, line by line.
        "both": [[line.label, line.stands, line.sent] for line in getattr(refusal, "both", []) if line.differs],
    }


def _status(refusal: Refusal) -> int:
    return 409 if isinstance(refusal, CONFLICTS) else 422


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
