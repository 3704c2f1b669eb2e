"""Looking up a household from the phone entry and the counter."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to
from customers import queries

AT_ONCE = 10


@open_to(Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_safe
def household_search(request: HttpRequest) -> HttpResponse:
    """Up to ten households of one's own places, with the lines they have, as JSON."""
    rows = queries.found(request.scope, request.GET.get("q", "")[:60])[:AT_ONCE]
    return JsonResponse(
        {
            "households": [
                {
                    "code": row.code,
                    "address": row.address,
                    "place": f"{row.community.street.name} · {row.community.name}",
                    "contact_name": row.contact_name,
                    "contact_phone": row.contact_phone,
                    "lines": [{"product": line.product_code, "since": line.opened_on.year} for line in row.lines],
                }
                for row in rows
            ]
        }
    )
