"""Whoever counts the records of an item finds the very figures of the score, in odd companies too."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from acceptance.models import Acceptance
from customers.models import Subscription
from kpi.choices import Measure
from kpi.models import BranchMonth, Indicator, ItemScore, Run
from kpi.queries.effects import Rule, effect_of_acceptance
from kpi.queries.line_effects import effects_of_lines
from kpi.queries.records import records_of_item, uncounted_of_item
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.months import closed, correction_run, published, ready_grid
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


BEFORE = NOW - dt.timedelta(days=1)
MIDDLE = dt.date(2026, 10, 20)
STATES = pytest.mark.parametrize("stand", [published, closed])


@pytest.fixture
def grid(db):
    """A grid with an order of October, one cancelled in October, and of its lines (item E) one that ended then."""
    grid = ready_grid(code="G1")
    AcceptanceFactory(grid=grid, order_no="KEPT", recorded_at=BEFORE)
    AcceptanceFactory(
        grid=grid,
        order_no="CANCELLED",
        accepted_on=dt.date(2026, 9, 8),
        cancelled_on=MIDDLE,
        recorded_at=BEFORE,
    )
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory(code="HELD", household=home, product_code="FIXED_LINE")
    SubscriptionFactory(code="ENDED", household=home, product_code="FIXED_LINE", closed_on=MIDDLE)
    return grid


def change(order_no: str, **fields: object) -> None:
    assert Acceptance.objects.filter(order_no=order_no).update(**fields) == 1


def end(code: str, day: dt.date | None) -> None:
    assert Subscription.objects.filter(code=code).update(closed_on=day) == 1


def shown_run() -> Run:
    run = BranchMonth.objects.get(month=OCTOBER.first).current_run
    assert run
    return run


def listed(run: Run, grid, code: str = "A") -> list[tuple[int, str]]:
    """The records behind an item, of which the run's own figures are the sum."""
    item = ItemScore.objects.get(run=run, grid=grid, code=code)
    assert_adds_up(item, run, dict(Indicator.objects.filter(scheme=run.scheme).values_list("code", "measure")))
    found = records_of_item(run=run, grid=grid, code=code)
    assert found
    return [(record.delta, record.number) for record in found.records]


def late(run: Run, grid, code: str = "A") -> list[tuple[int, dt.date, str]]:
    found = {why.reason: why.rows for why in uncounted_of_item(run=run, grid=grid, code=code)}
    return [(record.delta, record.day, record.number) for record in found.get("late", [])]


def assert_effects_agree(grid, code: str = "A") -> None:
    """Each order and line tells of the published result what the list of the item tells."""
    orders = [effect for order in Acceptance.objects.all() for effect in effect_of_acceptance(order)]
    lines = [
        effect for each in effects_of_lines(list(Subscription.objects.all()), [OCTOBER]).values() for effect in each
    ]
    told = sorted(
        effect.delta
        for effect in (*orders, *lines)
        if (effect.month, effect.code, effect.grid, effect.rule) == (OCTOBER, code, grid, Rule.COUNTED)
    )
    item = ItemScore.objects.get(run=shown_run(), grid=grid, code=code)
    kept = item.gained if code == "A" else int(item.base or 0) - (item.lost or 0)
    assert told == [-1] * (item.lost or 0) + [1] * (kept or 0)


COUNTED = [(1, "KEPT"), (-1, "CANCELLED")]


@STATES
def test_cancellation_entered_after_the_result_is_late_and_counts_in_the_correction(grid, stand) -> None:
    stand(grid)
    change("KEPT", cancelled_on=MIDDLE)

    assert (listed(shown_run(), grid), late(shown_run(), grid)) == (COUNTED, [(0, MIDDLE, "KEPT")])
    assert_effects_agree(grid)
    if stand is closed:
        corrected = correction_run(grid, now=timezone.now())
        assert (listed(corrected, grid), late(corrected, grid)) == ([*COUNTED, (-1, "KEPT")], [])


@STATES
def test_cancellation_taken_back_after_the_result_still_counts_in_it(grid, stand) -> None:
    stand(grid)
    change("CANCELLED", cancelled_on=None)

    assert (listed(shown_run(), grid), late(shown_run(), grid)) == (COUNTED, [])
    found = records_of_item(run=shown_run(), grid=grid, code="A")
    assert found
    assert [record.note for record in found.records] == ["", "这份结果定下之后又改了"]
    assert_effects_agree(grid)
    if stand is closed:
        assert listed(correction_run(grid, now=timezone.now()), grid) == [(1, "KEPT")]


@STATES
def test_cancellation_entered_taken_back_and_entered_again_counts_once(grid, stand) -> None:
    stand(grid)
    change("CANCELLED", cancelled_on=None)
    change("CANCELLED", cancelled_on=MIDDLE)
    change("KEPT", cancelled_on=MIDDLE)
    change("KEPT", cancelled_on=None)

    assert (listed(shown_run(), grid), late(shown_run(), grid)) == (COUNTED, [])
    assert_effects_agree(grid)


def test_order_moved_to_another_grid_or_month_after_the_result_stays_where_it_counted(grid) -> None:
    other = ready_grid(code="G2", branch=grid.branch)
    published(grid)
    change("KEPT", grid=other)
    change("CANCELLED", cancelled_on=dt.date(2026, 11, 1))

    assert (listed(shown_run(), grid), late(shown_run(), grid)) == (COUNTED, [])
    assert (listed(shown_run(), other), late(shown_run(), other)) == ([], [(0, dt.date(2026, 10, 8), "KEPT")])
    assert_effects_agree(grid)
    assert_effects_agree(other)


def test_order_no_scheme_counts_is_told_once_when_moved_after_the_result(grid) -> None:
    other = ready_grid(code="G2", branch=grid.branch)
    AcceptanceFactory(grid=grid, order_no="CARD", product_id="CARD", recorded_at=BEFORE)
    published(grid)
    change("CARD", grid=other)

    told = effect_of_acceptance(Acceptance.objects.get(order_no="CARD"))
    assert [(effect.counted, effect.rule, effect.grid) for effect in told] == [(False, Rule.NOT_IN_SCHEME, other)]


@STATES
def test_loss_entered_after_the_result_is_late_and_counts_in_the_correction(grid, stand) -> None:
    stand(grid)
    end("HELD", dt.date(2026, 10, 21))

    assert listed(shown_run(), grid, "E") == [(-1, "ENDED")]
    assert late(shown_run(), grid, "E") == [(0, dt.date(2026, 10, 21), "HELD")]
    if stand is closed:
        corrected = correction_run(grid, now=timezone.now())
        assert (listed(corrected, grid, "E"), late(corrected, grid, "E")) == ([(-1, "ENDED"), (-1, "HELD")], [])


@STATES
@pytest.mark.parametrize("day", [None, dt.date(2026, 11, 1), dt.date(2026, 9, 30)])
def test_loss_taken_back_or_moved_after_the_result_still_counts_in_it(grid, stand, day) -> None:
    stand(grid)
    end("ENDED", day)

    assert (listed(shown_run(), grid, "E"), late(shown_run(), grid, "E")) == ([(-1, "ENDED")], [])
    assert_effects_agree(grid, "E")
    found = records_of_item(run=shown_run(), grid=grid, code="E")
    assert found
    assert [record.note for record in found.records] == ["这份结果定下之后又改了"]
    if stand is closed:
        assert listed(correction_run(grid, now=timezone.now()), grid, "E") == []


def test_open_month_lists_records_as_they_are(grid) -> None:
    change("KEPT", cancelled_on=MIDDLE)
    end("HELD", MIDDLE)
    run = recomputed()
    assert listed(run, grid) == [*COUNTED, (-1, "KEPT")]
    assert listed(run, grid, "E") == [(-1, "ENDED"), (-1, "HELD")]
