"""Whoever counts the records of an item finds the very figures of the score, in odd companies too."""

import pytest
from django.db import transaction

from kpi.choices import Measure
from kpi.models import Indicator, ItemScore, Run
from kpi.queries.records import records_of_item
from tests.factories.kpi import recomputed
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
