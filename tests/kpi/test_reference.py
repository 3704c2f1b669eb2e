"""Two implementations of the same rules, compared on generated companies: nobody is paid by a single opinion."""

import os
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, given, settings

from acceptance.models import Acceptance
from customers.models import Household, Subscription
from grids.models import Branch, Community, Grid, GridCommunity
from kpi.choices import ItemClass, RatingItem
from kpi.indicators import MEASURES
from kpi.models import Indicator, ItemScore, Rating, Scheme, Score, Target
from managers.models import Manager, Posting
from tests.factories.grids import HallFactory, StreetFactory, SubBureauFactory
from tests.factories.kpi import NOW, recomputed
from tests.reference.companies import BRANCHES, COMMUNITIES, PEOPLE, companies
from tests.reference.scoring import Company, Sheet, assess, weights

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "60"))


class Rollback(Exception):
    pass


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def build(company: Company) -> None:
    """Write a company of the reference into the database."""
    _scheme(company)
    grids = _places(company)
    communities = dict(Community.objects.values_list("code", "pk"))
    people = dict(Manager.objects.values_list("staff_no", "pk"))
    GridCommunity.objects.bulk_create(
        GridCommunity(grid_id=grids[s.grid], community_id=communities[s.who], period=DateRange(s.start, s.end))
        for s in company.communities
    )
    Posting.objects.bulk_create(
        Posting(grid_id=grids[s.grid], manager_id=people[s.who], duty="field", period=DateRange(s.start, s.end))
        for s in company.postings
    )
    _customers(company, communities, grids)
    Target.objects.bulk_create(
        Target(
            month=company.first,
            grid_id=grids[grid],
            code=code,
            value=decimal(goal.value),
            is_exempt=goal.exempt,
            reason="停电改造" if goal.exempt else "",
        )
        for (grid, code), goal in company.goals.items()
    )
    Rating.objects.bulk_create(
        Rating(month=company.first, manager_id=people[person], item=item, score=decimal(score))
        for person, scores in company.ratings.items()
        for item, score in zip(RatingItem.values, scores, strict=False)
    )


def _scheme(company: Company) -> None:
    scheme = Scheme.objects.create(year=2026, quarter=4, status="issued", effective_on=company.first, issued_at=NOW)
    Indicator.objects.bulk_create(
        Indicator(
            scheme=scheme,
            code=item.code,
            name=item.code,
            item_class=item.group or ItemClass.POINTS,
            measure=item.measure,
            level=MEASURES[item.measure].level,
            products=list(item.products),
            weight=decimal(item.weight),
            floor=decimal(item.floor),
            cap=decimal(item.cap),
            target_rate=decimal(item.target_rate),
            points_per_unit=decimal(item.per_unit),
        )
        for item in company.scheme
    )


def _places(company: Company) -> dict[str, int]:
    branches = {code: Branch.objects.create(code=code, name=code) for code in set(BRANCHES.values())}
    bureaus = {code: SubBureauFactory(branch=branch) for code, branch in branches.items()}
    halls = {code: HallFactory(branch=branch) for code, branch in branches.items()}
    street = StreetFactory()
    Community.objects.bulk_create(
        Community(code=code, name=code, sub_bureau=bureaus["B1"], street=street) for code in COMMUNITIES
    )
    Manager.objects.bulk_create(Manager(staff_no=code, name=code, branch=branches["B1"]) for code in PEOPLE)
    grids = Grid.objects.bulk_create(
        Grid(
            code=code,
            name=code,
            branch=branches[BRANCHES[code]],
            sub_bureau=bureaus[BRANCHES[code]],
            hall=halls[BRANCHES[code]],
            period=DateRange(*life),
        )
        for code, life in company.lives.items()
    )
    return {grid.code: grid.pk for grid in grids}


def _customers(company: Company, communities: dict[str, int], grids: dict[str, int]) -> None:
    branch = Branch.objects.get(code="B1")
    homes = Household.objects.bulk_create(
        Household(code=code, branch=branch, community_id=communities[community], address=code)
        for code, community in company.home_of.items()
    )
    by_code = {home.code: home for home in homes}
    Subscription.objects.bulk_create(
        Subscription(
            code=f"L{n}",
            household=by_code[line.home],
            product_code=line.product,
            opened_on=line.opened,
            closed_on=line.closed,
        )
        for n, line in enumerate(company.lines)
    )
    Acceptance.objects.bulk_create(
        Acceptance(
            order_no=f"O{n}",
            branch=branch,
            household=homes[0],
            grid_id=grids[order.grid] if order.grid else None,
            product_id=order.product,
            channel_id="own_hall",
            accepted_on=order.accepted,
            cancelled_on=order.cancelled,
        )
        for n, order in enumerate(company.orders)
    )


def written(run) -> dict[str, dict[str, tuple]]:
    """What the database says, in the shape of `expected`."""
    found: dict[str, dict[str, tuple]] = {"grids": {}, "people": {}}
    marks: dict[tuple, dict[str, tuple]] = {}
    for item in ItemScore.objects.filter(run=run):
        marks.setdefault((item.grid_id, item.manager_id), {})[item.code] = (
            item.status,
            item.score,
            item.weight,
            item.weighted,
        )
    for score in Score.objects.filter(run=run).select_related("grid", "manager", "branch"):
        key = ("grids", score.grid.code) if score.grid else ("people", score.manager.staff_no)
        found[key[0]][key[1]] = (
            score.branch.code,
            score.days,
            score.total,
            score.is_provisional,
            score.rank_in_branch,
            marks.pop((score.grid_id, score.manager_id)),
        )
    assert marks == {}
    return found


def expected(company: Company) -> dict[str, dict[str, tuple]]:
    return {kind: {key: _row(company, s) for key, s in sheets.items()} for kind, sheets in assess(company).items()}


def _row(company: Company, sheet: Sheet) -> tuple:
    spread = weights(company.scheme, sheet.marks)
    marks = {}
    for item in company.scheme:
        mark = sheet.marks[item.code]
        counts = mark.status != "exempt" and bool(item.group)
        weight = spread[item.code] if counts else Fraction(0)
        score = mark.score or Fraction(0)
        exact = score * weight / 100 if item.group else score
        places = Decimal("0.000001")
        marks[item.code] = (
            mark.status,
            None if mark.score is None else decimal(mark.score),
            decimal(weight).quantize(places, "ROUND_HALF_UP"),
            decimal(exact).quantize(places, "ROUND_HALF_UP"),
        )
    return (sheet.branch, sheet.days, decimal(sheet.total), sheet.provisional, sheet.rank, marks)


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(company=companies())
def test_two_implementations_agree(company: Company):
    try:
        with transaction.atomic():
            build(company)
            assert written(recomputed()) == expected(company)
            for branch in Branch.objects.all():
                alone = written(recomputed(branch=branch))
                assert alone == {
                    kind: {key: row for key, row in rows.items() if row[0] == branch.code}
                    for kind, rows in expected(company).items()
                }
            raise Rollback
    except Rollback:
        pass
