"""Every figure of a month from the level below it, on odd companies; and a figure that was tampered with is found."""

import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from acceptance.models import Acceptance
from customers.models import Subscription
from grids.models import Grid
from kpi.domain import late_records
from kpi.models import Score
from kpi.queries.generations import generation
from kpi.queries.tie_outs import check
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import full_team
from tests.reference import companies as generated
from tests.reference import database

# Items are written with their score alone, so that is where they are tampered with.
ALTER = """
UPDATE kpi_score
SET items = ARRAY(SELECT CASE WHEN item.code = %s THEN jsonb_populate_record(item, %s) ELSE item END
                  FROM unnest(items) item)
WHERE {subjects}
"""
UNRATED = {0, 1, 3}  # companies below whose scheme has no rating
LEVELS = ("records", "items", "totals", "people", "teams", "ranks", "branches", "company")


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(8))
def test_every_level_ties_out_to_the_last_digit(number: int) -> None:
    chance = Random(f"sums/{number}")
    items = generated.scheme(chance)
    with transaction.atomic():
        database.write_scheme(items, OCTOBER)
        database.write({f"K{n:02d}": generated.company(chance, month=OCTOBER, items=items) for n in range(40)})
        recomputed()
        found = check(generation(OCTOBER))
        transaction.set_rollback(True)
    assert found.differences == []
    is_rated = any(item.measure == "rating" for item in items)
    assert (number in UNRATED) is not is_rated
    assert min(found.figures[level] for level in LEVELS if level != "teams") > 20
    # A team's figure is the rating of its members: a scheme that rates nobody has none at all.
    assert found.figures["teams"] == 0 if number in UNRATED else found.figures["teams"] > 20


@pytest.fixture
def month(db) -> None:
    grid = GridFactory(code="G1")
    for posting in full_team(grid):
        RatingFactory(manager=posting.manager, score=Decimal("83.33"))
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=7)
    AcceptanceFactory.create_batch(3, grid=grid, recorded_at=NOW)
    recomputed()


def checked(*arguments: str) -> dict:
    out = StringIO()
    call_command("check_sums", "2026-10", "--json", *arguments, stdout=out, skip_checks=True)
    return json.loads(out.getvalue())


def test_month_that_ties_out_says_how_much_was_compared(month) -> None:
    found = checked()
    assert (found["differences"], found["late_records"]) == ([], 0)
    # 1 grid with 6 items counted from records; 7 items each of 1 grid and 3 people.
    assert (found["checked"]["records"], found["checked"]["totals"], found["checked"]["people"]) == (6, 4, 21)


def alter_items(subjects: str, code: str, **figures: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ALTER.format(subjects=subjects), [code, json.dumps(figures)])


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (lambda: alter_items("grid_id IS NOT NULL", "A", gained=4), "records"),
        (lambda: alter_items("grid_id IS NOT NULL", "A", score="42.8572"), "items"),
        (lambda: alter_items("manager_id IS NOT NULL", "A", score=1), "people"),
        (lambda: alter_items("grid_id IS NOT NULL", "G", score=1), "teams"),
        (lambda: Score.objects.filter(grid__isnull=False).update(total=Decimal("12.34")), "totals"),
        (lambda: Score.objects.filter(grid__isnull=False).update(rank_in_branch=2), "ranks"),
    ],
)
def test_figure_that_differs_is_named_by_its_level(month, change, level) -> None:
    change()
    out = StringIO()
    with pytest.raises(CommandError, match="对不上"):
        call_command("check_sums", "2026-10", stdout=out, skip_checks=True)
    assert f"! {level} " in out.getvalue()


def test_record_that_came_after_the_result_is_late_not_wrong(month) -> None:
    AcceptanceFactory(grid=Grid.objects.get(code="G1"))
    found = checked()
    assert (found["differences"], found["late_records"]) == ([], 1)


def test_cancellation_and_loss_that_came_after_the_result_are_late_not_wrong(month) -> None:
    grid, day = Grid.objects.get(code="G1"), dt.date(2026, 10, 20)
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory.create_batch(3, household=home, product_code="FIXED_LINE")
    SubscriptionFactory(code="BACK", household=home, product_code="FIXED_LINE", closed_on=day)
    AcceptanceFactory(grid=grid, order_no="BACK", cancelled_on=day, recorded_at=NOW)
    recomputed()
    assert (checked()["differences"], checked()["late_records"]) == ([], 0)

    Acceptance.objects.filter(order_no="BACK").update(cancelled_on=None)
    Acceptance.objects.exclude(order_no="BACK").update(cancelled_on=day)
    Subscription.objects.exclude(code="BACK").update(closed_on=day)
    Subscription.objects.filter(code="BACK").update(closed_on=None)
    found = checked()
    assert (found["differences"], found["late_records"]) == ([], 8)


def test_later_month_s_cancellation_is_not_late_for_the_month_of_the_order(month) -> None:
    Acceptance.objects.update(cancelled_on=dt.date(2026, 11, 1))
    found = checked()
    assert (found["differences"], found["late_records"]) == ([], 0)


def test_grid_without_late_acceptances_keeps_the_lines_of_the_run(month) -> None:
    grid = Grid.objects.get(code="G1")
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory(household=home, product_code="FIXED_LINE")
    other = GridFactory(branch=grid.branch)
    recomputed()

    Subscription.objects.update(closed_on=dt.date(2026, 10, 20))
    AcceptanceFactory(grid=other)
    assert late_records.rescore(now=timezone.now()) == 1
    assert checked()["differences"] == []
