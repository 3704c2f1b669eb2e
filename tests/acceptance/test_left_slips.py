"""A manager leaves: what is open in the field goes on with the team of the grid."""

import pytest
from django.urls import reverse
from django.utils import timezone

from acceptance.domain import transitions
from acceptance.domain.actors import actor_of
from core.periods import local_day
from managers.access import scope_of
from managers.models import Posting
from tests.acceptance.street import Street
from tests.acceptance.test_slip_guards import ADDED
from tests.acceptance.test_slips import make
from tests.factories.accounts import user_of_manager
from tests.factories.managers import PostingFactory
from tests.factories.periods import period


@pytest.fixture
def street(db):
    return Street()


def mate_of(street):
    return user_of_manager(PostingFactory(grid=street.grid).manager)


def leave(street):
    Posting.objects.filter(manager=street.manager).update(period=period("2026-01-01", "2026-11-01"))


def steps_of(user, slip):
    today = local_day(timezone.now())
    return transitions.allowed(slip, actor_of(user, scope_of(user, on=today), on=today))


def test_team_goes_on_with_the_slip_of_a_manager_who_left(street):
    slip, mate = make(street, "returned", state_note="缺证件"), mate_of(street)
    assert steps_of(mate, slip) == []
    leave(street)
    assert steps_of(mate, slip) == ["resubmit", "withdraw", "abandon"]
    assert steps_of(user_of_manager(PostingFactory(grid__branch=street.branch).manager), slip) == []


def test_slip_of_a_manager_who_serves_another_grid_stays_theirs(street):
    slip, mate = make(street, "returned", state_note="缺证件"), mate_of(street)
    leave(street)
    PostingFactory(manager=street.manager, grid__branch=street.branch, period=period("2026-11-01"))
    assert steps_of(mate, slip) == []
    assert steps_of(street.seller, slip) == ["resubmit", "withdraw", "abandon"]


def test_team_sees_the_returned_slip_first_and_sends_it_again(street, client):
    slip, mate = make(street, "returned", state_note="缺证件"), mate_of(street)
    leave(street)
    client.force_login(mate)
    told = f"{street.manager.name}已离岗，由本组接着办"
    for name in ("acceptance:slip_list", "accounts:home"):
        page = client.get(reverse(name), follow=True).content.decode()
        assert (slip.number in page, told in page) == (True, True)
    address = reverse("acceptance:slip_resubmit", args=[slip.number])
    assert client.post(address, ADDED).status_code == 302
    slip.refresh_from_db()
    assert (slip.state, slip.manager, slip.state_by, slip.is_cross_grid) == ("submitted", street.manager, mate, False)
    again = client.post(address, ADDED)
    assert (again.status_code, "不能补充后再提交" in again.content.decode()) == (422, True)
