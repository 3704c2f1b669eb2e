"""The explanation of a score over the API: the same figures as the command, for those who may see them."""

from decimal import Decimal

import pytest

from kpi.models import ItemScore, Score
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.accounts import user_of_branch, user_of_hall, user_of_manager
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import BranchFactory, GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db
API = "/api/v1/kpi"


@pytest.fixture
def grid():
    grid = GridFactory(code="G1")
    for posting in full_team(grid):
        RatingFactory(manager=posting.manager, score=Decimal("83.33"))
    for code, value in (("A", 7), ("B", 11), ("C", 13)):
        TargetFactory(grid=grid, code=code, value=value)
    home = HouseholdFactory(code="H1", community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory(code="L1", household=home, product_code="FIXED_LINE")
    AcceptanceFactory(order_no="O1", grid=grid, household=home, recorded_at=NOW)
    AcceptanceFactory.create_batch(2, grid=grid, recorded_at=NOW)
    recomputed()
    return grid


def get(client, user, path: str, **query):
    client.force_login(user)
    return client.get(f"{API}/{path}", query)


def test_sheet_adds_up_from_its_items(client, grid) -> None:
    found = get(client, user_of_branch(grid.branch), "scores/2026-10/grids/G1/").json()
    assert Decimal(found["total"]) == Score.objects.get(grid=grid).total
    assert sum(Decimal(item["weighted"]) for item in found["items"].values()) == Decimal(found["exact"])
    assert found["items"]["A"]["formula"] == "(3 − 0) ÷ 7 × 100 = 42.8571"
    assert (found["items"]["A"]["gained"], found["items"]["A"]["target"]) == (3, 7)


def test_item_lists_the_records_behind_it(client, grid) -> None:
    found = get(client, user_of_branch(grid.branch), "scores/2026-10/grids/G1/A/").json()
    assert sum(row["delta"] for row in found["records"]) == ItemScore.objects.get(grid=grid, code="A").actual
    assert "O1" in {row["number"] for row in found["records"]}
    assert get(client, user_of_branch(grid.branch), "scores/2026-10/grids/G1/Z/").status_code == 404


def test_person_gets_the_items_of_the_grids_served(client, grid) -> None:
    manager = grid.postings.first().manager
    found = get(client, user_of_manager(manager), f"scores/2026-10/people/{manager.staff_no}/").json()
    assert found["served"]["A"] == [{"grid": "G1", "days": 31, "score": found["items"]["A"]["score"]}]
    assert {each["item"] for each in found["one_more"]} == {"A", "B", "C", "D"}


def test_effects_name_the_rule(client, grid) -> None:
    user = user_of_branch(grid.branch)
    found = get(client, user, "effects/acceptances/O1/").json()
    assert [(e["item"], e["delta"], e["rule"]) for e in found["effects"]] == [("A", 1, "counted")]
    assert found["net"] == [{"month": "2026-10", "item": "A", "net": 1}]
    outside = get(client, user, "effects/acceptances/O1/", month="2026-09").json()
    assert [e["rule"] for e in outside["effects"]] == ["outside_month", "counted"]
    line = get(client, user, "effects/lines/L1/", month="2026-10").json()
    assert [(e["item"], e["delta"]) for e in line["effects"]] == [("E", 1)]
    slip = SlipLineFactory(slip=SlipFactory(grid=grid)).slip
    told = get(client, user, f"effects/slips/{slip.number}/").json()
    assert [e["rule"] for e in told["effects"]] == ["not_accepted"]
    home = get(client, user, "effects/households/H1/", month="2026-10").json()
    assert (home["net"], [t["number"] for t in home["lines"]]) == ({"A": 1}, ["L1"])


@pytest.mark.parametrize(
    "path",
    [
        *("scores/2026-10/grids/G1/", "scores/2026-10/grids/G1/A/", "effects/acceptances/O1/", "effects/lines/L1/"),
        "effects/households/H1/",
    ],
)
def test_explanations_of_another_branch_are_not_there(client, grid, path) -> None:
    assert get(client, user_of_branch(BranchFactory()), path).status_code == 404
    assert get(client, user_of_branch(grid.branch), path).status_code == 200


def test_scores_are_not_for_the_hall_but_effects_are(client, grid) -> None:
    user = user_of_hall(grid.hall)
    assert get(client, user, "scores/2026-10/grids/G1/").status_code == 404
    slip = SlipLineFactory(slip=SlipFactory(grid=grid)).slip
    assert get(client, user, f"effects/slips/{slip.number}/").status_code == 200


def test_month_without_scores_has_none_rather_than_zero(client, grid) -> None:
    user = user_of_branch(grid.branch)
    for path in ("scores/2026-01/grids/G1/", "scores/2026-01/grids/G1/A/"):
        assert get(client, user, path).json()["total"] is None


@pytest.mark.parametrize("path", ["scores/2026-13/grids/G1/", "scores/2026-10/grids/X/"])
def test_explanation_of_nothing_is_not_there(client, grid, path) -> None:
    assert get(client, user_of_branch(grid.branch), path).status_code == 404
