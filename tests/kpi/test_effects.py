"""From a slip or an acceptance to the score that counts it, or why it doesn't."""

import datetime as dt

import pytest

from acceptance.choices import SlipState
from kpi.models import BranchMonth
from kpi.queries.effects import effect_of_acceptance, effect_of_slip
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import recomputed

pytestmark = pytest.mark.django_db
BEFORE = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)


def told(effects) -> list[tuple[bool, str, int, str]]:
    return [(effect.counted, effect.code, effect.delta, effect.reason) for effect in effects]


def test_acceptance_counts_in_its_month_and_its_cancellation_in_the_other():
    order = AcceptanceFactory(grid=GridFactory(), cancelled_on=dt.date(2026, 11, 3), recorded_at=BEFORE)
    recomputed()

    assert told(effect_of_acceptance(order)) == [
        (True, "A", 1, "计入 2026-10 的指标 A(+1)。"),
        (True, "A", -1, "下次重算后计入 2026-11 的指标 A(−1)。"),
    ]


def test_acceptance_that_came_after_the_result_is_pending_and_after_the_closing_lost():
    grid = GridFactory()
    recomputed()
    order = AcceptanceFactory(grid=grid)
    assert [effect.is_pending for effect in effect_of_acceptance(order)] == [True]
    BranchMonth.objects.update(state="closed")

    assert told(effect_of_acceptance(order)) == [(False, "", 0, "2026-10 已审定，之后到达的不再计入。")]


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
        (True, "A", 1, "计入 2026-10 的指标 A(+1)。"),
        (False, "", 0, "这张单已受理，但没有 3G 的订单。"),
    ]
    waiting = SlipLineFactory(slip=SlipFactory(grid=grid)).slip
    assert told(effect_of_slip(waiting)) == [(False, "", 0, "FTTH宽带 还没有正式受理。")]
