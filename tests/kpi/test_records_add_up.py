"""Whoever counts the records of an item finds the very figures of the score, in odd companies too."""

import datetime as dt

import pytest
from django.db import transaction

from kpi.choices import Measure
from kpi.models import BranchMonth, Indicator, ItemScore, Run
from kpi.queries.records import records_of_item, uncounted_of_item
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.months import closed, correction_run, ready_grid
from tests.reference import database
from tests.reference.comparison import a_batch


def assert_adds_up(item: ItemScore, run: Run, measures: dict[str, str]) -> None:
    found = records_of_item(run=run, grid=item.grid, code=item.code)
    assert found is not None
    told = (item.grid.code, item.code)
    if measures[item.code] == Measure.RATING:
        assert (item.score is None) == all(rating.score is None for rating in found.ratings), told
        return
    lost = item.lost or 0
    gained = item.gained or 0
    assert (*told, len(found.gained), len(found.lost)) == (*told, gained, lost)
    if measures[item.code] != Measure.RETENTION and item.actual is not None:
        assert item.actual == gained - lost, told


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(3))
def test_records_add_up_to_every_item_of_every_grid(number: int) -> None:
    _chance, month, scheme, companies = a_batch(number, size=8)
    with transaction.atomic():
        database.write_scheme(scheme, month)
        database.write(companies)
        run = recomputed(month)
        measures = dict(Indicator.objects.filter(scheme=run.scheme).values_list("code", "measure"))
        items = list(ItemScore.objects.filter(run=run, grid__isnull=False).select_related("grid"))
        assert items
        for item in items:
            assert_adds_up(item, run, measures)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_record_that_came_after_closing_counts_in_the_correction_alone() -> None:
    grid = ready_grid(code="G1")
    AcceptanceFactory(grid=grid, order_no="INTIME01", recorded_at=NOW - dt.timedelta(days=1))
    closed(grid)
    AcceptanceFactory(grid=grid, order_no="LATE0001", recorded_at=NOW + dt.timedelta(days=1))
    shown = BranchMonth.objects.get(month=OCTOBER.first).current_run
    assert shown
    corrected = correction_run(grid, now=NOW + dt.timedelta(days=2))

    def counted(run: Run) -> list[str]:
        found = records_of_item(run=run, grid=grid, code="A")
        return [record.number for record in found.records] if found else []

    def left_out(run: Run) -> dict[str, list[str]]:
        return {why.reason: [r.number for r in why.rows] for why in uncounted_of_item(run=run, grid=grid, code="A")}

    assert (counted(shown), left_out(shown)) == (["INTIME01"], {"late": ["LATE0001"]})
    assert (counted(corrected), left_out(corrected)) == (["INTIME01", "LATE0001"], {})
