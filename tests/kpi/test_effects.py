"""From a slip or an acceptance to the score that counts it, or why it doesn't."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acceptance.choices import SlipState
from acceptance.models import Acceptance
from accounts.scope import EVERYTHING
from core.formats import full_day
from core.periods import Month, local_day
from customers.models import Subscription
from kpi.models import BranchMonth
from kpi.queries.effect_homes import effects_of_household
from kpi.queries.effects import Rule, effect_of_acceptance, effect_of_slip, net, with_points
from kpi.queries.line_effects import effects_of_lines
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import OCTOBER, TargetFactory, recomputed
from tests.factories.months import closed, corrected, ready_grid

pytestmark = pytest.mark.django_db
BEFORE = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)


def told(effects) -> list[tuple[bool, str, int, str]]:
    return [(effect.counted, effect.code, effect.delta, effect.reason) for effect in effects]


def test_acceptance_counts_in_its_month_and_its_cancellation_in_the_other():
    order = AcceptanceFactory(grid=GridFactory(), cancelled_on=dt.date(2026, 11, 3), recorded_at=BEFORE)
    recomputed()

    assert told(effect_of_acceptance(order)) == [
        (True, "A", 1, "计入 2026-10 的指标 A（+1）。"),
        (True, "A", -1, "下次重算后计入 2026-11 的指标 A（−1）。"),
    ]


def test_acceptance_that_came_after_the_result_is_pending_and_after_the_closing_lost():
    grid = GridFactory()
    recomputed()
    order = AcceptanceFactory(grid=grid)
    assert [effect.is_pending for effect in effect_of_acceptance(order)] == [True]
    BranchMonth.objects.update(state="closed")

    assert told(effect_of_acceptance(order)) == [
        (False, "", 0, "2026-10 已审定，之后到达的不再计入；等更正重算，作为调整记入开放的月份。")
    ]
    assert [effect.rule for effect in effect_of_acceptance(order)] == [Rule.WAITS_FOR_CORRECTION]


def test_acceptance_without_a_grid_or_outside_the_scheme_says_so():
    grid = GridFactory()
    recomputed()
    nowhere = AcceptanceFactory(grid=None, branch=grid.branch)
    card = AcceptanceFactory(grid=grid, product_id="CARD")

    assert told(effect_of_acceptance(nowhere)) == [(False, "", 0, "受理当日客户不属于任何网格。")]
    assert told(effect_of_acceptance(card)) == [(False, "", 0, "产品 卡类产品 不在考核方案内。")]


def test_slip_tells_of_each_product():
    grid = GridFactory()
    slip = SlipFactory(grid=grid, state=SlipState.ACCEPTED, received_at=BEFORE, accepted_at=BEFORE)
    SlipLineFactory(slip=slip)
    SlipLineFactory(slip=slip, product_id="3G", position=2)
    AcceptanceFactory(grid=grid, slip=slip, recorded_at=BEFORE)
    recomputed()

    assert told(effect_of_slip(slip)) == [
        (True, "A", 1, "计入 2026-10 的指标 A（+1）。"),
        (False, "", 0, "这张单已受理，但没有 3G 的订单。"),
    ]
    waiting = SlipLineFactory(slip=SlipFactory(grid=grid)).slip
    assert told(effect_of_slip(waiting)) == [(False, "", 0, "FTTH宽带 还没有正式受理。")]


def test_each_rule_that_leaves_a_record_out_is_the_last_condition_asked():
    grid = GridFactory()
    nowhere = AcceptanceFactory(grid=None, branch=grid.branch)
    card = AcceptanceFactory(grid=grid, product_id="CARD")
    recomputed()
    late = AcceptanceFactory(grid=grid)
    waiting = SlipLineFactory(slip=SlipFactory(grid=grid)).slip
    withdrawn = SlipLineFactory(slip=SlipFactory(grid=grid, state=SlipState.WITHDRAWN)).slip
    found = {
        Rule.NO_GRID: effect_of_acceptance(nowhere),
        Rule.NOT_IN_SCHEME: effect_of_acceptance(card),
        Rule.PENDING: effect_of_acceptance(late),
        Rule.NOT_ACCEPTED: effect_of_slip(waiting),
        Rule.SLIP_ENDED: effect_of_slip(withdrawn),
    }
    for rule, (effect,) in found.items():
        assert (effect.rule, [check.passed for check in effect.checks][-1]) == (rule, False)
        assert all(check.passed for check in effect.checks[:-1])


def test_acceptance_looked_at_from_another_month_says_it_lies_outside():
    order = AcceptanceFactory(grid=GridFactory(), recorded_at=BEFORE)
    recomputed()
    outside, counted = effect_of_acceptance(order, Month(2026, 9))
    assert (outside.rule, outside.reason) == (Rule.OUTSIDE_MONTH, "受理日期 2026-10-08 不在 2026-09。")
    assert (counted.rule, counted.month) == (Rule.COUNTED, OCTOBER)
    assert len(effect_of_acceptance(order, OCTOBER)) == 1


def test_acceptance_cancelled_in_its_own_month_adds_up_to_nothing():
    order = AcceptanceFactory(grid=GridFactory(), cancelled_on=dt.date(2026, 10, 20), recorded_at=BEFORE)
    recomputed()
    assert net(effect_of_acceptance(order)) == {("2026-10", "A"): 0}


def test_points_of_an_effect_are_what_the_total_would_lack_without_it():
    grid = GridFactory()
    TargetFactory(grid=grid, code="A", value=8)
    orders = AcceptanceFactory.create_batch(8, grid=grid, recorded_at=BEFORE)
    recomputed()
    # 8 of 8 is 100, 7 of 8 is 87.5: 12.5 × 25%, which is 31.25% while nobody is there to be kept.
    (effect,) = with_points(effect_of_acceptance(orders[0]))
    assert effect.points == Decimal("3.9063")
    (ninth,) = with_points(effect_of_acceptance(AcceptanceFactory(grid=grid)))
    assert (ninth.is_pending, ninth.points) == (True, 0)  # beyond the cap


@pytest.fixture
def home():
    grid = GridFactory(code="G1", name="第一网格")
    return HouseholdFactory(community=GridCommunityFactory(grid=grid).community)


def line(home, **fields):
    return SubscriptionFactory(household=home, product_code="FIXED_LINE", **fields)


@pytest.mark.parametrize(
    ("opened", "closed", "product", "rule", "delta"),
    [
        ("2025-01-01", None, "FIXED_LINE", Rule.COUNTED, 1),
        ("2025-01-01", "2026-10-01", "FIXED_LINE", Rule.COUNTED, -1),
        ("2025-01-01", "2026-10-31", "FIXED_LINE", Rule.COUNTED, -1),
        ("2025-01-01", "2026-11-01", "FIXED_LINE", Rule.COUNTED, 1),
        ("2025-01-01", "2026-09-30", "FIXED_LINE", Rule.ENDED_BEFORE, 0),
        ("2026-10-01", None, "FIXED_LINE", Rule.NEW_LINE, 0),
        ("2025-01-01", None, "3G", Rule.NOT_IN_SCHEME, 0),
    ],
)
def test_line_tells_what_it_does_to_retention(home, opened, closed, product, rule, delta):
    held = SubscriptionFactory(
        household=home,
        product_code=product,
        opened_on=dt.date.fromisoformat(opened),
        closed_on=dt.date.fromisoformat(closed) if closed else None,
    )
    recomputed()
    (effect,) = effects_of_lines([held], [OCTOBER])[held.pk]
    assert (effect.rule, effect.delta, effect.counted) == (rule, delta, delta != 0)


def test_line_of_a_home_without_a_grid_says_so():
    held = line(HouseholdFactory())
    recomputed()
    (effect,) = effects_of_lines([held], [OCTOBER])[held.pk]
    assert (effect.rule, effect.reason) == (Rule.NO_GRID, "1 日客户不属于任何网格。")


def test_loss_that_came_after_the_closing_waits_for_a_correction(home):
    held, other = line(home), line(home)
    recomputed()
    held.closed_on = dt.date(2026, 10, 15)
    held.save()
    (effect,) = effects_of_lines([held], [OCTOBER])[held.pk]
    assert (effect.rule, effect.is_pending) == (Rule.PENDING, True)
    BranchMonth.objects.update(state="closed")
    found = effects_of_lines([held, other], [OCTOBER])
    assert [effect.rule for effect in found[held.pk] + found[other.pk]] == [Rule.WAITS_FOR_CORRECTION, Rule.COUNTED]


def test_line_asks_no_more_for_many_months_and_lines(home, django_assert_max_num_queries):
    lines = [line(home) for _n in range(3)]
    recomputed()
    with django_assert_max_num_queries(12):
        effects_of_lines(lines, [OCTOBER.shift(-n) for n in range(4)])


def test_lost_lines_of_a_closed_month_ask_no_more_than_one(django_assert_num_queries):
    grid = ready_grid()
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory.create_batch(4, household=home, product_code="FIXED_LINE")
    closed(grid)
    Subscription.objects.update(closed_on=dt.date(2026, 10, 20))
    corrected(grid, now=timezone.now())
    lines = list(Subscription.objects.select_related("household"))
    with CaptureQueriesContext(connection) as of_one:
        effects_of_lines(lines[:1], [OCTOBER])
    with django_assert_num_queries(len(of_one)):
        found = effects_of_lines(lines, [OCTOBER])
    assert [effect.rule for each in found.values() for effect in each] == [Rule.CORRECTED] * 4


def test_household_tells_of_an_order_that_left_the_month_while_a_result_counts_it(home):
    grid = home.community.memberships.get().grid
    order = AcceptanceFactory(grid=grid, household=home, recorded_at=BEFORE)
    recomputed()
    Acceptance.objects.update(accepted_on=dt.date(2026, 9, 30))

    def told_of() -> list[tuple[str, list[str]]]:
        found = effects_of_household(home, EVERYTHING, OCTOBER).acceptances
        return [(told.number, [effect.reason for effect in told.effects]) for told in found]

    assert told_of() == []
    BranchMonth.objects.update(state="published")
    day = full_day(local_day(order.former.get().at))
    assert told_of() == [(order.order_no, [f"计入 2026-10 的指标 A（+1）；{day} 又改了，这份结果不变。"])]
