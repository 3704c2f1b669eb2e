"""The list of review meetings: the door of those who see every branch."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.choices import Role
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.grids import BranchFactory
from tests.factories.kpi import DecisionFactory, MeetingSnapshotFactory, recomputed
from tests.factories.months import ready_grid

pytestmark = pytest.mark.django_db


def page(client, **query: str):
    return client.get(reverse("kpi:meeting_list"), {"month": "2026-10", **query})


@pytest.mark.parametrize("role", [Role.COMPANY, Role.AUDITOR])
def test_rail_leads_to_the_meetings_of_all_branches(client, role) -> None:
    client.force_login(UserFactory(role=role))
    assert f'href="{reverse("kpi:meeting_list")}"' in client.get(reverse("kpi:league")).content.decode()


def test_rail_leads_a_branch_to_its_own_meeting(client) -> None:
    branch = BranchFactory()
    client.force_login(user_of_branch(branch))
    rail = client.get(reverse("kpi:league")).content.decode()
    assert f"/{branch.code}/meeting/" in rail
    assert reverse("kpi:meeting_list") not in rail


def test_each_branch_shows_its_snapshot_and_what_it_decided(client) -> None:
    grid = ready_grid()
    run = recomputed()
    other = BranchFactory(name="滨海分公司")
    MeetingSnapshotFactory(branch=grid.branch, run=run)
    MeetingSnapshotFactory(branch=grid.branch, run=run, number=2)
    DecisionFactory(branch=grid.branch, due_on=dt.date(2020, 1, 1))
    DecisionFactory(branch=grid.branch, done_on=dt.date(2026, 11, 2))
    client.force_login(UserFactory(role=Role.COMPANY))
    rows = {row.branch: row for row in page(client).context["rows"]}
    mine = rows[grid.branch]
    assert (mine.snapshot.number, mine.decided, mine.waiting, mine.overdue) == (2, 2, 1, 1)
    assert (rows[other].state, rows[other].snapshot) == (None, None)
    assert "1 项过期" in page(client).content.decode()


def test_branch_finds_only_its_own(client) -> None:
    branch = BranchFactory()
    BranchFactory()
    client.force_login(user_of_branch(branch))
    assert [row.branch for row in page(client).context["rows"]] == [branch]
