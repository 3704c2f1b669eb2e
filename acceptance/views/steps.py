"""The steps of a slip for programs: the same rules as behind the pages, and the same words when one is refused."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from acceptance.domain import slips, transitions
from acceptance.forms import OrderRow, home_of, orders_of, split_of
from acceptance.models import Slip
from acceptance.views.queue import AT_THE_COUNTER, actor_at_counter, slip_of
from accounts.doors import open_to
from core.refusals import Refusal
from grids.models import Hall

Words = dict[str, Any]


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Take a step of `transitions.STEPS`. 200 done, 403 not yours, 409 not now, 422 something is missing; each with the
    slip's state and the steps that are open to this person."""
    slip = slip_of(request, number)
    if step not in transitions.STEPS:
        raise Http404
    actor = actor_at_counter(request)
    told: Words = {}
    status = 200
    try:
        rule, given = _rule(step, _words(request), request, slip)
        rule(slip=slip, by=actor, now=timezone.now(), **given)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return JsonResponse({"error": "not_json"}, status=400)
    except Refusal as refusal:
        slip.refresh_from_db()
        told, status = {"error": "refused", "message": str(refusal), "field": refusal.field}, _status(refusal)
    told |= {"number": slip.number, "state": slip.state, "steps": transitions.allowed(slip, actor)}
    return JsonResponse(told, status=status)


def _words(request: HttpRequest) -> Words:
    data = json.loads(request.body or b"{}")
    if not isinstance(data, dict):
        raise ValueError
    return data


def _rule(step: str, data: Words, request: HttpRequest, slip: Slip) -> tuple[Callable[..., None], Words]:
    """The rule of a step and what it needs of the words that came."""
    text = {name: str(data.get(name) or "").strip() for name in ("reason", "contact_name", "contact_phone", "notes")}
    if step in ("receive", "claim", "release"):
        return getattr(slips, step), {}
    if step == "accept":
        return slips.accept, _acceptance(data, request, slip)
    if step == "return":
        return slips.return_to_field, {"reason": text["reason"]}
    if step == "transfer":
        hall = Hall.objects.filter(branch=slip.branch_id, code=str(data.get("hall"))).first()
        return slips.transfer, {"reason": text["reason"], "hall": hall or slip.hall}
    if step == "resubmit":
        kept = {name: text[name] or getattr(slip, name) for name in ("contact_name", "contact_phone", "notes")}
        asked = data.get("products") or [line.product_id for line in slip.lines.all()]
        return slips.resubmit, kept | {"products": [str(code) for code in asked]}
    first = Slip.objects.within(request.scope).filter(number=str(data.get("duplicate_of"))).first()  # type: ignore[attr-defined]
    return slips.close, {"outcome": step, "reason": text["reason"], "duplicate_of": first}


def _acceptance(data: Words, request: HttpRequest, slip: Slip) -> Words:
    scope = request.scope  # type: ignore[attr-defined]
    rows = [_row(order) for order in data.get("orders") or []]
    named = {name: str(data.get(name) or "") for name in ("co_developer", "share")}
    return {
        "orders": orders_of(rows),
        "split": split_of(named, scope, slip.branch_id),
        "household": home_of(str(data.get("household_code") or ""), scope),
    }


def _row(order: Words) -> OrderRow:
    product, order_no, accepted_on = (str(order.get(name) or "") for name in ("product", "order_no", "accepted_on"))
    return OrderRow(product, order_no, accepted_on)


def _status(refusal: Refusal) -> int:
    if isinstance(refusal, transitions.NotYours):
        return 403
    return 409 if isinstance(refusal, transitions.StepForbidden) else 422
