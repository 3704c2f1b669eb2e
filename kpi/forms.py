"""What pages ask: filters that live in the address, and small forms."""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.scope import Scope
from core.periods import Month, NoSuchMonth
from grids.models import Branch, Street, SubBureau

MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A league's query as the address holds it; what the scope doesn't cover is not there."""

    month: Month
    branch: Branch | None = None
    sub_bureau: SubBureau | None = None
    street: Street | None = None
    sort: str = "total"
    branches: tuple[Branch, ...] = ()
    no_such_month: str = ""

    @property
    def address(self) -> str:
        """The same query as text, in a fixed order."""
        parts = QueryDict(mutable=True)
        parts["month"] = str(self.month)
        for name in ("branch", "sub_bureau", "street"):
            if place := getattr(self, name):
                parts[name] = place.code
        if self.sort != "total":
            parts["sort"] = self.sort
        return parts.urlencode()


def whole(text: str, default: int) -> int:
    """A small number that an address or a hidden field carries; anything else is the default."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else default


def known_month(text: str) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except NoSuchMonth:
        return None


def month_of(text: str, default: Month) -> Month:
    return known_month(text) or default


def strange_month(text: str) -> str:
    """What an address names as its month, where that is none; empty otherwise."""
    try:
        return "" if not text or Month.parse(text) else text
    except NoSuchMonth:
        return text[:10]


def asked(query: QueryDict, scope: Scope, default: Month) -> Asked:
    """Read a query; an unknown or foreign place narrows nothing. Who sees one branch only has chosen it."""
    branches = tuple(Branch.objects.within(scope))
    by_code = {branch.code: branch for branch in branches}
    branch = branches[0] if len(branches) == 1 else by_code.get(query.get("branch", ""))
    sub_bureau = street = None
    if branch and (code := query.get("sub_bureau")):
        sub_bureau = SubBureau.objects.within(scope).filter(code=code, branch=branch).first()
    if branch and (code := query.get("street")):
        street = Street.objects.filter(code=code).first()
    return Asked(
        month=month_of(query.get("month", ""), default),
        branch=branch,
        sub_bureau=sub_bureau,
        street=street,
        sort=query.get("sort", "total")[:20],
        branches=branches,
        no_such_month=strange_month(query.get("month", "")),
    )


class PublishForm(forms.Form):
    """Until when people may appeal."""

    appeals_until = forms.DateField(
        label=gettext_lazy("申诉截止"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
