"""The commands of the assessment, as scripts call them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kpi.choices import MonthState
from kpi.models import BranchMonth, Rating
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import RatingFactory, TargetFactory
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db


def call(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, skip_checks=True)
    return out.getvalue()


def document(*arguments: str) -> dict:
    return json.loads(call(*arguments, "--json"))


@pytest.fixture
def grid():
    grid = GridFactory(code="G1", name="王顶堤")
    RatingFactory(manager=PostingFactory(grid=grid, manager__staff_no="M1", manager__name="李伟").manager, score=85)
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=10)
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    AcceptanceFactory.create_batch(9, grid=grid, household=home)
    SubscriptionFactory.create_batch(3, household=home, product_code="FIXED_LINE")
    SubscriptionFactory(household=home, product_code="FIXED_LINE", closed_on="2026-10-31")
    SubscriptionFactory(household=home, product_code="BROADBAND")
    return grid


def test_recompute_waits_for_the_result(grid):
    done = document("recompute_month", "2026-10", "--wait")

    assert {key: done[key] for key in ("month", "branch", "status", "scheme", "grids", "people", "error")} == {
        "month": "2026-10",
        "branch": None,
        "status": "done",
        "scheme": "2026Q4 v1",
        "grids": 1,
        "people": 1,
        "error": "",
    }
    assert "1 个网格，1 人" in call("recompute_month", "2026-10", "--wait", "--branch", grid.branch.code)


def test_recompute_without_waiting_queues_a_row(grid):
    assert document("recompute_month", "2026-10")["status"] == "requested"
    with pytest.raises(CommandError, match="没有编码为 X 的分公司"):
        call("recompute_month", "2026-10", "--branch", "X")


def test_scores_are_shown_exactly_as_stored(grid):
    GridFactory(branch=grid.branch, code="G2")
    call("recompute_month", "2026-10", "--wait")
    shown = document("show_scores", "2026-10")

    assert (shown["month"], shown["scheme"]) == ("2026-10", "2026Q4 v1")
    assert [(row["grid"], row["rank"], row["total"]) for row in shown["grids"]] == [
        ("G1", 1, "48.50"),
        ("G2", 2, "0.00"),
    ]
    assert shown["grids"][0]["items"]["A"] == {
        "status": "scored",
        "actual": 9,
        "base": None,
        "target": 10,
        "gained": 9,
        "lost": 0,
        "rate": "90.0000",
        "score": "90.0000",
        "weight": "25.000000",
        "weighted": "22.500000",
    }
    assert shown["grids"][0]["items"]["E"]["score"] == "75.0000"
    person = shown["people"][0]
    keys = ("staff_no", "name", "days", "total", "rank_in_branch")
    assert [person[key] for key in keys] == ["M1", "李伟", 31, "48.50", 1]
    assert person["items"]["G"]["weighted"] == "8.500000"


def test_scores_of_one_grid_or_person_keep_their_rank_among_all(grid):
    GridFactory(branch=grid.branch, code="G2")
    call("recompute_month", "2026-10", "--wait")

    one = document("show_scores", "2026-10", "--grid", "G2")
    assert ([row["rank"] for row in one["grids"]], one["people"]) == ([2], [])
    one = document("show_scores", "2026-10", "--staff-no", "M1")
    assert ([row["staff_no"] for row in one["people"]], one["grids"]) == (["M1"], [])
    assert "M1 李伟" in call("show_scores", "2026-10")
    with pytest.raises(CommandError, match="没有这样的得分"):
        call("show_scores", "2026-09")


def test_records_behind_an_item_add_up_to_it(grid):
    cancelled = AcceptanceFactory(grid=grid, accepted_on="2026-09-03", cancelled_on="2026-10-01")
    AcceptanceFactory(grid=grid, product_id="CARD")
    AcceptanceFactory(grid=grid, accepted_on="2026-11-01")
    SlipLineFactory(slip=SlipFactory(grid=grid))
    call("recompute_month", "2026-10", "--wait")
    found = document("explain_score", "2026-10", "--grid", "G1", "--item", "A")

    assert (found["formula"], found["actual"]) == ("(9 − 1) ÷ 10 × 100 = 80", 8)
    assert sum(row["delta"] for row in found["records"]) == 8
    assert [row["number"] for row in found["records"] if row["delta"] < 0] == [cancelled.order_no]
    assert {why["reason"]: why["count"] for why in found["uncounted"]} == {
        "not_accepted": 1,
        "outside_month": 1,
        "no_indicator": 1,
    }


def test_records_behind_retention_are_the_lost_lines(grid):
    call("recompute_month", "2026-10", "--wait")
    found = document("explain_score", "2026-10", "--grid", "G1", "--item", "E")

    assert (found["formula"], found["base"], found["lost"]) == ("(4 − 1) ÷ 4 ÷ 100% × 100 = 75", 4, 1)
    assert [(row["delta"], row["day"]) for row in found["records"]] == [(-1, "2026-10-31")]
    rated = document("explain_score", "2026-10", "--grid", "G1", "--item", "G")
    assert rated["ratings"] == [
        {"staff_no": "M1", "name": "李伟", "days": 31, "score": "85.0000", "items": {"publicity": "85.00"}}
    ]
    assert "-1  2026-10-31" in call("explain_score", "2026-10", "--grid", "G1", "--item", "E")


def test_closing_says_all_that_stands_in_the_way_and_does_nothing(grid, capsys):
    Rating.objects.all().delete()
    call("recompute_month", "2026-10", "--wait")
    out = StringIO()
    with pytest.raises(CommandError, match="2 件事"):
        call_command("close_month", "2026-10", stdout=out, skip_checks=True)

    assert "李伟（M1）还没有主观评价。" in out.getvalue()
    assert "还没有公示。" in out.getvalue()
    assert BranchMonth.objects.get().state == MonthState.TRIAL


def test_month_is_published_then_closed(grid):
    call("recompute_month", "2026-10", "--wait")

    assert document("close_month", "2026-10", "--publish")["state"] == "published"
    assert document("close_month", "2026-10")["state"] == "closed"
    assert document("close_month", "2026-10")["branches"] == []
    with pytest.raises(CommandError, match="已审定"):
        call("recompute_month", "2026-10", "--branch", grid.branch.code)
