"""An order withdrawn at the counter counts by the rules of a cancellation: in the month in which it is said."""

import datetime as dt

import pytest

from acceptance.domain import amendments
from acceptance.domain.actors import Actor
from kpi.models import BranchMonth, ItemScore
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import user_of_hall
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.managers import OperatorFactory
from tests.factories.months import closed, ready_grid

pytestmark = pytest.mark.django_db
NOVEMBER = OCTOBER.shift(1)


def figures(run: int) -> tuple[int, int]:
    item = ItemScore.objects.get(run=run, code="A", grid__isnull=False, manager=None)
    return item.gained, item.lost


def withdrawn(grid, accepted_on: dt.date) -> None:
    order = AcceptanceFactory(
        grid=grid, accepted_on=accepted_on, keyed_here=True, operator=OperatorFactory(hall=grid.hall)
    )
    closed(grid)
    head = Actor(user=user_of_hall(grid.hall).pk, halls=frozenset({grid.hall_id}), leads=True)
    amendments.withdraw(order=order, reason="录重了", by=head, now=NOW + dt.timedelta(days=1))


def test_withdrawn_in_the_month_it_was_accepted_nets_to_nothing():
    grid = ready_grid()
    withdrawn(grid, dt.date(2026, 11, 2))
    assert figures(recomputed(NOVEMBER, branch=grid.branch, now=NOW + dt.timedelta(days=2)).pk) == (1, 1)


def test_withdrawn_after_its_month_was_closed_counts_against_the_open_one():
    grid = ready_grid()
    withdrawn(grid, dt.date(2026, 10, 30))
    assert figures(BranchMonth.objects.get(month=OCTOBER.first).current_run_id) == (1, 0)
    assert figures(recomputed(NOVEMBER, branch=grid.branch, now=NOW + dt.timedelta(days=2)).pk) == (0, 1)
