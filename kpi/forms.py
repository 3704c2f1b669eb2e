"""What pages ask: filters that live in the address, and the sheets people fill in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.scope import Scope
from core.periods import Month, NoSuchMonth
from grids.models import Branch, Grid, Street, SubBureau
from kpi.choices import RatingItem
from kpi.domain import ratings, targets
from kpi.domain.ratings import Rated
from kpi.domain.sheets import refuse
from kpi.domain.targets import Wanted
from kpi.models import Decision
from kpi.queries.inputs import RatingRow, TargetRow
from managers.models import Manager

# What the columns of the sheets can hold.
LARGEST = 9_999_999


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


def number_in(text: str) -> Decimal | None:
    """The number of a cell, commas aside; None when it is empty. Raises ValueError."""
    cleaned = text.strip().replace(",", "").replace("，", "")
    if not cleaned:
        return None
    try:
        value = Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError from error
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError
    return value


def _numbers(data: QueryDict, names: Mapping[str, str], prefix: str) -> dict[str, Decimal | None]:
    """The numbers of all cells that were sent, by key; `names` says what a cell is called. Raises SheetRefused."""
    found, wrong = {}, {}
    for key, name in names.items():
        if (text := data.get(f"{prefix}-{key}")) is None:
            continue
        try:
            found[key] = number_in(text)
        except ValueError:
            wrong[key] = _("%(name)s：“%(text)s”不是一个数。") % {"name": name, "text": text[:20]}
    refuse(wrong)
    return found


def wanted_targets(data: QueryDict, grids: Iterable[Grid], codes: Iterable[str]) -> list[Wanted]:
    """The cells of a target sheet that were sent. Raises SheetRefused."""
    cells = {targets.key_of(grid.pk, code): (grid, code) for grid, code in product(grids, codes)}
    names = {key: f"{grid.name} {code}" for key, (grid, code) in cells.items()}
    return [
        Wanted(*cells[key], value=value, is_exempt=f"x-{key}" in data, reason=data.get(f"r-{key}", ""))
        for key, value in _numbers(data, names, "t").items()
    ]


def given_ratings(data: QueryDict, managers: Iterable[Manager]) -> list[Rated]:
    """The cells of a rating sheet that were sent. Raises SheetRefused."""
    cells = {ratings.key_of(manager.pk, item.value): (manager, item) for manager, item in product(managers, RatingItem)}
    names = {key: f"{manager.name} {item.label}" for key, (manager, item) in cells.items()}
    return [
        Rated(cells[key][0], cells[key][1].value, score=score, comment=data.get(f"c-{key}", ""))
        for key, score in _numbers(data, names, "s").items()
    ]


def seen_cells(data: QueryDict) -> dict[str, str] | None:
    """What the sheet showed when it was opened, by key; None when it wasn't sent."""
    try:
        found = json.loads(data.get("seen", ""))
    except ValueError:
        return None
    return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else None


def retype_targets(rows: Iterable[TargetRow], data: QueryDict, wrong: Mapping[str, str]) -> None:
    """Show what was typed instead of what is stored."""
    for cell in (cell for row in rows for cell in row.cells if f"t-{cell.key}" in data):
        cell.value, cell.reason = str(data[f"t-{cell.key}"]), data.get(f"r-{cell.key}", "")
        cell.is_exempt, cell.error = f"x-{cell.key}" in data, wrong.get(cell.key, "")


def retype_ratings(rows: Iterable[RatingRow], data: QueryDict, wrong: Mapping[str, str]) -> None:
    """Show what was typed instead of what is stored."""
    for cell in (cell for row in rows for cell in row.cells if f"s-{cell.key}" in data):
        cell.score, cell.comment = str(data[f"s-{cell.key}"]), data.get(f"c-{cell.key}", "")
        cell.error = wrong.get(cell.key, "")


class DecisionForm(forms.ModelForm):
    """What the meeting decided, who does it and until when."""

    class Meta:
        model = Decision
        fields = ("text", "owner", "due_on")
        widgets = {"due_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}


class PublishForm(forms.Form):
    """Until when people may appeal."""

    appeals_until = forms.DateField(
        label=_lazy("申诉截止"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
