"""The pages of imports: who comes in, what they see, what they can do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AccessLog
from grids.models import Branch
from imports.choices import BatchStatus
from imports.domain import batches
from imports.models import Batch
from tests.factories.accounts import ItAdminFactory, UserFactory
from tests.factories.grids import BranchFactory
from tests.imports.test_batches import TEXT, uploads  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = ItAdminFactory()
    client.force_login(user)
    return user


def upload(client, text: str | bytes = TEXT, name: str = "分公司.csv", **fields):
    content = text.encode() if isinstance(text, str) else text
    return client.post(reverse("imports:batch_upload"), {"file": SimpleUploadedFile(name, content), **fields})


def test_file_goes_from_upload_to_database(client, admin):
    assert client.get(reverse("imports:batch_upload")).status_code == 200

    response = upload(client)
    batch = Batch.objects.get()
    page = reverse("imports:batch_detail", args=[batch.pk])
    assert response.url == page
    assert "排队中" in client.get(page).content.decode()

    batches.run(batch.pk, now=timezone.now())
    html = client.get(page).content.decode()
    assert "照这样导入吗?" in html
    assert "名称没有填" in html
    assert not Branch.objects.exists()

    client.post(reverse("imports:batch_confirm", args=[batch.pk]))
    batches.run(batch.pk, now=timezone.now())
    assert "导入了什么?" in client.get(page).content.decode()
    assert list(Branch.objects.values_list("code", flat=True)) == ["01"]


def test_running_page_asks_again_and_reloads_at_the_end(client, admin):
    upload(client)
    batch = Batch.objects.get()
    page = reverse("imports:batch_detail", args=[batch.pk])

    assert "HX-Refresh" not in client.get(page, headers={"HX-Request": "true"}).headers
    batches.run(batch.pk, now=timezone.now())
    assert client.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        (b"\x89PNG\0", "这不是表格文件。"),
        ("甲,乙\n1,2\n".encode(), "表头认不出是哪种文件。"),
    ],
)
def test_wrong_file_is_answered_beside_the_field(client, admin, content, words):
    response = upload(client, content)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Batch.objects.exists()


def test_chosen_kind_must_fit(client, admin):
    assert "缺少列：" in upload(client, kind="households").content.decode()


def test_discard(client, admin):
    upload(client)
    batch = Batch.objects.get()
    batches.run(batch.pk, now=timezone.now())

    client.post(reverse("imports:batch_discard", args=[batch.pk]))

    batch.refresh_from_db()
    assert batch.status == BatchStatus.DISCARDED


def test_rejects_templates_and_exports_come_as_files(client, admin):
    BranchFactory()
    upload(client)
    batch = Batch.objects.get()
    batches.run(batch.pk, now=timezone.now())

    for url in (
        reverse("imports:batch_rejects", args=[batch.pk]),
        reverse("imports:template_download", args=["streets", "xlsx"]),
        reverse("imports:template_download", args=["streets", "csv"]),
        reverse("imports:export_download") + "?kind=branches&form=csv",
    ):
        response = client.get(url)
        assert response.status_code == 200
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert b"".join(response.streaming_content)
    assert list(AccessLog.objects.values_list("action", "subject")) == [("export", "branches")]


def test_branch_department_sees_its_own_batches_and_kinds(client, admin):
    upload(client)
    batch = Batch.objects.get()
    branch = BranchFactory()
    client.force_login(UserFactory(role=Role.BRANCH, branch_code=branch.code))

    assert client.get(reverse("imports:batch_detail", args=[batch.pk])).status_code == 404
    assert client.get(reverse("imports:template_download", args=["households", "xlsx"])).status_code == 404
    assert client.get(reverse("imports:export_download") + "?kind=households").status_code == 404
    assert client.get(reverse("imports:batch_list")).status_code == 200
    assert upload(client).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_for_one_and_three(client, admin, django_assert_num_queries, count):
    for _number in range(count):
        upload(client)
    client.get(reverse("imports:batch_list"))

    with django_assert_num_queries(3):
        response = client.get(reverse("imports:batch_list"))
    assert response.status_code == 200


def test_rest_uploads_and_shows(client, admin):
    response = client.post("/api/v1/imports/batches", {"file": SimpleUploadedFile("a.csv", TEXT.encode())})
    assert (response.status_code, response.json()["kind"]) == (202, "branches")
    pk = response.json()["id"]
    batches.run(pk, now=timezone.now())

    shown = client.get(f"/api/v1/imports/batches/{pk}").json()
    assert (shown["status"], shown["new"], shown["rejected"]) == ("previewed", 1, 1)
    assert client.post(f"/api/v1/imports/batches/{pk}/confirm").json()["status"] == "uploaded"
    assert client.post(f"/api/v1/imports/batches/{pk}/discard").status_code == 409
    assert [row["id"] for row in client.get("/api/v1/imports/batches").json()["results"]] == [pk]
    assert client.post("/api/v1/imports/batches", {}).status_code == 422
