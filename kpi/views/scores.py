"""From a score to its items and from an item to the very records."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.formats import day, named, number
from core.periods import Month, NoSuchMonth, local_day
from grids.models import Grid
from kpi.choices import Measure
from kpi.queries.appeals import sheet_life
from kpi.queries.generations import Generation, generations, trial_number
from kpi.queries.penetration import penetration
from kpi.queries.people import business_products, people_seen
from kpi.queries.persons import own_development, ratings_of, served_grids
from kpi.queries.records import Record, records_of_item, uncounted_of_item
from kpi.queries.sheets import Item, Sheet, sheet
from kpi.views.asks import BASES, CORRECTED, DIFFERENCE, PUBLISHED
from kpi.views.exports import delivered, explanation_table
from kpi.views.workings import formula_text, lines, terms, working_steps

SHOWN = 50
READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)


def month_or_404(text: str) -> Month:
    try:
        return Month.parse(text)
    except NoSuchMonth:
        raise Http404 from None


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one day or one person, netted."""

    name: str
    gained: int
    lost: int

    @property
    def net(self) -> int:
        return self.gained - self.lost


def grouped(records: Sequence[Record], by: str) -> list[Group]:
    """By `day`, or by the person who developed, most first."""
    name = (lambda r: r.day) if by == "day" else (lambda r: r.developer or _("没有发展人"))
    gained, lost = Counter[Any](), Counter[Any]()
    for record in records:
        (gained if record.delta > 0 else lost)[name(record)] += abs(record.delta)
    keys = sorted({*gained, *lost}, key=str, reverse=True)
    if by != "day":
        keys.sort(key=lambda key: lost[key] - gained[key])
    return [Group(day(key) if by == "day" else key, gained[key], lost[key]) for key in keys]


def frame(request: HttpRequest, found: Sheet | None, month: Month, shown: Generation, branch: int) -> dict[str, Any]:
    """What a grid's and a person's sheet share."""
    page: dict[str, Any] = {"month": month, "sheet": found, "state": shown.states.get(branch)}
    if found is None:
        return page
    item = found.item(request.GET.get("item"))
    if item is None:
        raise Http404
    page |= _bases(request, shown, branch, item.rule.code)
    return page | {
        "item": item,
        "terms": terms(found, item, page["suffix"]),
        "items": lines(found, item, page["suffix"]),
        "steps": working_steps(item, found.score.manager_id is not None),
        "formula": formula_text(found),
        "is_exact": found.exact == found.score.total,
        "exact": number(found.exact, 6).rstrip("0"),
        "is_endless": found.is_endless,
        "fraction": f"{found.fraction.numerator}/{found.fraction.denominator}",
        "run": found.run,
        "trial": trial_number(found.run),
        "may_see_runs": request.user.role in OVERSEERS,
        "may_see_league": request.user.role in READERS,
        "life": sheet_life(request.scope, found, today=local_day(timezone.now())),
    }


def basis_of(request: HttpRequest) -> str:
    """Which truth the address asks for: published, corrected, or both side by side."""
    basis = request.GET.get("as", PUBLISHED)
    return basis if basis in BASES else PUBLISHED


def _bases(request: HttpRequest, shown: Generation, branch: int, code: str) -> dict[str, Any]:
    """The choice between published and corrected, where a correction exists; `suffix` keeps it in links."""
    basis = basis_of(request)
    words = [(PUBLISHED, _("公布时")), (CORRECTED, _("更正后")), (DIFFERENCE, _("差异"))]
    return {
        "basis": basis,
        "suffix": "" if basis == PUBLISHED else f"&as={basis}",
        "corrections": len(shown.of(branch).corrections),
        "bases": [
            {"label": word, "address": f"item={code}&as={name}", "current": name == basis} for name, word in words
        ],
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """An item, or the total, as published and as corrected."""

    name: str
    published: Decimal
    corrected: Decimal

    @property
    def difference(self) -> Decimal:
        return self.corrected - self.published


def compared(at: Month, found: Sheet, **subject: Any) -> list[Compared]:
    """The sheet as published beside the corrected one, item by item, the total last."""
    other = sheet(*generations(at, corrected=True), **subject)
    if other is None:
        return []
    then = {item.rule.code: item.result.weighted for item in other.items}
    rows = [
        Compared(f"{i.rule.code} {named(i.rule.name)}", i.result.weighted, then[i.rule.code])
        for i in found.items
        if i.rule.code in then
    ]
    return [*rows, Compared(_("总分"), found.score.total, other.score.total)]


@open_to(*READERS)
def grid(request: HttpRequest, month: str, code: str) -> HttpResponseBase:
    """How was the score of this grid worked out?"""
    subject = get_object_or_404(Grid.objects.within(request.scope).select_related("branch"), code=code)
    at = month_or_404(month)
    basis = basis_of(request)
    shown, before = generations(at, corrected=basis == CORRECTED)
    found = sheet(shown, before, grid=subject)
    page = frame(request, found, at, shown, subject.branch_id) | {"grid": subject}
    if found is None:
        return render(request, "kpi/score_missing.html", page | {"name": subject.name})
    if kind := request.GET.get("export"):
        return _export(request, found, page["item"], subject, kind)
    rows = _records(found, page["item"], subject)
    if basis == DIFFERENCE:
        page["compared"] = compared(at, found, grid=subject)
    return render(request, "kpi/score_grid.html", page | rows | _shown(request, rows["records"]))


def _export(request: HttpRequest, found: Sheet, item: Item, subject: Grid, kind: str) -> HttpResponseBase:
    """The explanation as a file: of the open item, or of all with `all`."""
    codes = [each.rule.code for each in found.items] if "all" in request.GET else [item.rule.code]
    what = f"score {found.score.month:%Y-%m} {subject.code} {','.join(codes)}"
    return delivered(request, explanation_table(found, subject, codes), kind, what)


def _records(found: Sheet, item: Item, subject: Grid) -> dict[str, Any]:
    records = records_of_item(run=found.run, grid=subject, code=item.rule.code)
    uncounted = uncounted_of_item(run=found.run, grid=subject, code=item.rule.code)
    with_rate = item.rule.measure == Measure.COMPLETION
    last = Month.of(found.run.month).next_first
    return {
        "records": sorted(records.records, key=lambda r: (r.day, r.number), reverse=True) if records else [],
        "ratings": records.ratings if records else [],
        "uncounted": uncounted,
        "uncounted_count": sum(reason.count for reason in uncounted),
        "penetration": penetration(subject, item.rule.products, last) if with_rate else None,
    }


def _shown(request: HttpRequest, records: list[Record]) -> dict[str, Any]:
    by = request.GET.get("by", "")
    rows = records if "all" in request.GET else records[:SHOWN]
    groups = grouped(records, by) if by in ("day", "person") else None
    return {"by": by, "shown": rows, "groups": groups, "record_count": len(records)}


@open_to(*READERS)
def person(request: HttpRequest, month: str, staff_no: str) -> HttpResponseBase:
    """How was the score of this person worked out?"""
    at = month_or_404(month)
    subject = get_object_or_404(people_seen(request.scope, at).select_related("branch"), staff_no=staff_no)
    basis = basis_of(request)
    shown, before = generations(at, corrected=basis == CORRECTED)
    found = sheet(shown, before, manager=subject)
    # Somebody lent is scored where they served last, not at home.
    branch = found.score.branch_id if found else subject.branch_id
    page = frame(request, found, at, shown, branch) | {"manager": subject}
    if found is None:
        return render(request, "kpi/score_missing.html", page | {"name": subject.name})
    item: Item = page["item"]
    rules = [each.rule for each in found.items]
    developed = own_development(subject, at, business_products(rules))
    page |= {
        "served": served_grids(subject, found.run, item.rule.code),
        "ratings": ratings_of(subject, at) if item.rule.measure == Measure.RATING else None,
        "developed": developed[:SHOWN],
        "compared": compared(at, found, manager=subject) if basis == DIFFERENCE else None,
        "developed_net": sum(-d.share if d.is_cancelled else d.share for d in developed) / 100,
    }
    return render(request, "kpi/score_person.html", page)
