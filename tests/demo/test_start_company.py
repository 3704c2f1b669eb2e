"""An empty company: what a real one starts from."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.choices import Role
from accounts.models import Company, User
from kpi.models import Indicator, Scheme

pytestmark = pytest.mark.django_db


def started() -> dict[str, str]:
    told = StringIO()
    call_command("start_company", json=True, stdout=told)
    return json.loads(told.getvalue())


def test_start_company_makes_one_administrator_with_the_told_password() -> None:
    told = started()
    user = User.objects.get()
    assert (user.username, user.role, user.is_superuser) == ("admin", Role.IT_ADMIN, True)
    assert user.check_password(told["password"])


def test_start_company_has_the_default_scheme_and_no_demo_mark() -> None:
    started()
    assert Scheme.objects.count() == 1
    assert Indicator.objects.count() == 7
    assert Company.objects.get().is_demo is False


def test_show_logins_tells_nothing_of_a_real_company() -> None:
    started()
    with pytest.raises(CommandError, match="不是演示公司"):
        call_command("show_logins")
