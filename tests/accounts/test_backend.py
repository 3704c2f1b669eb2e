import pytest
from django.contrib.auth.hashers import make_password

from accounts.backends import PlannedBackend
from accounts.models import User
from tests.factories.accounts import UserFactory


@pytest.mark.django_db
def test_user_of_a_session_is_the_whole_row():
    user = User.objects.get(pk=UserFactory().pk)
    found = PlannedBackend().get_user(str(user.pk))
    names = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(user, name) for name in names]
    assert not found._state.adding


@pytest.mark.django_db
def test_stopped_user_has_no_session():
    user = UserFactory(is_active=False)
    assert PlannedBackend().get_user(user.pk) is None
    assert PlannedBackend().get_user(user.pk + 1) is None


@pytest.mark.django_db
def test_session_ends_with_the_request_after_somebody_was_stopped(client):
    user = UserFactory(password=make_password("x"))
    client.force_login(user)
    assert client.get("/profile/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/profile/").status_code == 302
