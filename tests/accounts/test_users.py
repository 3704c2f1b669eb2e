"""The administrator's rules about users."""

import datetime as dt

import pytest
from django.db import InternalError, transaction
from django.test import Client

from accounts.choices import Role
from accounts.domain import access_log, users
from accounts.models import AccessLog, User
from managers.access import UnknownCode
from tests.factories.accounts import AccessLogFactory, ItAdminFactory, UserFactory
from tests.factories.grids import BranchFactory, HallFactory
from tests.factories.managers import ManagerFactory, OperatorFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 12, 9, 0, tzinfo=dt.UTC)


def test_add_gives_a_password_that_works() -> None:
    user = User(username="wang", name="王", role=Role.BRANCH, branch_code=BranchFactory().code)
    password = users.add(user=user, by=ItAdminFactory())
    assert User.objects.get(username="wang").check_password(password)


def test_add_refuses_a_code_nobody_knows() -> None:
    with pytest.raises(UnknownCode) as refused:
        users.add(user=User(username="a", name="a", role=Role.BRANCH, branch_code="B404"), by=ItAdminFactory())
    assert refused.value.field == "branch_code"
    assert str(refused.value) == "没有编码为“B404”的记录，请先导入。"


def test_add_knows_managers_from_clerks() -> None:
    manager, operator = ManagerFactory(), OperatorFactory()
    admin = ItAdminFactory()
    users.add(user=User(username="m", name="m", role=Role.ACCOUNT_MANAGER, staff_code=manager.staff_no), by=admin)
    clerk = User(
        username="c", name="c", role=Role.HALL_CLERK, staff_code=operator.operator_no, hall_code=operator.hall.code
    )
    users.add(user=clerk, by=admin)
    wrong = User(
        username="w", name="w", role=Role.HALL_CLERK, staff_code=manager.staff_no, hall_code=HallFactory().code
    )
    with pytest.raises(UnknownCode):
        users.add(user=wrong, by=admin)


def test_nobody_stops_their_own_account() -> None:
    admin = ItAdminFactory()
    with pytest.raises(users.OwnAccount):
        users.set_active(user=admin, is_active=False, by=admin)


def test_form_names_the_missing_code(client: Client) -> None:
    client.force_login(ItAdminFactory())
    page = client.post("/users/new/", {"username": "x", "name": "x", "role": "branch"}).content.decode()
    assert "分公司用户要写分公司编码。" in page


def test_user_list_takes_the_same_queries_for_one_and_three(client: Client, django_assert_num_queries) -> None:
    client.force_login(ItAdminFactory())
    client.get("/users/")
    counts = []
    for more in (0, 2):
        for _user in range(more):
            UserFactory()
        with django_assert_num_queries(3) as captured:
            client.get("/users/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_log_is_only_ever_added_to() -> None:
    line = AccessLogFactory()
    with pytest.raises(InternalError), transaction.atomic():
        AccessLog.objects.filter(pk=line.pk).update(reason="anders")
    with pytest.raises(InternalError), transaction.atomic():
        line.delete()


def test_looking_wants_a_reason_and_has_a_quota() -> None:
    user = UserFactory()
    look = {"user": user, "action": "customers.reveal", "subject": "H1", "quota": 2, "now": dt.datetime.now(dt.UTC)}
    with pytest.raises(access_log.ReasonMissing):
        access_log.record_within_quota(**look, reason=" ")
    access_log.record_within_quota(**look, reason="约上门")
    access_log.record_within_quota(**look, reason="约上门")
    with pytest.raises(access_log.QuotaUsedUp):
        access_log.record_within_quota(**look, reason="约上门")
    assert AccessLog.objects.count() == 2
