"""A batch is a job: looked at first, written once, found again when its worker died."""

import datetime as dt
import zipfile
from io import BytesIO

import pytest
from django.db import connection, connections
from django.utils import timezone
from psycopg2.sql import SQL

from accounts.choices import Role
from core import sql
from core.refusals import Refusal
from core.spreadsheets import read
from grids.models import Branch
from imports.choices import BatchStatus
from imports.domain import batches, downloads, loading, staging
from imports.models import Batch
from tests.factories.accounts import ItAdminFactory, UserFactory
from tests.factories.grids import BranchFactory, GridFactory

pytestmark = pytest.mark.django_db

TEXT = "分公司编码,名称\n01,南开\n02,\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        }
    }


def received(text: str = TEXT, kind: str = "branches", **fields) -> Batch:
    by = fields.pop("by", None) or ItAdminFactory()
    return batches.receive(kind=kind, file=BytesIO(text.encode()), filename="a.csv", by=by, **fields)


def run(batch: Batch) -> Batch:
    batches.run(batch.pk, now=timezone.now())
    batch.refresh_from_db()
    return batch


def test_upload_is_previewed_and_writes_nothing():
    batch = run(received())

    assert (batch.status, batch.new_count, batch.rejected_count) == (BatchStatus.PREVIEWED, 1, 1)
    assert batch.samples == [{"line": 2, "is_new": True, "values": {"code": "01", "name": "南开"}}]
    assert list(batch.rejected_rows.values_list("line", "values", "reasons")) == [
        (3, {"分公司编码": "02", "名称": ""}, ["名称没有填"])
    ]
    assert not Branch.objects.exists()


def test_confirmed_is_written_once():
    batch = run(received())
    batches.confirm(batch=batch)

    assert run(batch).status == BatchStatus.DONE
    assert batches.run(batch.pk, now=timezone.now()) is False
    assert list(Branch.objects.values_list("code", flat=True)) == ["01"]
    assert batch.rejected_rows.count() == 1


def test_strict_batch_with_errors_writes_nothing():
    batch = run(received(strict=True))
    batches.confirm(batch=batch)

    batch = run(batch)

    assert (batch.status, batch.error) == (BatchStatus.FAILED, "有 1 行被拒收，按“有错全不导入”没有写入。")
    assert not Branch.objects.exists()


def test_discarded_can_no_longer_be_confirmed():
    batch = run(received())
    batches.discard(batch=batch, now=timezone.now())

    with pytest.raises(Refusal):
        batches.confirm(batch=batch)


def test_wrong_file_fails_in_words():
    batch = run(received("甲,乙\n1,2\n"))

    assert batch.status == BatchStatus.FAILED
    assert batch.error == "缺少列：分公司编码、名称。“分公司”的文件要有这些列，次序不限。"


def test_repeated_column_fails_in_words():
    assert run(received("code,name,名称\n1,2,3\n")).error == "“名称”这一列出现了两次。"


def test_same_file_is_known():
    first = run(received())
    batches.confirm(batch=first)
    run(first)

    assert batches.earlier(run(received())) == first
    assert batches.earlier(run(received("code,name\n9,九\n"))) is None


def test_branch_department_sends_its_own_kinds_only():
    own, foreign = GridFactory(code="G1"), GridFactory(code="G2")
    clerk = UserFactory(role=Role.BRANCH, branch_code=own.branch.code)

    with pytest.raises(Refusal):
        received(by=clerk)
    batch = run(
        received(f"month,grid_code,indicator,target\n2026-10,G1,A,1\n2026-10,{foreign.code},A,1\n", "targets", by=clerk)
    )

    assert (batch.new_count, batch.rejected_count) == (1, 1)


def test_sweep_sends_lost_and_dead_batches_again():
    lost, dead, alive, given_up = received(), received(), received(), received()
    now = timezone.now() + dt.timedelta(minutes=5)
    Batch.objects.filter(pk=dead.pk).update(status=BatchStatus.RUNNING, heartbeat_at=now - dt.timedelta(seconds=61))
    Batch.objects.filter(pk=alive.pk).update(status=BatchStatus.RUNNING, heartbeat_at=now)
    Batch.objects.filter(pk=given_up.pk).update(
        status=BatchStatus.RUNNING, heartbeat_at=None, attempts=batches.MAX_ATTEMPTS
    )

    assert batches.sweep(now=now) == 2
    given_up.refresh_from_db()
    assert (lost.pk < dead.pk, given_up.status) == (True, BatchStatus.FAILED)


@pytest.mark.django_db(transaction=True)
def test_batch_of_a_living_worker_is_left_to_it():
    batch = received()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute(sql.statement("imports/lock_batch"), {"lock": batches.LOCK, "batch": batch.pk})

    assert batches.run(batch.pk, now=timezone.now()) is False
    with other.cursor() as cursor:
        cursor.execute(sql.statement("imports/unlock_batch"), {"lock": batches.LOCK, "batch": batch.pk})
    other.close()
    assert batches.run(batch.pk, now=timezone.now()) is True


def test_rejects_come_back_in_the_same_shape(tmp_path):
    batch = run(received())
    path = tmp_path / "rejects.xlsx"
    path.write_bytes(downloads.rejects(batch).read())

    sheet = read(path)

    assert sheet.header == ["分公司编码", "名称", "错误说明"]
    assert list(sheet.rows) == [(2, ["02", "", "名称没有填"])]


def test_many_rows_are_merged_without_scanning_a_big_table_for_each(tmp_path):
    """The planner knows the size of the staging table: no nested loop scans it, or the target, row by row."""
    for n in range(20):
        BranchFactory(code=f"B{n}")
    path = tmp_path / "many.csv"
    path.write_text("code,name,branch_code\n" + "".join(f"S{n},分局{n},B{n % 20}\n" for n in range(30_000)))
    loader = loading.loader_for("sub_bureaus")
    loading.load(loader, path, loading.Request())
    plans = []

    def explain(*_args):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE grids_branch, grids_subbureau")
            statement = sql.build("imports/merge_staged", staging._parts(loader.merge, loader.statement("resolve")))
            cursor.execute(SQL("EXPLAIN (FORMAT JSON) ") + statement)
            plans.append(cursor.fetchone()[0][0]["Plan"])

    outcome = loading.load(loader, path, loading.Request(), finish=explain)

    assert outcome.counts == (0, 0, 30_000)
    assert scanned_row_by_row(plans[0]) & {"staged", "grids_subbureau"} == set()


def scanned_row_by_row(plan: dict) -> set[str]:
    """Tables that a nested loop of the plan reads whole for each row of its outer side."""
    children = plan.get("Plans", [])
    found = set().union(*map(scanned_row_by_row, children)) if children else set()
    if plan["Node Type"] == "Nested Loop":
        found |= set(_whole_scans(children[1]))
    return found


def _whole_scans(plan: dict) -> list[str]:
    if plan["Node Type"] == "Seq Scan":
        return [plan["Relation Name"]]
    return [name for child in plan.get("Plans", []) for name in _whole_scans(child)]


def test_cells_of_rejected_rows_are_red_below_english_keys_too(tmp_path):
    batch = run(received("code,name\n02,\n"))
    path = tmp_path / "rejects.xlsx"
    path.write_bytes(downloads.rejects(batch).read())

    with zipfile.ZipFile(path) as archive:
        comments = archive.read("xl/comments1.xml").decode()

    assert ('ref="B2"' in comments, "名称没有填" in comments) == (True, True)
