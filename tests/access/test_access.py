"""Every address × every role × own and other place. Whoever has the wrong role or place finds nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLResolver, path, reverse
from django.urls.resolvers import RegexPattern

from accounts.choices import Role
from accounts.doors import open_to
from accounts.models import User
from tests.access.addresses import addresses, admin_addresses, faults
from tests.access.doors import DOORS, PUBLIC, Door, needs_arguments
from tests.access.worlds import World, build
from tests.factories.accounts import ItAdminFactory

LOCAL_ROLES = [Role.BRANCH, Role.SUB_BUREAU, Role.ACCOUNT_MANAGER, Role.HALL_CLERK, Role.HALL_MANAGER]
GUARDED = sorted(name for name, door in DOORS.items() if door.roles != PUBLIC)


@pytest.fixture
def here(db) -> World:
    return build()


@pytest.fixture
def there(db) -> World:
    return build()


def _url(name: str, world: World) -> str:
    own = DOORS[name].own
    kwargs = own(world) if own else {}
    if name.startswith("/"):
        for argument, value in kwargs.items():
            name = name.replace(f"<int:{argument}>", str(value)).replace(f"<str:{argument}>", str(value))
        return name
    return reverse(name, kwargs=kwargs)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace in the database: one world serves all doors."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _knock(client: Client, name: str, world: World, door: Door | None = None) -> int:
    door = door or DOORS[name]
    address = f"{_url(name, world)}?{door.query}"
    with undone():
        return getattr(client, door.by)(address, door.sent(world) if door.by == "post" else {}).status_code


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


# The table of doors ------------------------------------------------------------------------------


def test_every_address_is_declared_with_the_roles_of_its_view() -> None:
    assert faults(addresses()) == []


@open_to(Role.BRANCH)
def _planted(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _open(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.mark.parametrize(
    ("patterns", "doors", "fault"),
    [
        ([path("planted/", _planted, name="planted")], {}, "planted: not declared"),
        ([path("planted/", _planted)], {}, "/planted/: not declared"),
        ([], {"planted": Door(frozenset())}, "planted: declared, but there is no such address"),
        (
            [path("planted/", _planted, name="planted")],
            {"planted": Door(frozenset([Role.COMPANY]))},
            "planted: the view lets in others than declared",
        ),
        (
            [path("planted/", _open, name="planted")],
            {"planted": Door(frozenset([Role.COMPANY]))},
            "planted: the view lets in others than declared",
        ),
    ],
)
def test_planted_address_is_found(patterns, doors, fault: str) -> None:
    resolver = URLResolver(RegexPattern(r"^/"), patterns)
    assert faults(addresses(resolver), doors) == [fault]


# Doors -------------------------------------------------------------------------------------------


def test_without_a_login_nobody_comes_in(here: World) -> None:
    wrong = []
    for name in GUARDED:
        address = _url(name, here)
        response = getattr(Client(), DOORS[name].by)(address)
        expected = 401 if address.startswith("/api/") else 302
        if response.status_code != expected:
            wrong.append(f"{name}: {response.status_code}")
        if expected == 302 and not response["Location"].startswith("/login/?next="):
            wrong.append(f"{name}: {response['Location']}")
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_role_opens_its_own_doors_and_no_other(role: Role, here: World) -> None:
    client, wrong = _client(here.users[role]), []
    for name in GUARDED:
        if name == "accounts:logout":
            continue
        status = _knock(client, name, here)
        may = role in DOORS[name].roles
        if (may and (status == 404 or status >= 500)) or (not may and status != 404):
            wrong.append(f"{name}: {status}, {'may' if may else 'may not'} come in")
    assert wrong == []


@pytest.mark.parametrize("role", LOCAL_ROLES)
def test_neighbour_finds_nothing(role: Role, here: World, there: World) -> None:
    client = _client(there.users[role])
    statuses = {name: _knock(client, name, here) for name in needs_arguments(DOORS)}
    assert {name: status for name, status in statuses.items() if status != 404} == {}


@pytest.mark.parametrize("role", Role)
def test_stopped_user_is_a_stranger(role: Role, here: World) -> None:
    client = _client(here.users[role])
    User.objects.filter(pk=here.users[role].pk).update(is_active=False)
    assert client.get("/profile/").status_code == 302
    assert client.get("/api/v1/grids/").status_code == 401


LISTS = [
    "managers:grid_list",
    "managers:team_list",
    "grids:coverage",
    "imports:batch_list",
    "/api/v1/imports/batches",
    "imports:export_download",
    "acceptance:hall_queue",
    "acceptance:slip_list",
    "acceptance:in_transit",
    "acceptance:channel_mix",
    "acceptance:channel_concentration",
    "acceptance:channel_conflicts",
    "acceptance:community_channel_list",
    "acceptance:hall_load",
    "acceptance:clerk_load",
    "acceptance:handover",
    "acceptance:queue_news",
    "acceptance:reconciliation",
    "acceptance:support_volume",
    "acceptance_api_phone",
    "acceptance_api_slips",
    "campaigns:visit_list",
    "kpi:league",
    "kpi:people",
    "kpi:branches",
    "kpi:my_day",
    "kpi:month_glance",
    "kpi:target_list",
    "kpi:rating_list",
    "kpi:run_list",
    "kpi:meeting_list",
    "kpi:appeal_list",
    "kpi:adjustment_list",
    "kpi:teams",
    "kpi:totals",
    "kpi:trends",
    "api_grids",
    "api_managers",
    "api_kpi_scores",
]


@pytest.mark.parametrize("role", LOCAL_ROLES)
def test_lists_and_files_hold_nothing_of_the_neighbour(role: Role, here: World, there: World) -> None:
    client, wrong = _client(there.users[role]), []
    secrets = here.secrets
    for name in LISTS:
        door = DOORS[name]
        queries = [door.query, f"{door.query}&branch={here.branch.code}", f"{door.query}&hall={here.hall.code}"]
        if name.startswith(("kpi:", "acceptance:")):
            queries.append("export=csv")
        for query in queries if role in door.roles else []:
            with undone():
                response = client.get(f"{_url(name, there)}?{query}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            # The filters of the query row name what was asked for; the page must not know it.
            wrong += [f"{name}?{query}: {secret}" for secret in secrets if secret in body.decode("utf-8-sig")]
    assert wrong == []


@pytest.mark.parametrize("role", LOCAL_ROLES)
def test_search_finds_nothing_of_the_neighbour(role: Role, here: World, there: World) -> None:
    client, wrong = _client(there.users[role]), []
    for name in ("acceptance:search", "customers:household_search"):
        for word in here.secrets if role in DOORS[name].roles else []:
            body = client.get(reverse(name), {"q": word}).content.decode()
            # The page repeats the word itself.
            wrong += [f"{name} {word}: {secret}" for secret in here.secrets if secret in body and secret not in word]
    assert wrong == []


# The administration ------------------------------------------------------------------------------


def test_administration_is_for_administrators(here: World) -> None:
    plain = [name for name in admin_addresses() if _is_plain(name)]
    assert len(plain) > 40
    wrong = []
    for role in Role:
        client = _client(here.users[role])
        for name in plain:
            response = client.get(reverse(name))
            if response.status_code != 302 or not response["Location"].startswith("/admin/login/"):
                wrong.append(f"{role} {name}: {response.status_code}")
    assert wrong == []


def test_administrator_opens_every_page_of_the_administration(db) -> None:
    client = _client(ItAdminFactory())
    statuses = {name: client.get(reverse(name)).status_code for name in admin_addresses() if _is_plain(name)}
    # Rows that the rules write are read-only: nobody adds one here.
    assert {name: s for name, s in statuses.items() if s not in (200, 403)} == {}
    assert [name for name, status in statuses.items() if status == 403 and not name.endswith("_add")] == []


def _is_plain(name: str) -> bool:
    return name == "admin:index" or name.endswith(("_changelist", "_add"))
