"""Every address × every role × own and other branch. Three people at every door: insider, neighbour, outsider."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from tests.access.addresses import addresses
from tests.access.doors import DOORS, PUBLIC, needs_arguments
from tests.access.worlds import World, build

LOCAL_ROLES = [Role.BRANCH, Role.SUB_BUREAU, Role.ACCOUNT_MANAGER, Role.HALL_CLERK, Role.HALL_MANAGER]


@pytest.fixture
def here(db) -> World:
    return build()


@pytest.fixture
def there(db) -> World:
    return build()


def _url(name: str, world: World) -> str:
    own = DOORS[name].own
    if name.startswith("/"):
        kwargs = own(world) if own else {}
        for argument, value in kwargs.items():
            name = name.replace(f"<int:{argument}>", str(value)).replace(f"<str:{argument}>", str(value))
        return name
    return reverse(name, kwargs=own(world) if own else {})


def _knock(client: Client, name: str, world: World) -> int:
    door = DOORS[name]
    return getattr(client, door.by)(f"{_url(name, world)}?{door.query}").status_code


def _client(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_every_address_is_declared() -> None:
    assert sorted(set(addresses()) - set(DOORS)) == []
    assert sorted(set(DOORS) - set(addresses())) == []


@pytest.mark.parametrize("name", sorted(DOORS))
def test_view_and_table_name_the_same_roles(name: str) -> None:
    roles = getattr(addresses()[name], "roles", None)
    assert roles == DOORS[name].roles


@pytest.mark.parametrize("name", sorted(name for name, door in DOORS.items() if door.roles != PUBLIC))
def test_without_a_login_nobody_comes_in(name: str, here: World) -> None:
    response = getattr(Client(), DOORS[name].by)(_url(name, here))
    if "/api/" in _url(name, here):
        assert response.status_code in (401, 403)
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("name", sorted(name for name, door in DOORS.items() if door.roles != PUBLIC))
def test_outsider_finds_nothing_and_insider_does(name: str, here: World) -> None:
    for role in Role:
        status = _knock(_client(here.users[role]), name, here)
        if role in DOORS[name].roles:
            assert status != 404, f"{role} should get in"
            assert status < 500, f"{role}: {status}"
        else:
            assert status == 404, f"{role} should find nothing, got {status}"


@pytest.mark.parametrize("name", sorted(needs_arguments(DOORS)))
def test_neighbour_finds_nothing(name: str, here: World, there: World) -> None:
    for role in LOCAL_ROLES:
        if role in DOORS[name].roles:
            assert _knock(_client(there.users[role]), name, here) == 404, role


@pytest.mark.parametrize("name", ["managers:grid_list", "managers:team_list", "api_grids", "api_managers"])
def test_lists_hold_nothing_of_the_neighbour(name: str, here: World, there: World) -> None:
    for role in LOCAL_ROLES:
        if role not in DOORS[name].roles:
            continue
        page = _client(there.users[role]).get(reverse(name)).content.decode()
        assert there.grid.code in page, role
        assert here.grid.code not in page, role
        assert here.manager.staff_no not in page, role


def test_administration_is_for_administrators(here: World) -> None:
    for role in Role:
        response = _client(here.users[role]).get("/admin/")
        assert response.status_code == 302, role
        assert response["Location"].startswith("/admin/login/")
