"""What pages ask: filters that live in the address, and the sheets people fill in."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.scope import Scope
from core.periods import Month, NoSuchMonth
from core.refusals import Refusal
from grids.models import Branch, Grid, Street, SubBureau
from kpi.choices import RatingItem
from kpi.domain.ratings import Rated
from kpi.domain.targets import Wanted
from kpi.models import Decision
from managers.models import Manager


@dataclass(frozen=True, slots=True)
class Asked:
    """A league's query as the address holds it; what the scope doesn't cover is not there."""

    month: Month
    branch: Branch | None = None
    sub_bureau: SubBureau | None = None
    street: Street | None = None
    sort: str = "total"
    branches: tuple[Branch, ...] = ()

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


def month_of(text: str, default: Month) -> Month:
    try:
        return Month.parse(text) if text else default
    except NoSuchMonth:
        return default


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
    )


class CellError(Refusal):
    """A cell of a sheet that isn't a number."""


def number_in(text: str, name: str) -> Decimal | None:
    """The number of a cell; None when it is empty. Raises CellError naming the row."""
    cleaned = text.strip().replace(",", "").replace("，", "")
    if not cleaned:
        return None
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 9_999_999:
        raise CellError(_("%(name)s：“%(text)s”不是一个数。") % {"name": name, "text": text[:20]})
    return value


def wanted_targets(data: QueryDict, grids: Iterable[Grid], codes: Iterable[str]) -> list[Wanted]:
    """The cells of a target sheet that were sent. Raises CellError."""
    codes = list(codes)
    return [
        Wanted(
            grid=grid,
            code=code,
            value=number_in(data.get(f"t-{grid.pk}-{code}", ""), f"{grid.name} {code}"),
            is_exempt=f"x-{grid.pk}-{code}" in data,
            reason=data.get(f"r-{grid.pk}-{code}", ""),
        )
        for grid in grids
        for code in codes
        if f"t-{grid.pk}-{code}" in data
    ]


def given_ratings(data: QueryDict, managers: Iterable[Manager]) -> list[Rated]:
    """The cells of a rating sheet that were sent. Raises CellError."""
    return [
        Rated(
            manager=manager,
            item=item,
            score=number_in(data.get(f"s-{manager.pk}-{item}", ""), f"{manager.name} {item.label}"),
            comment=data.get(f"c-{manager.pk}-{item}", ""),
        )
        for manager in managers
        for item in RatingItem
        if f"s-{manager.pk}-{item}" in data
    ]


class DecisionForm(forms.ModelForm):
    """What the meeting decided, who does it and until when."""

    class Meta:
        model = Decision
        fields = ("text", "owner", "due_on")
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"})}


class PublishForm(forms.Form):
    """Until when people may appeal."""

    appeals_until = forms.DateField(label=_lazy("申诉截止"), widget=forms.DateInput(attrs={"type": "date"}))
