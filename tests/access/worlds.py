"""Two branches that have nothing to do with each other, each with somebody of every role."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from acceptance.models import Acceptance, Slip
from accounts.choices import Role
from accounts.models import User
from campaigns.models import FollowUp
from core.periods import Month
from customers.models import Household, Subscription
from grids.models import Branch, Grid, Hall
from imports.models import Batch
from kpi.domain.schemes import in_force
from kpi.models import Appeal, Correction, Decision, MeetingSnapshot, Run, Scheme
from managers.models import Manager, Posting
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.accounts import (
    UserFactory,
    user_of_branch,
    user_of_hall,
    user_of_manager,
    user_of_operator,
    user_of_sub_bureau,
)
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory, HallFactory
from tests.factories.kpi import DecisionFactory, MeetingSnapshotFactory, RunFactory
from tests.factories.managers import OperatorFactory, PostingFactory
from tests.factories.months import AppealFactory, corrected_month

MONTH = Month(2026, 10)


@dataclass
class World:
    """A branch with one grid, its hall, its people and one of each thing that belongs to them."""

    branch: Branch
    grid: Grid
    hall: Hall
    other_hall: Hall
    manager: Manager
    posting: Posting
    household: Household
    line: Subscription
    slip: Slip
    acceptance: Acceptance
    batch: Batch
    follow_up: FollowUp
    run: Run
    decision: Decision
    appeal: Appeal
    correction: Correction
    snapshot: MeetingSnapshot
    scheme: Scheme
    users: dict[Role, User]

    @property
    def clerk(self) -> User:
        return self.users[Role.HALL_CLERK]

    @property
    def secrets(self) -> list[str]:
        """What nobody of another place may read, wherever they look."""
        return [
            self.grid.code,
            self.grid.name,
            self.manager.staff_no,
            self.manager.name,
            self.household.code,
            self.household.address,
            self.slip.number,
            self.acceptance.order_no,
            self.batch.filename,
            self.decision.text,
            self.appeal.text,
            self.correction.reason,
        ]


def build() -> World:
    grid = GridFactory()
    posting = PostingFactory(grid=grid)
    household = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    operator = OperatorFactory(hall=grid.hall)
    users = {
        Role.BRANCH: user_of_branch(grid.branch),
        Role.SUB_BUREAU: user_of_sub_bureau(grid.sub_bureau),
        Role.ACCOUNT_MANAGER: user_of_manager(posting.manager),
        Role.HALL_CLERK: user_of_operator(operator),
        Role.HALL_MANAGER: user_of_hall(grid.hall),
        Role.COMPANY: UserFactory(role=Role.COMPANY),
        Role.AUDITOR: UserFactory(role=Role.AUDITOR),
        Role.IT_ADMIN: UserFactory(role=Role.IT_ADMIN),
    }
    slip = SlipFactory(grid=grid, manager=posting.manager, household=household)
    SlipLineFactory(slip=slip)
    run = RunFactory(branch=grid.branch)
    return World(
        branch=grid.branch,
        grid=grid,
        hall=grid.hall,
        other_hall=HallFactory(branch=grid.branch),
        manager=posting.manager,
        posting=posting,
        household=household,
        line=SubscriptionFactory(household=household),
        slip=slip,
        acceptance=AcceptanceFactory(grid=grid, household=household, developer=posting.manager, operator=operator),
        batch=Batch.objects.create(
            kind="grids", filename=f"{grid.code}.csv", sha256="0", requested_by=users[Role.BRANCH]
        ),
        follow_up=FollowUp.objects.create(
            grid=grid, manager=posting.manager, subject="回访", due_at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
        ),
        run=run,
        decision=DecisionFactory(branch=grid.branch, text=f"{grid.code}主推FTTH"),
        appeal=AppealFactory(run=run, grid=grid, filed_by=users[Role.ACCOUNT_MANAGER], text=f"{grid.code}少计一单"),
        correction=corrected_month(grid.branch, MONTH.shift(-2), reason=f"{grid.code}补录"),
        snapshot=MeetingSnapshotFactory(branch=grid.branch, run=run),
        scheme=in_force(MONTH),
        users=users,
    )
