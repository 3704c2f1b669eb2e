"""The league of people: the team's items by days served, the rating of one's own."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.scope import Scope
from core import sql
from core.periods import Month
from grids.models import Grid
from kpi.models import Indicator
from kpi.queries.generations import Generation
from kpi.queries.league import Cell
from managers.models import Manager, Posting


@dataclass(slots=True)
class Person:
    """One person of the league. `days` are days of membership in the month, `developed` the net of their own wins."""

    manager_id: int
    staff_no: str
    name: str
    branch_id: int
    branch_code: str
    branch_name: str
    total: float
    rank_in_branch: int
    rank_in_company: int
    is_provisional: bool
    old_total: float | None
    old_rank_in_branch: int | None
    old_rank_in_company: int | None
    team: str
    duty: str
    days: int
    developed: float
    items: dict[str, Cell] = field(default_factory=dict)
    rank: int = 0
    climbed: int | None = None
    year_total: float | None = None
    corrected: float | None = None


def people_seen(scope: Scope, month: Month) -> QuerySet[Manager]:
    """The people one may see in a month: one's own, and those of other branches who served in one's grids."""
    served = Posting.objects.within(scope).filter(period__overlap=(month.first, month.next_first))
    return Manager.objects.filter(
        Q(pk__in=Manager.objects.within(scope).values("pk")) | Q(pk__in=served.values("manager"))
    )


def visible_people(
    scope: Scope, month: Month, *, branch: int | None = None, sub_bureau: int | None = None, street: str = ""
) -> list[int]:
    """Ids of the people one may see; a branch narrows to its own and those who served there in the month, a smaller
    place to those who ever did."""
    people = people_seen(scope, month)
    if branch:
        lent = Posting.objects.filter(grid__branch=branch, period__overlap=(month.first, month.next_first))
        people = people.filter(Q(branch=branch) | Q(pk__in=lent.values("manager")))
    if sub_bureau or street:
        grids = Grid.objects.filter(sub_bureau=sub_bureau) if sub_bureau else Grid.objects.all()
        if street:
            grids = grids.filter(memberships__community__street__code=street)
        people = people.filter(pk__in=Posting.objects.filter(grid__in=grids).values("manager"))
    return list(people.order_by().values_list("pk", flat=True))


def people_league(
    shown: Generation, before: Generation, managers: list[int], indicators: list[Indicator], *, in_branch: bool
) -> list[Person]:
    """Rows best first, in one statement."""
    found = sql.tuples(
        "kpi/list_people",
        branches=shown.branches,
        runs=shown.run_ids,
        old_branches=before.branches,
        old_runs=before.run_ids,
        managers=managers,
        first=shown.month.first,
        next_first=shown.month.next_first,
        products=business_products(indicators),
    )
    people = [Person(*values) for values in found]
    for person in people:
        person.rank = person.rank_in_branch if in_branch else person.rank_in_company
        was = person.old_rank_in_branch if in_branch else person.old_rank_in_company
        person.climbed = None if was is None else was - person.rank
    return people


def add_items(people: list[Person], shown: Generation) -> None:
    """The items of these people in the same generation, in one statement."""
    by_id = {person.manager_id: person for person in people}
    rows = sql.tuples("kpi/list_person_items", branches=shown.branches, runs=shown.run_ids, managers=[*by_id])
    for manager, code, status, rate, score, points in rows:
        by_id[manager].items[code] = Cell(status, rate, score, points)


def business_products(indicators: list[Indicator]) -> list[str]:
    """Products that somebody can develop: those of completion and of points."""
    return sorted({code for i in indicators if i.measure in ("completion", "points") for code in i.products})


def developed_mark(month: Month) -> str:
    """Changes whenever what somebody has won in the month does: closed months keep their scores, not these figures."""
    return str(sql.value("kpi/mark_developed", first=month.first, next_first=month.next_first))
