"""Companies of the reference as rows of the database: many side by side, each under a key of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from acceptance.models import Acceptance
from core.periods import Month
from customers.models import Household, Subscription
from grids.models import Branch, Community, Grid, GridCommunity, Hall, Street, SubBureau
from kpi.choices import ItemClass, Level, RatingItem
from kpi.indicators import MEASURES
from kpi.models import Indicator, ItemScore, Rating, Run, Scheme, Score, Target
from managers.models import Manager, Posting
from tests.factories.kpi import NOW
from tests.reference.companies import COMMUNITIES, PEOPLE
from tests.reference.scoring import Company, Item, Mark, Sheet, assess, weights

Companies = dict[str, Company]
# "grids" or "people" → code → branch, days, total, provisional, rank, marks
Result = dict[str, dict[str, tuple[Any, ...]]]
SIX_PLACES = Decimal("0.000001")


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def write_scheme(items: list[Item], month: Month) -> None:
    """Issue the items as the scheme of the month, beside a draft that says everything otherwise, the levels too."""
    quarter = {"year": month.year, "quarter": month.quarter}
    scheme = Scheme.objects.create(**quarter, status="issued", effective_on=month.first, issued_at=NOW)
    _write_items(scheme, items)
    draft = Scheme.objects.create(**quarter, version=2, effective_on=month.first)
    _write_items(
        draft, [replace(item, weight=item.weight * 2, products=item.products and ("FTTH", "CARD")) for item in items]
    )
    for indicator in draft.indicators.all():
        indicator.level = Level.GRID if indicator.level == Level.PERSON else Level.PERSON
        indicator.save()


def _write_items(scheme: Scheme, items: list[Item]) -> None:
    Indicator.objects.bulk_create(
        Indicator(
            scheme=scheme,
            code=item.code,
            name=item.code,
            item_class=item.group or ItemClass.POINTS,
            measure=item.measure,
            level=MEASURES[item.measure].level,
            products=[*item.products, *item.products[:1]],  # named twice, counted once
            weight=decimal(item.weight),
            floor=decimal(item.floor),
            cap=decimal(item.cap),
            target_rate=decimal(item.target_rate),
            points_per_unit=decimal(item.per_unit),
        )
        for item in items
    )


def write(companies: Companies) -> None:
    """Write the companies; every code is the one of the reference after the company's key."""
    _places(companies)
    grids, people = _ids(Grid, "code"), _ids(Manager, "staff_no")
    communities = _ids(Community, "code")
    GridCommunity.objects.bulk_create(
        GridCommunity(
            grid_id=grids[key + s.grid], community_id=communities[key + s.who], period=DateRange(s.start, s.end)
        )
        for key, company in companies.items()
        for s in company.communities
    )
    Posting.objects.bulk_create(
        Posting(
            grid_id=grids[key + s.grid],
            manager_id=people[key + s.who],
            duty="field",
            period=DateRange(s.start, s.end),
        )
        for key, company in companies.items()
        for s in company.postings
    )
    _homes(companies, communities)
    write_news({}, companies)


def _ids(model: type, field: str) -> dict[str, int]:
    return dict(model.objects.values_list(field, "pk"))  # type: ignore[attr-defined]


def _places(companies: Companies) -> None:
    codes = [key + branch for key in companies for branch in ("B1", "B2")]
    branches = {b.code: b for b in Branch.objects.bulk_create(Branch(code=code, name=code) for code in codes)}
    street, _created = Street.objects.get_or_create(code="S", defaults={"name": "S", "area_type": "urban"})
    bureaus = SubBureau.objects.bulk_create(SubBureau(code=c, name=c, branch=branches[c]) for c in codes)
    bureau = {bureau.code: bureau for bureau in bureaus}
    halls = Hall.objects.bulk_create(Hall(code=c, name=c, branch=branches[c], street=street) for c in codes)
    hall = {hall.code: hall for hall in halls}
    Community.objects.bulk_create(
        Community(code=key + code, name=code, sub_bureau=bureau[key + "B1"], street=street)
        for key in companies
        for code in COMMUNITIES
    )
    Manager.objects.bulk_create(
        Manager(staff_no=key + code, name=code, branch=branches[key + "B1"]) for key in companies for code in PEOPLE
    )
    Grid.objects.bulk_create(
        Grid(
            code=key + code,
            name=code,
            branch=branches[key + company.branch_of[code]],
            sub_bureau=bureau[key + company.branch_of[code]],
            hall=hall[key + company.branch_of[code]],
            period=DateRange(*life),
        )
        for key, company in companies.items()
        for code, life in company.lives.items()
    )


def _homes(companies: Companies, communities: dict[str, int]) -> None:
    branches = _ids(Branch, "code")
    Household.objects.bulk_create(
        Household(
            code=key + code, branch_id=branches[key + "B1"], community_id=communities[key + community], address=code
        )
        for key, company in companies.items()
        for code, community in company.home_of.items()
    )


def write_news(before: Companies, after: Companies) -> None:
    """Bring orders, lines, targets and ratings from one state to another; a company without a state before is new.

    Beside them stand others of the month before and after, which are nobody's business.
    """
    grids, homes, people = _ids(Grid, "code"), _ids(Household, "code"), _ids(Manager, "staff_no")
    _write_orders(before, after, grids, homes)
    _write_lines(before, after, homes)
    Target.objects.filter(grid__in=[grid for code, grid in grids.items() if code[:-2] in before]).delete()
    Target.objects.bulk_create(
        Target(
            month=Month.of(company.first).shift(off).first,
            grid_id=grids[key + grid],
            code=code,
            value=decimal(goal.value) + off * off,
            is_exempt=goal.exempt ^ bool(off),
            reason="停电改造" if goal.exempt ^ bool(off) else "",
        )
        for key, company in after.items()
        for (grid, code), goal in company.goals.items()
        for off in (-1, 0, 1)
    )
    Rating.objects.filter(manager__in=[who for code, who in people.items() if code[:-2] in before]).delete()
    Rating.objects.bulk_create(
        Rating(
            month=Month.of(company.first).shift(off).first,
            manager_id=people[key + who],
            item=item,
            score=100 - decimal(score) if off else decimal(score),
        )
        for key, company in after.items()
        for who, scores in company.ratings.items()
        for item, score in zip(RatingItem.values, scores, strict=False)
        for off in (-1, 0, 1)
    )


def _write_orders(before: Companies, after: Companies, grids: dict[str, int], homes: dict[str, int]) -> None:
    branches = _ids(Branch, "code")
    new = []
    for key, company in after.items():
        known = before[key].orders if key in before else []
        for n, order in enumerate(company.orders):
            if n >= len(known):
                new.append(
                    Acceptance(
                        order_no=f"{key}O{n}",
                        branch_id=branches[key + "B1"],
                        household_id=homes[key + min(company.home_of)],
                        grid_id=grids[key + order.grid] if order.grid else None,
                        product_id=order.product,
                        channel_id="own_hall",
                        accepted_on=order.accepted,
                        cancelled_on=order.cancelled,
                    )
                )
            elif order != known[n]:
                Acceptance.objects.filter(order_no=f"{key}O{n}").update(cancelled_on=order.cancelled)
    Acceptance.objects.bulk_create(new)


def _write_lines(before: Companies, after: Companies, homes: dict[str, int]) -> None:
    new = []
    for key, company in after.items():
        known = before[key].lines if key in before else []
        for n, line in enumerate(company.lines):
            if n >= len(known):
                new.append(
                    Subscription(
                        code=f"{key}L{n}",
                        household_id=homes[key + line.home],
                        product_code=line.product,
                        opened_on=line.opened,
                        closed_on=line.closed,
                    )
                )
            elif line != known[n]:
                Subscription.objects.filter(code=f"{key}L{n}").update(closed_on=line.closed)
    Subscription.objects.bulk_create(new)


def read(run: Run, keys: Iterable[str]) -> dict[str, Result]:
    """What a run wrote, by company, in the shape of `expected`."""
    found: dict[str, Result] = {key: {"grids": {}, "people": {}} for key in keys}
    marks: dict[tuple[int | None, int | None], dict[str, tuple[Any, ...]]] = {}
    for item in ItemScore.objects.filter(run=run):
        marks.setdefault((item.grid_id, item.manager_id), {})[item.code] = (
            item.status,
            item.score,
            item.weight,
            item.weighted,
            (item.gained, item.lost, item.actual, item.base, item.target, item.rate),
        )
    for key, kind, code, score in _scores(run):
        found[key][kind][code] = (
            score.branch.code[len(key) :],
            score.days,
            score.total,
            score.is_provisional,
            score.rank_in_branch,
            marks.pop((score.grid_id, score.manager_id)),
        )
    assert marks == {}, "items without a score"
    return found


def _scores(run: Run) -> Iterator[tuple[str, str, str, Score]]:
    for score in Score.objects.filter(run=run).select_related("grid", "manager", "branch"):
        kind, code = ("grids", score.grid.code) if score.grid else ("people", score.manager.staff_no)
        yield code[:-2], kind, code[-2:], score


def expected(company: Company) -> Result:
    """What the reference says of a company."""
    return {kind: {code: _row(company, s) for code, s in sheets.items()} for kind, sheets in assess(company).items()}


def _row(company: Company, sheet: Sheet) -> tuple[Any, ...]:
    spread = weights(company.scheme, sheet.marks)
    marks = {item.code: _mark(item, sheet.marks[item.code], spread) for item in company.scheme}
    return (sheet.branch, sheet.days, decimal(sheet.total), sheet.provisional, sheet.rank, marks)


def _mark(item: Item, mark: Mark, spread: dict[str, Fraction]) -> tuple[Any, ...]:
    weight = spread[item.code] if item.group and mark.status != "exempt" else Fraction(0)
    score = mark.score or Fraction(0)
    weighted = score * weight / 100 if item.group else score
    figures = (mark.gained, mark.lost, mark.actual, mark.base, mark.target, mark.rate)
    return (
        mark.status,
        None if mark.score is None else decimal(mark.score),
        decimal(weight).quantize(SIX_PLACES, "ROUND_HALF_UP"),
        decimal(weighted).quantize(SIX_PLACES, "ROUND_HALF_UP"),
        tuple(decimal(figure) if isinstance(figure, Fraction) else figure for figure in figures),
    )
