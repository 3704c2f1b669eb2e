"""Reads of the reconciliation page: lines by state, both sides of one, names that credit nobody yet."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from acceptance.choices import AmendmentKind, DifferenceKind, Settlement
from acceptance.models import Acceptance, BilledOrder, DeveloperAlias, Difference
from accounts.scope import Scope
from core.formats import full_day, named
from core.periods import local_day
from grids.models import Branch, Hall
from managers.models import Manager, Posting

STATES = ("open", "settled", "agreed")


@dataclass(frozen=True, slots=True)
class Tally:
    """How the two sides stand: open lines by kind, those past their day, settled ones and orders that agree in the
    days looked back."""

    kinds: Mapping[str, int]
    overdue: int
    settled: int
    agreed: int

    @property
    def open(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing both sides say something of."""

    label: str
    here: str
    billing: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An acceptance with what the billing system says of it, and the difference, if there is one."""

    order: Acceptance
    difference: Difference | None

    @property
    def billed(self) -> BilledOrder | None:
        return getattr(self.order, "billed", None)

    @property
    def fields(self) -> list[str]:
        """The words of what differs."""
        words = field_words()
        return [words[name] for name in self.difference.fields] if self.difference else []

    @property
    def key(self) -> str:
        """Where a page of the list starts anew."""
        line = self.difference
        return f"{line.due_on}:{line.pk}" if line else ""

    @property
    def sides(self) -> list[Compared]:
        """Both sides, thing by thing; an empty side says nothing."""
        differing = self.difference.fields if self.difference else []
        here, billing = _here(self.order, self.billed), _billing(self.order, self.billed)
        if "cancelled" in differing:
            last = self.order.amendments.filter(kind=AmendmentKind.WITHDRAWN).last()
            here["cancelled"] = full_day(local_day(last.at)) if last else ""
            billing["cancelled"] = _("没有退订")
        return [
            Compared(label, here.get(name, ""), billing.get(name, ""), name in differing)
            for name, label in field_words().items()
            if name != "cancelled" or name in differing
        ]


def field_words() -> dict[str, str]:
    return {
        "order_no": _("订单号"),
        "household": _("客户"),
        "product": _("产品"),
        "date": _("受理日期"),
        "developer": _("业务发展人"),
        "operator": _("操作工号"),
        "cancelled": _("退订"),
    }


def _here(order: Acceptance, billed: BilledOrder | None) -> dict[str, str]:
    if not order.keyed_here:
        return {}
    people = [str(person) for person in (order.developer, order.co_developer) if person]
    return {
        "order_no": billed.keyed_no if billed and billed.keyed_no else order.order_no,
        "household": f"{order.household.code} {order.household.address}",
        "product": named(order.product.name),
        "date": full_day(billed.keyed_on if billed and billed.keyed_on else order.accepted_on),
        "developer": " · ".join(people),
        "operator": str(order.operator or ""),
    }


def _billing(order: Acceptance, billed: BilledOrder | None) -> dict[str, str]:
    if billed is None and order.keyed_here:
        return {}
    said = billed or order
    return {
        "order_no": said.order_no,
        "household": f"{said.household.code} {said.household.address}",
        "product": named(said.product.name),
        "date": full_day(said.accepted_on),
        "developer": str(said.developer or said.developer_name),
        "operator": str(said.operator or ""),
    }


def _since(today: dt.date) -> dt.date:
    return today - dt.timedelta(days=settings.RECONCILE["back"])


def _agreed(scope: Scope, today: dt.date) -> QuerySet[Acceptance]:
    met = Acceptance.objects.within(scope).filter(accepted_on__gte=_since(today), billed__isnull=False)
    unlike = Difference.objects.filter(acceptance=OuterRef("pk")).exclude(settled_how=Settlement.MATCHED)
    return met.filter(~Exists(unlike))


def tally(scope: Scope, today: dt.date) -> Tally:
    """Three queries."""
    lines = Difference.objects.within(scope)
    pending = lines.filter(settled_at=None)
    kinds = dict(pending.values_list("kind").annotate(n=Count("pk")).order_by())
    rest = lines.filter(Q(settled_at=None) | Q(acceptance__accepted_on__gte=_since(today))).aggregate(
        overdue=Count("pk", filter=Q(settled_at=None, due_on__lt=today)),
        settled=Count("pk", filter=Q(settled_at__isnull=False)),
    )
    return Tally(
        {kind: kinds.get(kind, 0) for kind in DifferenceKind.values}, agreed=_agreed(scope, today).count(), **rest
    )


_PEOPLE = ("household", "product", "developer", "co_developer", "operator", "slip", "grid")
_BILLED = ("billed", *(f"billed__{name}" for name in ("household", "product", "developer", "operator")))


def lines(scope: Scope, query: Mapping[str, str], today: dt.date) -> QuerySet[Difference]:
    """The lines asked for by state, kind, hall, owner and order number, those due first."""
    is_open = query.get("state", "open") != "settled"
    found = Difference.objects.within(scope).filter(settled_at__isnull=is_open)
    if not is_open:
        found = found.filter(acceptance__accepted_on__gte=_since(today))
    if query.get("kind") == "overdue":
        found = found.filter(due_on__lt=today)
    elif query.get("kind"):
        found = found.filter(kind=query["kind"])
    for name, path in (("hall", "hall__code"), ("owner", "owner"), ("q", "acceptance__order_no")):
        if query.get(name):
            found = found.filter(**{path: query[name].strip()})
    return found.order_by("due_on", "pk")


def told(found: QuerySet[Difference], most: int | None = None) -> list[Line]:
    """The first of some lines with all that is shown of them. Two queries: sorting is quicker without the joins."""
    keys = list(found.values_list("pk", flat=True)[:most])
    parts = [f"acceptance__{name}" for name in (*_PEOPLE, *_BILLED)]
    full = Difference.objects.select_related("branch", "hall", "settled_by", *parts).in_bulk(keys)
    return [Line(full[key].acceptance, full[key]) for key in keys]


def behind(found: QuerySet[Difference], after: str) -> QuerySet[Difference]:
    """The lines behind a key; a key that is none begins at the front."""
    day, _colon, pk = after.partition(":")
    try:
        due = dt.date.fromisoformat(day)
    except ValueError:
        return found
    return found.filter(Q(due_on__gt=due) | Q(due_on=due, pk__gt=int(pk))) if pk.isdecimal() else found


def agreed(scope: Scope, query: Mapping[str, str], today: dt.date) -> QuerySet[Acceptance]:
    """Orders that both sides tell alike, newest first."""
    found = _agreed(scope, today)
    if query.get("hall"):
        found = found.filter(operator__hall__code=query["hall"])
    if query.get("q"):
        found = found.filter(order_no=query["q"].strip())
    return found.select_related(*_PEOPLE, *_BILLED).order_by("-accepted_on", "-pk")


def pending(scope: Scope) -> int:
    """Lines that somebody still has to settle."""
    return Difference.objects.within(scope).filter(settled_at=None).count()


def halls_with_lines(scope: Scope) -> QuerySet[Hall]:
    pending = Difference.objects.within(scope).filter(settled_at=None, hall__isnull=False)
    return Hall.objects.filter(pk__in=pending.values("hall")).order_by("code")


@dataclass(frozen=True, slots=True)
class Name:
    """A developer's name that came without a number: how many orders, and who might be meant."""

    branch: Branch
    name: str
    orders: int
    first: dt.date
    last: dt.date
    bearers: list[Manager]
    suggested: Manager | None


def names(scope: Scope, today: dt.date) -> list[Name]:
    """Names that credit nobody in the days looked back, those that managers bear first. Four queries.

    Somebody is suggested only when exactly one manager of the branch bears the name and served through all those days.
    """
    rows = list(
        Acceptance.objects.within(scope)
        .filter(developer=None, keyed_here=False, accepted_on__gte=_since(today))
        .exclude(developer_name="")
        .values_list("branch_id", "developer_name")
        .annotate(orders=Count("pk"), first=Min("accepted_on"), last=Max("accepted_on"))
        .order_by("-orders", "developer_name")
    )
    branches = Branch.objects.in_bulk({row[0] for row in rows})
    managers = list(Manager.objects.filter(branch__in=branches, name__in={row[1] for row in rows}))
    postings = list(Posting.objects.filter(manager__in=managers).values_list("manager_id", "period"))
    found = []
    for branch, name, orders, first, last in rows:
        bearers = [one for one in managers if (one.branch_id, one.name) == (branch, name)]
        known = len(bearers) == 1 and all(_served(postings, bearers[0].pk, day) for day in (first, last))
        found.append(Name(branches[branch], name, orders, first, last, bearers, bearers[0] if known else None))
    return sorted(found, key=lambda name: not name.bearers)


def _served(postings: Iterable[tuple[int, object]], manager: int, day: dt.date) -> bool:
    return any(day in period for pk, period in postings if pk == manager)  # type: ignore[operator]


def given(scope: Scope) -> QuerySet[DeveloperAlias]:
    """What people said of names so far: what holds, then what was withdrawn, each the newest first."""
    said = DeveloperAlias.objects.within(scope).select_related("branch", "manager", "given_by", "withdrawn_by")
    return said.order_by(F("withdrawn_at").desc(nulls_first=True), "-given_at")
