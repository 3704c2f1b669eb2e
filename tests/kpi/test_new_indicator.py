"""A new indicator is one file and one row: speed-ups, counted as they are or by the lines that could take them."""

import datetime as dt
from decimal import Decimal

import pytest

from core import sql
from kpi.domain import schemes
from kpi.indicators import MEASURES, measure_choices
from kpi.models import Indicator, ItemScore, Run, Score
from kpi.queries.records import records_of_item
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import RatingFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.schemes import draft, extra, issued

pytestmark = pytest.mark.django_db

UPTAKE = {"name": "提速办理率", "measure": "uptake", "target_rate": Decimal("2.5")}


def sold(grid, product: str, count: int, **fields) -> None:
    AcceptanceFactory.create_batch(count, grid=grid, household=HouseholdFactory(), product_id=product, **fields)


def lines(grid, product: str, count: int) -> None:
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory.create_batch(count, household=home, product_code=product)


def scored(add: Indicator, **targets: int):
    """A grid with one member, all items of the guideline at 100 but those without lines, scored by the added row."""
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    RatingFactory(manager=person, score=100)
    for code, product in (("A", "FTTH"), ("B", "3G"), ("C", "3G_BUNDLE")):
        TargetFactory(grid=grid, code=code, value=10)
        sold(grid, product, 10)
    for code, value in targets.items():
        TargetFactory(grid=grid, code=code, value=value)
    issued(draft(add=[add], A={"weight": Decimal(20)}))
    return grid, person


def item(**subject) -> ItemScore:
    return ItemScore.objects.current().get(code="H", **subject)


def test_completion_of_another_product_is_one_row():
    grid, person = scored(extra(None), H=8)
    sold(grid, "SPEEDUP", 6)
    sold(grid, "SPEEDUP", 2, accepted_on=dt.date(2026, 9, 3), cancelled_on=dt.date(2026, 10, 9))
    recomputed()

    found = item(grid=grid)
    assert (found.gained, found.lost, found.target, found.score) == (6, 2, 8, 50)
    assert item(manager=person).score == 50
    # E and F have nobody in the base: their 20 go to the others, so H's 5 of 80 lose half of it.
    assert Score.objects.current().get(grid=grid).total == Decimal("96.88")


def test_measure_of_its_own_file_is_offered_and_scored():
    assert ("uptake", "办理率") in [(code, str(word)) for code, word in measure_choices()]
    grid, person = scored(extra(None, **UPTAKE))
    lines(grid, "BROADBAND", 120)
    lines(grid, "FTTH", 80)
    lines(grid, "FIXED_LINE", 500)
    sold(grid, "SPEEDUP", 4)
    recomputed()

    found = item(grid=grid)
    assert (found.base, found.target, found.actual, found.rate, found.score) == (200, 5, 4, 80, 80)
    assert item(manager=person).score == 80
    assert MEASURES["uptake"].formula(found) == "(4 − 0) ÷ 5 × 100 = 80"
    # A 20, B 25, C 20 and H 5 × 0.8 of business; E has 500 and F 200 lines, all kept; G 100.
    assert Score.objects.current().get(grid=grid).total == Decimal("99.00")


def test_grid_without_such_lines_is_not_assessed_by_it():
    grid, _person = scored(extra(None, **UPTAKE))
    sold(grid, "SPEEDUP", 4)
    recomputed()
    assert item(grid=grid).status == "exempt"
    assert sum(one.weight for one in ItemScore.objects.current().filter(grid=grid)) == 100


def test_what_exceeds_the_cap_is_shown_but_not_scored():
    grid, _person = scored(extra(None, **UPTAKE))
    lines(grid, "BROADBAND", 200)
    sold(grid, "SPEEDUP", 7)
    recomputed()
    assert (item(grid=grid).rate, item(grid=grid).score) == (140, 100)


def test_records_behind_it_add_up():
    grid, _person = scored(extra(None, **UPTAKE))
    lines(grid, "BROADBAND", 200)
    sold(grid, "SPEEDUP", 3)
    sold(grid, "SPEEDUP", 1, accepted_on=dt.date(2026, 9, 3), cancelled_on=dt.date(2026, 10, 9))
    recomputed()
    found = records_of_item(run=Run.objects.latest("pk"), grid=grid, code="H")
    assert found is not None
    assert (len(found.gained), len(found.lost)) == (3, 1)
    assert sum(record.delta for record in found.records) == found.item.actual == 2


def test_row_of_the_new_measure_is_checked_like_any_other():
    scheme = draft()
    rows = [*schemes.default_indicators(scheme), extra(scheme, **{**UPTAKE, "target_rate": Decimal(0)})]
    rows[0].weight = Decimal(20)
    assert [(fault.field, fault.row) for fault in schemes.faults(scheme=scheme, indicators=rows)] == [
        ("target_rate", 7)
    ]


def test_each_measure_has_its_words_and_its_statement():
    for code, measure in MEASURES.items():
        assert measure.code == code
        assert str(measure.label)
        assert str(measure.level_words)
        assert "INSERT INTO kpi_item" in sql.statement(measure.statement)
