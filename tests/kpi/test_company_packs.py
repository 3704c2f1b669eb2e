"""The workbook of the whole company as a job: asked once per state of the scores, for the company's eyes only."""

import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from python_calamine import load_workbook

from accounts.choices import Role
from accounts.models import AccessLog
from kpi import pack_files
from kpi.choices import RunStatus
from kpi.domain import company_packs
from kpi.models import CompanyPack, Run, Score
from kpi.queries.company_packs import contents, mark_of
from kpi.queries.generations import generation
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import BranchFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.schemes import draft
from tests.kpi.test_replay import grid_with

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(seconds=61)


@pytest.fixture
def grids():
    """Two branches with one grid each; the second leads."""
    found = [grid_with(BranchFactory(name=name), ftth=sold, threeg=5) for name, sold in (("和平", 2), ("南开", 9))]
    recomputed()
    return found


@pytest.fixture
def company(client):
    client.force_login(UserFactory(name="周敏"))
    return client


def asked(by=None) -> CompanyPack:
    mark = mark_of(generation(OCTOBER))
    return company_packs.request(month=OCTOBER, mark=mark, language="zh-hans", by=by, now=NOW)


def made(row: CompanyPack, now: dt.datetime = NOW) -> CompanyPack:
    assert company_packs.run(row.pk, make=pack_files.make, now=now) is True
    return CompanyPack.objects.get(pk=row.pk)


# What is in it ------------------------------------------------------------------------------------


def test_ranks_are_the_companys_and_branches_are_summed_up(grids):
    found = contents(generation(OCTOBER))
    first, second = found.figures["grids"]
    totals = {score.grid_id: score.total for score in Score.objects.current().filter(grid__isnull=False)}
    assert [(one["branch"], one["rank"]) for one in (first, second)] == [("南开", 1), ("和平", 2)]
    assert first["total"] == str(totals[grids[1].pk])
    assert found.figures["branches"] == [
        {"name": name, "grids": 1, "people": 1, "mean": str(totals[grid.pk])}
        for name, grid in zip(("和平", "南开"), grids, strict=True)
    ]


def test_equal_totals_share_a_place_and_the_next_is_skipped(grids):
    grid_with(BranchFactory(), ftth=9, threeg=5)
    grid_with(BranchFactory(), ftth=0, threeg=0)
    recomputed()
    assert [one["rank"] for one in contents(generation(OCTOBER)).figures["grids"]] == [1, 1, 3, 4]


def test_branch_scored_by_another_scheme_is_left_out_by_name(grids):
    for grid in grids:
        run = recomputed(branch=grid.branch)
    Run.objects.filter(pk=run.pk - 1).update(scheme=draft())
    found = contents(generation(OCTOBER))
    assert (found.left_out, [one["branch"] for one in found.figures["grids"]]) == (["和平"], ["南开"])


def test_month_without_scores_has_nothing():
    assert contents(generation(OCTOBER)) is None


def test_file_opens_with_what_it_is(grids):
    pack = made(asked(UserFactory(name="周敏")))
    assert (pack.status, pack.grids, pack.people, pack.size) == (RunStatus.DONE, 2, 2, len(pack.file))
    book = load_workbook(io.BytesIO(bytes(pack.file)))
    assert book.sheet_names == [
        "说明",
        "汇总",
        "分公司",
        "方案",
        "类别",
        "网格输入",
        "评价输入",
        "任职天数",
        "网格得分",
        "人员得分",
    ]
    notes = dict(row[:2] for row in book.get_sheet_by_name("说明").to_python())
    assert notes["全公司公式表"] == "2026年10月"
    assert "周敏" in notes["出处"]
    names = [row[0] for row in book.get_sheet_by_name("分公司").to_python()[2:]]
    assert names == ["和平", "南开"]


def test_file_is_in_the_language_that_was_asked_for(grids):
    row = company_packs.request(month=OCTOBER, mark=mark_of(generation(OCTOBER)), language="en", by=None, now=NOW)
    assert "Grid scores" in load_workbook(io.BytesIO(bytes(made(row).file))).sheet_names


# The job ------------------------------------------------------------------------------------------


def test_asking_twice_for_the_same_scores_asks_once(grids):
    first = asked()
    assert asked() == first
    made(first)
    assert asked().status == RunStatus.DONE
    assert CompanyPack.objects.count() == 1


def test_new_scores_are_another_workbook(grids):
    first = asked()
    AcceptanceFactory(grid=grids[0], household=HouseholdFactory())
    recomputed()
    assert asked() != first


def test_killed_worker_is_found_out_and_the_next_one_finishes(grids):
    row = asked()
    CompanyPack.objects.update(status=RunStatus.RUNNING, heartbeat_at=NOW, attempts=1)
    assert company_packs.sweep(now=NOW + dt.timedelta(seconds=20)) == []
    assert company_packs.run(row.pk, make=pack_files.make, now=NOW) is False
    assert company_packs.sweep(now=LATER) == [row.pk]
    assert made(row, LATER).attempts == 2


def test_failure_is_told_and_can_be_asked_for_again(grids):
    row = asked()

    def broken(_row, _step):
        raise OSError("磁盘满了")

    assert company_packs.run(row.pk, make=broken, now=NOW) is True
    row.refresh_from_db()
    assert (row.status, row.error) == (RunStatus.FAILED, "磁盘满了")
    assert (asked().pk, asked().status) == (row.pk, RunStatus.REQUESTED)


def test_old_files_go(grids):
    for number in range(company_packs.KEPT + 2):
        CompanyPack.objects.create(
            month=OCTOBER.first, language="zh-hans", mark=str(number), status="done", file=b"x",
            requested_at=NOW + dt.timedelta(seconds=number),
        )  # fmt: skip
    company_packs.sweep(now=LATER)
    assert set(CompanyPack.objects.values_list("mark", flat=True)) == {str(n) for n in range(2, 14)}


def test_database_keeps_no_done_pack_without_its_file(grids):
    row = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        CompanyPack.objects.filter(pk=row.pk).update(status=RunStatus.DONE)


# The page -----------------------------------------------------------------------------------------


def test_page_offers_tells_and_hands_over(company, grids):
    place = f"{reverse('kpi:company_packs')}?month=2026-10"
    assert "做一份" in company.get(place).content.decode()
    assert company.post(reverse("kpi:company_pack_make"), {"month": "2026-10"})["Location"] == place
    row = CompanyPack.objects.get()
    assert f'id="job-{row.pk}"' in company.get(place, headers={"hx-request": "true"}).content.decode()
    made(row)
    assert company.get(place, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    page = company.get(place).content.decode()
    assert "现在的成绩" in page
    assert "做一份" not in page
    answer = company.get(reverse("kpi:company_pack_download", args=[row.pk]))
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert AccessLog.objects.get().subject == f"company 2026-10 #{row.pk}"


def test_month_without_scores_makes_nothing(company):
    page = company.post(reverse("kpi:company_pack_make"), {"month": "2026-10"}, follow=True).content.decode()
    assert "这个月还没有成绩。" in page
    assert not CompanyPack.objects.exists()


def test_branch_finds_no_workbook_of_the_company(client, grids):
    row = made(asked())
    client.force_login(user_of_branch(grids[0].branch))
    assert client.get(reverse("kpi:company_packs")).status_code == 404
    assert client.get(reverse("kpi:company_pack_download", args=[row.pk])).status_code == 404


def test_auditor_fetches_but_asks_for_none(client, grids):
    row = made(asked())
    client.force_login(UserFactory(role=Role.AUDITOR))
    assert client.get(reverse("kpi:company_pack_download", args=[row.pk])).status_code == 200
    assert client.post(reverse("kpi:company_pack_make"), {"month": "2026-10"}).status_code == 404
