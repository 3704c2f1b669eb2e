"""What one more is worth is exactly what the next recompute gives."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.periods import Month
from kpi.domain import worth
from kpi.models import Indicator, Score
from kpi.queries.generations import generations
from kpi.queries.outlooks import outlook
from kpi.queries.sheets import sheet
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import user_of_manager
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import BranchFactory, GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.periods import period

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 20)


@pytest.fixture
def team():
    """Somebody who served one grid until the 11th and another from then on, with lines to lose in both."""
    branch = BranchFactory()
    first, second = GridFactory(branch=branch), GridFactory(branch=branch)
    posting = PostingFactory(grid=first, period=period("2026-01-01", "2026-10-11"))
    PostingFactory(grid=second, manager=posting.manager, period=period("2026-10-11", None))
    RatingFactory(manager=posting.manager, score=Decimal("83.33"))
    for grid, reach in ((first, 9), (second, 7)):
        for code in "ABC":
            TargetFactory(grid=grid, code=code, value=reach)
        home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
        SubscriptionFactory.create_batch(3, household=home, product_code="FIXED_LINE")
        SubscriptionFactory.create_batch(7, household=home, product_code="BROADBAND")
        AcceptanceFactory.create_batch(4, grid=grid, recorded_at=NOW)
        AcceptanceFactory(grid=grid, product_id="2G_BUNDLE", recorded_at=NOW)
    recomputed()
    return posting.manager, second


def ahead_of(manager):
    return outlook(manager, sheet(*generations(OCTOBER), manager=manager), TODAY)


def total(manager) -> Decimal:
    return Score.objects.current().get(manager=manager, month=OCTOBER.first).total


@pytest.mark.parametrize("product", ["FTTH", "3G", "3G_BUNDLE", "2G_BUNDLE"])
def test_one_more_acceptance_is_worth_what_the_recompute_gives(team, product) -> None:
    manager, grid = team
    (told,) = [w for w in ahead_of(manager).wins if product in w.rule.products]
    assert (told.grid, told.days, told.all_days) == (grid, 21, 31)
    assert told.total == total(manager)
    AcceptanceFactory(grid=grid, product_id=product)
    recomputed()
    assert told.total_then == total(manager)
    assert told.points > 0


def test_one_line_lost_costs_what_the_recompute_takes(team) -> None:
    manager, grid = team
    (told,) = [w for w in ahead_of(manager).keeps if "FIXED_LINE" in w.rule.products]
    line = grid.memberships.get().community.households.get().subscriptions.filter(product_code="FIXED_LINE")[0]
    line.closed_on = TODAY
    line.save()
    recomputed()
    # A third of the fixed lines of one grid, 21 of 31 days, 10%.
    assert (told.points, told.total_then) == (Decimal("-2.2581"), total(manager))


def test_acceptance_of_today_is_counted_before_the_recompute(team) -> None:
    manager, grid = team
    AcceptanceFactory(grid=grid)
    (told,) = [w for w in ahead_of(manager).wins if "FTTH" in w.rule.products]
    assert (told.net, told.missing, told.state) == (5, 2, "")


@pytest.mark.parametrize(("more", "state", "missing"), [(3, "capped", 0), (2, "", 1), (-6, "floored", 2)])
def test_one_more_says_why_it_is_worth_nothing(team, more, state, missing) -> None:
    manager, grid = team
    if more > 0:
        AcceptanceFactory.create_batch(more, grid=grid)
    else:
        AcceptanceFactory.create_batch(-more, grid=grid, accepted_on="2026-09-02", cancelled_on="2026-10-03")
    (told,) = [w for w in ahead_of(manager).wins if "FTTH" in w.rule.products]
    assert (told.state, told.missing) == (state, missing)
    assert (told.points == 0) == (state != "")


def test_item_without_a_target_is_worth_nothing_yet(team) -> None:
    manager, grid = team
    grid.targets.filter(code="B").delete()
    recomputed()
    (told,) = [w for w in ahead_of(manager).wins if "3G" in w.rule.products]
    assert (told.state, told.points) == ("no_target", 0)


def test_weights_of_what_is_left_make_a_hundred() -> None:
    rules = [
        Indicator(code=code, item_class=name, measure="completion", weight=Decimal(weight))
        for code, name, weight in (
            ("A", "business", 25),
            ("B", "business", 45),
            ("E", "retention", 20),
            ("G", "other", 10),
        )
    ]
    scored = [worth.Scored(rule, "exempt" if rule.code in "AE" else "scored", Decimal(80)) for rule in rules]
    shares = worth.weights(scored)
    assert sum(shares.values()) == 100
    assert (shares["A"], shares["E"], shares["B"], shares["G"]) == (0, 0, 87.5, 12.5)
    assert worth.total(scored) == Decimal("80.00")


def test_my_score_shows_what_one_more_is_worth(client, team) -> None:
    manager, grid = team
    client.force_login(user_of_manager(manager))
    page = client.get(reverse("kpi:my_score")).content.decode()
    assert str(total(manager)) in page
    assert grid.name in page
    answer = client.get("/api/v1/kpi/my-score/").json()
    assert answer["total"] == str(total(manager))
    worths = {each["item"]: each["points"] for each in answer["one_more"]}
    assert worths["A"] == f"{next(w.points for w in ahead_of(manager).wins if w.rule.code == 'A')}"
    assert Month(2026, 10).days == answer["days"]


def test_my_score_without_a_score_says_so(client) -> None:
    manager = PostingFactory().manager
    client.force_login(user_of_manager(manager))
    assert "还没有得分" in client.get(reverse("kpi:my_score")).content.decode()
    assert client.get("/api/v1/kpi/my-score/").json()["total"] is None
