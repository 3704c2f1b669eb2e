"""What a branch says of a developer's name, taken back."""

import pytest
from django.db import DatabaseError, transaction

from acceptance.domain import reconciling
from acceptance.domain.reconciling import CannotWithdraw
from acceptance.models import Acceptance, DeveloperAlias
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_reconciling import HEAD, billed
from tests.factories.acceptance import DeveloperAliasFactory
from tests.factories.accounts import user_of_branch
from tests.factories.managers import ManagerFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return Street()


def test_withdrawn_name_credits_nobody_from_then_on_and_can_be_said_anew(tmp_path, street):
    wrong, right = ManagerFactory(branch=street.branch), ManagerFactory(branch=street.branch)
    by, nobody = user_of_branch(street.branch), {"developer_no": "", "developer_name": "张三"}
    given = {"branch": street.branch, "name": "张三", "by": by, "now": NOW}
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody))
    reconciling.name_developer(manager=wrong, **given)
    reconciling.withdraw_name(alias=DeveloperAlias.objects.get(), reason="另有其人", by=by, now=NOW)

    def credited():
        return list(Acceptance.objects.order_by("order_no").values_list("developer", flat=True))

    take_text(tmp_path, "acceptances", HEAD + billed(street, "ORDER002", **nobody))
    assert credited() == [wrong.pk, None]
    assert reconciling.name_developer(manager=right, **given) == 1
    assert credited() == [wrong.pk, right.pk]
    take_text(tmp_path, "acceptances", HEAD + billed(street, **nobody))
    assert credited() == [right.pk, right.pk]
    told = DeveloperAlias.objects.order_by("pk").values_list("manager", "withdrawn_by", "withdrawn_reason")
    assert list(told) == [(wrong.pk, by.pk, "另有其人"), (right.pk, None, "")]


def test_name_is_withdrawn_once_and_with_a_reason(street):
    alias, by = DeveloperAliasFactory(manager=street.manager), user_of_branch(street.branch)
    with pytest.raises(CannotWithdraw, match="请写为什么撤回"):
        reconciling.withdraw_name(alias=alias, reason=" ", by=by, now=NOW)
    reconciling.withdraw_name(alias=alias, reason="另有其人", by=by, now=NOW)
    with pytest.raises(CannotWithdraw, match="已经撤回"):
        reconciling.withdraw_name(alias=alias, reason="又一次", by=by, now=NOW)
    assert DeveloperAlias.objects.get().withdrawn_reason == "另有其人"


@pytest.mark.parametrize("change", [{"name": "李四"}, {"withdrawn_at": NOW}])
def test_database_lets_what_was_said_of_a_name_only_be_withdrawn_with_a_reason(street, change):
    alias = DeveloperAliasFactory(manager=street.manager)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeveloperAlias.objects.filter(pk=alias.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        alias.delete()
