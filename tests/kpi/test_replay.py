"""A draft tried on past months: what moves, by which item, and that nothing of it stays."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.choices import MonthState
from kpi.domain.replay import Moved, Part, replay, steps
from kpi.models import Balance, BranchMonth, ItemScore, Run, Score
from kpi.queries.replays import effects, replay_months
from kpi.queries.scheme_changes import compare
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import OCTOBER, BranchMonthFactory, RatingFactory, RunFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.schemes import draft, extra

pytestmark = pytest.mark.django_db

SHIFTED = {"A": {"weight": Decimal(10)}, "B": {"weight": Decimal(40)}}


def grid_with(branch, *, ftth: int, threeg: int):
    """A grid with one rated member that sold so many of a target of 10 each."""
    grid = GridFactory(branch=branch)
    RatingFactory(manager=PostingFactory(grid=grid).manager, score=80)
    for code, product, sold in (("A", "FTTH", ftth), ("B", "3G", threeg), ("C", "3G_BUNDLE", 0)):
        TargetFactory(grid=grid, code=code, value=10)
        AcceptanceFactory.create_batch(sold, grid=grid, household=HouseholdFactory(), product_id=product)
    return grid


@pytest.fixture
def pair():
    """Two grids of a branch, one strong in A, the other in B; October is scored by the default scheme."""
    branch = BranchFactory()
    found = grid_with(branch, ftth=10, threeg=5), grid_with(branch, ftth=4, threeg=10)
    recomputed()
    return found


def one(scheme, *, branch=None):
    [done] = replay(scheme_id=scheme.pk, months=[OCTOBER], branch=branch)
    return done


def rows(scheme) -> dict[str, tuple[str, str, int]]:
    return {row.grid_code: (str(row.old_total), str(row.new_total), row.climbed) for row in one(scheme).grids}


def test_same_scheme_moves_nobody(pair):
    done = one(draft())
    assert [(row.change, row.climbed, row.causes) for row in [*done.grids, *done.people]] == [(0, 0, [])] * 4


def test_replay_tells_its_steps_and_who_is_who(pair):
    told: list[str] = []
    [done] = replay(scheme_id=draft().pk, months=[OCTOBER], progress=told.append)
    assert len(told) == steps(months=[OCTOBER], branch=None) == 6
    assert [bool(row.grid_code) for row in done.grids] == [True] * 2
    assert {row.staff_no for row in done.grids} == {row.grid_code for row in done.people} == {""}


def test_shifted_weight_moves_the_grids_it_should(pair):
    strong_in_a, strong_in_b = pair
    # A and B: 25 + 12.5 and 10 + 25 points before, 10 + 20 and 4 + 40 after. E and F have nobody in the base, so their
    # weight goes to the other classes: G, 80, stands for 10 of 80, A to C for 70 of 80.
    assert rows(draft(**SHIFTED)) == {
        strong_in_a.code: ("56.88", "47.50", -1),
        strong_in_b.code: ("53.75", "65.00", 1),
    }


def test_people_follow_their_grids(pair):
    done = one(draft(**SHIFTED))
    assert sorted(str(row.change) for row in done.people) == ["-9.38", "11.25"]


def test_change_of_a_total_is_the_sum_of_its_items(pair):
    moved = one(draft(**SHIFTED)).grids
    for row in moved:
        assert abs(sum(part.change for part in row.parts) - row.change) <= Decimal("0.01")
    # What the second won with B outweighs A; the first lost most with A.
    assert [[part.code for part in row.causes] for row in moved] == [["B", "A"], ["A", "B"]]


def test_replay_stores_nothing(pair):
    scheme = draft(**SHIFTED)

    def stored() -> tuple[object, ...]:
        scores = list(Score.objects.order_by("pk").values_list("pk", "total", "rank_in_branch"))
        counts = [model.objects.count() for model in (ItemScore, Run, Balance)]
        return scores, counts, list(BranchMonth.objects.values_list("state", "current_run_id"))

    before = stored()
    one(scheme)
    assert stored() == before


def test_closed_month_is_replayed_without_being_touched(pair):
    BranchMonth.objects.update(state=MonthState.CLOSED)
    assert [row.climbed for row in one(draft(**SHIFTED)).grids] == [1, -1]


def test_what_came_after_the_scores_is_no_effect_of_the_scheme(pair):
    AcceptanceFactory.create_batch(3, grid=pair[0], household=HouseholdFactory(), product_id="3G")
    assert {row.change for row in one(draft()).grids} == {Decimal(0)}


def test_one_branch_is_replayed_alone(pair):
    other = grid_with(BranchFactory(), ftth=1, threeg=1)
    recomputed()
    assert {row.grid_code for row in one(draft(), branch=other.branch).grids} == {other.code}
    assert len(one(draft()).grids) == 3


def test_missing_target_of_a_new_item_is_said(pair):
    scheme = draft(add=[extra(None)], A={"weight": Decimal(20)})
    done = effects(one(scheme).grids, compare(Run.objects.latest("pk").scheme, scheme))
    assert done.lacking == [("H", 2)]


def test_effects_tell_how_many_move_and_by_which_item(pair):
    used, scheme = Run.objects.latest("pk").scheme, draft(**SHIFTED)
    done = effects(one(scheme).grids, compare(used, scheme))
    assert (done.up, done.down, done.still) == (1, 1, 0)
    assert [(cause.code, cause.words, cause.count) for cause in done.causes] == [
        ("B", "权重 25% → 40%", 1),
        ("A", "权重 25% → 10%", 1),
    ]
    assert [(bar.low, bar.before, bar.after) for bar in done.bars] == [
        (45, 0, 1),
        (50, 1, 0),
        (55, 1, 0),
        (60, 0, 0),
        (65, 0, 1),
    ]


def test_month_without_scores_is_left_out():
    assert replay(scheme_id=draft().pk, months=[OCTOBER]) == []


def months(branch, *states: tuple[int, str]) -> None:
    for number, state in states:
        day = dt.date(2026, number, 1)
        run = RunFactory(branch=branch, month=day)
        BranchMonthFactory(branch=branch, month=day, state=state, current_run=run)


def test_last_three_closed_months_are_tried():
    branch = BranchFactory()
    months(branch, (5, "closed"), (6, "closed"), (7, "closed"), (8, "closed"), (9, "trial"))
    found = replay_months(branch, dt.date(2026, 10, 20))
    assert [month.number for month in found] == [8, 7, 6]


def test_scored_months_fill_up_what_is_not_closed_yet():
    branch = BranchFactory()
    months(branch, (7, "closed"), (8, "published"), (9, "trial"), (10, "trial"))
    found = replay_months(branch, dt.date(2026, 10, 20))
    assert [month.number for month in found] == [9, 8, 7]


def moved(climbed: int, **changes: str) -> Moved:
    """Somebody who went up so many places while items changed by so much."""
    parts = [Part(code, Decimal(0), Decimal(change), lacks_target=False) for code, change in changes.items()]
    total = sum((part.change for part in parts), Decimal(0))
    return Moved("G1", "", "一网格", "甲", Decimal(80), 80 + total, 5, 5 - climbed, parts)


@pytest.mark.parametrize(
    ("row", "by_others", "driver"),
    [
        (moved(0), False, None),
        (moved(0, A="-1", B="1"), False, None),
        (moved(-1, A="-4.79", B="4.79"), True, None),
        (moved(-2, A="-3", B="5"), True, None),
        (moved(1), True, None),
        (moved(1, A="-3", B="5"), False, "B"),
        (moved(-1, A="-3", B="5", C="-3"), False, "A"),
        (moved(0, A="1"), False, "A"),
    ],
)
def test_place_lost_to_others_is_no_items_doing(row, by_others, driver):
    assert (row.is_by_others, row.driver.code if row.driver else None) == (by_others, driver)
