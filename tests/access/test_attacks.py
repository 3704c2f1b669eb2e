"""What somebody may try who is inside: ids of foreign things in what a form sends, forged posts, odd addresses."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.models import Acceptance, Slip
from accounts.choices import Role
from campaigns.models import Visit
from grids.models import GridCommunity
from imports.models import Batch
from kpi.choices import MonthState
from kpi.models import BranchMonth, Rating, Run, Target
from managers.choices import Duty
from managers.models import Manager, Posting
from tests.access.doors import DOORS, PUBLIC
from tests.access.test_access import _client, _url
from tests.access.worlds import MONTH, World, build
from tests.factories.grids import GridFactory
from tests.factories.kpi import recomputed
from tests.factories.managers import PostingFactory


@pytest.fixture
def here(db) -> World:
    return build()


@pytest.fixture
def there(db) -> World:
    return build()


def _post(world: World, role: Role, name: str, data: dict[str, object], **kwargs: object) -> int:
    return _client(world.users[role]).post(reverse(name, kwargs=kwargs or None), data).status_code


def _colleague_of_another_sub_bureau(world: World) -> Manager:
    return PostingFactory(grid=GridFactory(branch=world.branch)).manager


# Foreign things in what a form sends -------------------------------------------------------------


def test_slip_cannot_be_sent_to_a_hall_of_another_branch(here: World, there: World) -> None:
    data = {"hall": there.hall.code, "reason": "x"}
    assert _post(here, Role.HALL_CLERK, "acceptance:slip_transfer", data, number=here.slip.number) == 404
    assert Slip.objects.get(pk=here.slip.pk).hall == here.hall


def test_slip_cannot_be_closed_as_duplicate_of_a_foreign_one(here: World, there: World) -> None:
    data = {"outcome": "duplicate", "duplicate_of": there.slip.number}
    _post(here, Role.HALL_CLERK, "acceptance:slip_close", data, number=here.slip.number)
    assert Slip.objects.get(pk=here.slip.pk).state == "submitted"


def test_manager_in_the_field_cannot_do_the_halls_steps(here: World) -> None:
    for name in ("slip_receive", "slip_accept", "slip_return", "slip_claim"):
        data = {"reason": "x", "product": "FTTH", "order_no": "XX123456", "accepted_on": "2026-10-09"}
        _post(here, Role.ACCOUNT_MANAGER, f"acceptance:{name}", data, number=here.slip.number)
    assert Slip.objects.get(pk=here.slip.pk).state == "submitted"
    assert Acceptance.objects.count() == 1


@pytest.mark.parametrize("foreign", ["household", "developer"])
def test_sale_at_the_counter_takes_nothing_foreign(here: World, there: World, foreign: str) -> None:
    data = {
        "household_code": (there if foreign == "household" else here).household.code,
        "developer": (there if foreign == "developer" else here).manager.staff_no,
        "product": "FTTH",
        "order_no": "XX123456",
        "accepted_on": "2026-10-09",
    }
    assert _post(here, Role.HALL_CLERK, "acceptance:direct_new", data) == 422
    assert not Acceptance.objects.filter(order_no="XX123456").exists()


def test_credit_cannot_be_shared_with_somebody_of_another_branch(here: World, there: World) -> None:
    Slip.objects.filter(pk=here.slip.pk).update(state="received", received_at=here.slip.submitted_at)
    data = {"product": "FTTH", "order_no": "XX123456", "accepted_on": "2026-10-09", "share": "50"}
    data["co_developer"] = there.manager.staff_no
    assert _post(here, Role.HALL_CLERK, "acceptance:slip_accept", data, number=here.slip.number) == 422
    assert not Acceptance.objects.filter(order_no="XX123456").exists()


def test_slip_cannot_be_written_for_a_household_of_another_branch(here: World, there: World) -> None:
    data = {
        "client_uuid": "6a1f2a52-6a37-4b3c-9a3b-0d7c0f9f7a11",
        "products": ["FTTH"],
        "contact_name": "吴家麟",
        "contact_phone": "13812345678",
        "household_code": there.household.code,
        "has_consent": "on",
    }
    assert _post(here, Role.ACCOUNT_MANAGER, "acceptance:slip_new", data) == 422
    assert Slip.objects.count() == 2


def test_visit_cannot_name_a_foreign_household(here: World, there: World) -> None:
    data = {"kind": "home", "household": there.household.code, "visited_at": "2026-10-09T10:00"}
    assert _post(here, Role.ACCOUNT_MANAGER, "campaigns:visit_new", data) == 200
    assert Visit.objects.count() == 0


def test_branch_moves_nothing_foreign(here: World, there: World) -> None:
    community = GridCommunity.objects.get(grid=there.grid).community
    data = {"community": community.code, "since": "2026-11-01"}
    assert _post(here, Role.BRANCH, "managers:community_move", data, code=here.grid.code) == 200
    assert GridCommunity.objects.get(community=community).grid == there.grid
    data = {"grid": there.grid.pk, "duty": Duty.FIELD, "since": "2026-11-01"}
    assert _post(here, Role.BRANCH, "managers:posting_move", data, staff_no=here.manager.staff_no) == 200
    assert Posting.objects.get(manager=here.manager).grid == here.grid


def test_sheets_write_nothing_foreign(here: World, there: World) -> None:
    _post(here, Role.BRANCH, "kpi:target_list", {f"t-{there.grid.pk}-A": "1", f"t-{here.grid.pk}-A": "7"})
    assert [target.grid for target in Target.objects.all()] == [here.grid]
    item = "publicity"
    data = {f"s-{there.manager.pk}-{item}": "1", f"s-{here.manager.pk}-{item}": "7"}
    _post(here, Role.BRANCH, "kpi:rating_team", data, month=str(MONTH), code=here.grid.code)
    assert [rating.manager for rating in Rating.objects.all()] == [here.manager]


def test_closed_month_takes_no_target_from_the_company_either(here: World) -> None:
    BranchMonth.objects.create(branch=here.branch, month=MONTH.first, state=MonthState.CLOSED, current_run=here.run)
    client = _client(here.users[Role.COMPANY])
    client.post(f"{reverse('kpi:target_list')}?month={MONTH}", {f"t-{here.grid.pk}-A": "1"})
    assert Target.objects.count() == 0


def test_recompute_of_a_foreign_branch_is_not_there(here: World, there: World) -> None:
    for branch in (there.branch.code, ""):
        assert _post(here, Role.BRANCH, "kpi:run_request", {"month": str(MONTH), "branch": branch}) == 404
    assert Run.objects.filter(month=MONTH.first).count() == 2


def test_branch_exports_only_its_own_kinds(here: World) -> None:
    for kind in ("households", "subscriptions", "acceptances", "managers"):
        for role in (Role.BRANCH,):
            page = _client(here.users[role]).get(reverse("imports:export_download"), {"kind": kind})
            assert page.status_code == 404, kind


def test_batch_of_a_colleague_stays_theirs(here: World, there: World) -> None:
    for name in ("imports:batch_confirm", "imports:batch_discard"):
        assert _post(here, Role.BRANCH, name, {}, pk=there.batch.pk) == 404
    assert Batch.objects.get(pk=there.batch.pk).status == there.batch.status


# What is shown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMPANY, Role.BRANCH, Role.SUB_BUREAU, Role.AUDITOR, Role.IT_ADMIN])
def test_who_oversees_reads_no_personal_data(here: World, role: Role) -> None:
    Slip.objects.filter(pk=here.slip.pk).update(notes="找吴家麟，电话13812345678")
    client = _client(here.users[role])
    for name in ("acceptance:slip_detail", "acceptance:household_card", "acceptance_api_slip"):
        if role in DOORS[name].roles:
            page = client.get(_url(name, here)).content.decode()
            assert "13812345678" not in page, name
            assert "吴家麟" not in page, name


def test_sub_bureau_is_told_of_its_own_people_only(here: World) -> None:
    other = _colleague_of_another_sub_bureau(here)
    recomputed()
    page = _client(here.users[Role.SUB_BUREAU]).get(reverse("kpi:month_glance"), {"month": "2026-11"})
    assert here.manager.name in page.content.decode()
    assert other.name not in page.content.decode()


# Forged and odd requests -------------------------------------------------------------------------


def test_post_from_another_site_is_refused_at_every_door(here: World) -> None:
    answers = {}
    for name, door in DOORS.items():
        if door.by != "post" or door.roles == PUBLIC:
            continue
        client = Client(enforce_csrf_checks=True)
        client.force_login(here.users[next(iter(door.roles))])
        answers[name] = client.post(_url(name, here)).status_code
    assert len(answers) > 20
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_api_refuses_a_slip_from_another_site(here: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(here.users[Role.ACCOUNT_MANAGER])
    assert client.post(reverse("acceptance_api_slips"), "{}", content_type="application/json").status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_language_switch_leads_nowhere_else(db: None, target: str) -> None:
    assert Client().post(reverse("set_language"), {"language": "en", "next": target})["Location"] == "/"


def test_text_that_no_database_holds_is_a_bad_request(here: World) -> None:
    client = _client(here.users[Role.COMPANY])
    for address in ("/acceptance/search/?q=a%00b", "/teams/grids/%00/", "/acceptance/slips/Y%00/"):
        assert client.get(address).status_code == 400, address
    assert client.get("/kpi/runs/99999999999999999999/").status_code == 404
