"""What browsers send, turned into what the rules take."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from acceptance.domain.acceptances import BadOrder, BadSplit, Order, Split
from acceptance.domain.contents import Content
from accounts.scope import Scope
from customers.models import Household
from managers.models import Manager


@dataclass(slots=True)
class OrderRow:
    """One line of the acceptance form, as typed."""

    product: str = ""
    order_no: str = ""
    accepted_on: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def order_rows(data: QueryDict) -> list[OrderRow]:
    """The lines as typed; wholly empty ones are dropped."""
    typed = zip(data.getlist("product"), data.getlist("order_no"), data.getlist("accepted_on"), strict=False)
    stripped = ([text.strip() for text in row] for row in typed)
    return [OrderRow(product, number, day) for product, number, day in stripped if number or product]


def orders_of(rows: list[OrderRow]) -> list[Order]:
    """Orders of the typed lines; raises BadOrder for a date that isn't one."""
    orders = []
    for place, row in enumerate(rows, 1):
        try:
            day = dt.date.fromisoformat(row.accepted_on)
        except ValueError:
            raise BadOrder(_("请写受理日期。"), field=f"accepted_on-{place}") from None
        orders.append(Order(row.product, row.order_no.replace(" ", ""), day))
    return orders


def home_of(code: str, scope: Scope) -> Household | None:
    """The household whose code was typed, none without a code; raises BadOrder."""
    code = code.strip()
    found = Household.objects.within(scope).filter(code=code).first() if code else None
    if code and found is None:
        raise BadOrder(_("没有这个客户编码。"), field="household_code")
    return found


def split_of(data: QueryDict | dict[str, str], scope: Scope, branch: int) -> Split | None:
    """The shared credit, if somebody was named; raises BadSplit."""
    staff_no = data.get("co_developer", "").strip()
    if not staff_no:
        return None
    other = Manager.objects.filter(staff_no=staff_no, branch=branch).first()
    if other is None:
        raise BadSplit(_("本分公司没有这个工号的客户经理。"), field="co_developer")
    try:
        share = Decimal(data.get("share", "").strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite():
        raise BadSplit(_("份额是 0 到 100 之间的数。"), field="share")
    return Split(other, share)


def content_of(data: QueryDict | dict[str, object]) -> Content:
    """A slip's words from a form or from JSON."""
    products = data.getlist("products") if isinstance(data, QueryDict) else data.get("products") or []

    def text(name: str) -> str:
        return str(data.get(name) or "").strip()

    return Content(
        products=tuple(dict.fromkeys(str(code) for code in products)),  # type: ignore[union-attr,attr-defined]
        contact_name=text("contact_name"),
        contact_phone=text("contact_phone").replace(" ", ""),
        household_code=text("household_code"),
        typed_address=text("typed_address"),
        source=text("source") or "home",
        campaign_code=text("campaign_code"),
        has_consent=data.get("has_consent") in (True, "1", "on", "true"),  # "false" is a word, too
        notes=text("notes"),
    )
