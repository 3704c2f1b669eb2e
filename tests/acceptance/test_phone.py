"""What a phone fetches and sends beside the slip: the copy of the grid, the photo, the app's own files."""

import datetime as dt
import json
import re
import uuid

import pytest
from django.conf import settings
from django.urls import reverse

from acceptance.models import Slip, SlipPhoto
from campaigns.models import FollowUp
from tests.acceptance.street import Street
from tests.acceptance.test_pages import post_slip
from tests.factories.accounts import user_of_manager
from tests.factories.customers import CaseFactory, HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.managers import PostingFactory

COPY = "acceptance_api_phone"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@pytest.fixture
def street(db):
    return Street()


@pytest.fixture
def phone(client, street):
    client.force_login(street.seller)
    return client


def homes(client, street, **query):
    query = query or {"community": street.household.community.code}
    return client.get(reverse(COPY), query).json()["homes"]


def test_copy_names_the_communities_of_the_own_grid_only(phone, street):
    GridCommunityFactory(grid__branch=street.branch)
    index = phone.get(reverse(COPY)).json()
    assert list(index["communities"]) == [street.household.community.code]
    assert index["products"]["FTTH"] == "FTTH宽带"
    assert "FTTH" in index["sold"]
    assert index["states"]["submitted"] == "已提交"


def test_copy_of_a_household_tells_lines_offers_and_what_is_open(phone, street):
    home = street.household
    SubscriptionFactory(household=home, product_code="FTTH", opened_on=dt.date(2024, 3, 1))
    SubscriptionFactory(household=home, product_code="3G", closed_on=dt.date(2025, 6, 1))
    CaseFactory(household=home, kind="complaint", subject="多收了月租", opened_on=dt.date(2025, 3, 1))
    CaseFactory(household=home, is_over=True)
    due = dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC)
    FollowUp.objects.create(grid=street.grid, manager=street.manager, household=home, subject="回访", due_at=due)
    number = post_slip(phone, street, products=["3G"]).json()["number"]
    assert homes(phone, street) == [
        [
            home.code,
            home.address,
            home.community.code,
            "吴家麟",
            "138****5678",
            "wdd3hl wjl",
            [["FTTH", 2024]],
            ["3G_BUNDLE", "VALUE_ADDED"],
            [
                ["complaint", "多收了月租", "2025-03-01"],
                ["slip", number, "submitted", ["3G"]],
                ["promise", "回访", "2026-11-24"],
            ],
        ]
    ]


def test_copy_is_read_in_the_same_few_queries_however_many_households(phone, street, django_assert_num_queries):
    for _ in range(3):
        SubscriptionFactory(household=HouseholdFactory(community=street.household.community))
    with django_assert_num_queries(12):
        assert len(homes(phone, street)) == 4


def test_copy_that_is_there_already_is_not_sent_again(phone, street):
    address = reverse(COPY), {"community": street.household.community.code}
    first = phone.get(*address)
    same = phone.get(*address, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert first["Cache-Control"] == "no-store"
    street.household.contact_name = "吴家骏"
    street.household.save()
    assert phone.get(*address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_copy_of_another_grid_is_not_there(phone, street):
    other = GridCommunityFactory(grid__branch=street.branch)
    HouseholdFactory(community=other.community, address="园荫里 1 号楼")
    assert phone.get(reverse(COPY), {"community": other.community.code}).status_code == 404
    assert homes(phone, street, q="园荫里") == []


def test_phone_without_a_copy_asks_the_server(phone, street):
    assert [row[0] for row in homes(phone, street, q="wjl")] == [street.household.code]


def test_page_of_somebody_else_neither_sends_nor_fetches(phone, street):
    another = {"X-Sender": str(street.seller.pk + 1)}
    body = json.dumps({"client_uuid": str(uuid.uuid4())})
    sent = phone.post(reverse("acceptance_api_slips"), body, content_type="application/json", headers=another)
    assert sent.status_code == 401
    assert phone.get(reverse(COPY), headers=another).status_code == 401
    assert not Slip.objects.exists()


def test_masked_number_stands_for_the_one_on_file(phone, street):
    key = str(uuid.uuid4())
    first = post_slip(phone, street, client_uuid=key, contact_phone="138****5678")
    assert (first.status_code, Slip.objects.get().contact_phone) == (201, "13812345678")
    street.household.contact_phone = "13900000000"
    street.household.save()
    # What was sent is the same, whatever has become of the number since.
    assert post_slip(phone, street, client_uuid=key, contact_phone="138****5678").status_code == 200


def test_mask_of_another_number_is_refused(phone, street):
    wrong = post_slip(phone, street, contact_phone="139****5678")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "contact_phone")


def test_mask_tells_nothing_of_another_branch(phone, street):
    foreign = HouseholdFactory()
    wrong = post_slip(phone, street, household_code=foreign.code, contact_phone="138****5678")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "contact_phone")


def test_same_form_with_other_content_shows_both(phone, street):
    key = str(uuid.uuid4())
    post_slip(phone, street, client_uuid=key, notes="下午在家")
    changed = post_slip(phone, street, client_uuid=key, notes="上午在家").json()
    assert changed["error"] == "changed"
    assert changed["both"] == [["备注", "下午在家", "上午在家"]]


def photograph(client, number, content=JPEG):
    return client.post(reverse("acceptance_api_photo", args=[number]), content, content_type="image/jpeg")


def test_photo_is_laid_to_its_slip_once(phone, street):
    number = post_slip(phone, street).json()["number"]
    answers = [photograph(phone, number).status_code, photograph(phone, number).status_code]
    other = photograph(phone, number, JPEG + b"1")
    assert answers == [201, 200]
    assert other.status_code == 409
    seen = phone.get(reverse("acceptance:slip_photo", args=[number]))
    assert (seen.content, seen["Content-Type"], seen["Cache-Control"]) == (JPEG, "image/jpeg", "no-store")
    assert (
        reverse("acceptance:slip_photo", args=[number])
        in phone.get(reverse("acceptance:slip_detail", args=[number])).content.decode()
    )


def test_photo_is_there_for_the_clerk_at_the_queue(client, phone, street):
    number, bare = (post_slip(phone, street, acknowledged=True).json()["number"] for _ in range(2))
    photograph(phone, number)
    client.force_login(street.clerk_user)
    address = reverse("acceptance:slip_photo", args=[number])
    assert address in client.get(reverse("acceptance:queue_slip", args=[number])).content.decode()
    assert "照片" not in client.get(reverse("acceptance:queue_slip", args=[bare])).content.decode()
    assert client.get(address).content == JPEG


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", JPEG + b"0" * 500_000])
def test_what_is_no_small_photo_is_refused(phone, street, content):
    number = post_slip(phone, street).json()["number"]
    assert photograph(phone, number, content).status_code == 422
    assert not SlipPhoto.objects.exists()


def test_photo_of_somebody_elses_slip_is_neither_taken_nor_shown(client, phone, street):
    number = post_slip(phone, street).json()["number"]
    photograph(phone, number)
    client.force_login(user_of_manager(PostingFactory(grid=street.grid).manager))
    assert photograph(client, number, JPEG + b"1").status_code == 404
    client.force_login(user_of_manager(PostingFactory().manager))
    assert client.get(reverse("acceptance:slip_photo", args=[number])).status_code == 404


def test_manifest_starts_at_the_first_page_in_the_colours_of_the_tokens(client, db):
    described = client.get(reverse("acceptance:manifest")).json()
    assert (described["name"], described["start_url"], described["scope"]) == ("家客网格", "/", "/")
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    assert f"--rail: {described['theme_color']};" in tokens
    assert f"--bg: {described['background_color']};" in tokens
    for icon in described["icons"]:
        assert (settings.BASE_DIR / icon["src"].removeprefix("/")).is_file()


def test_worker_keeps_the_files_of_the_slip_page_and_looks_after_the_whole_site(client, phone):
    answer = client.get(reverse("acceptance:service_worker"))
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    files = set(re.findall(r'"(/static/[^"]+)"', answer.content.decode()))
    page = client.get(reverse("acceptance:slip_new")).content.decode()
    asked = set(re.findall(r'(?:src|rel="stylesheet" href)="(/static/(?:js|css)/[^"]+)"', page))
    modules = {path for name in asked | files if name.endswith(".js") for path in imported(name)}
    assert asked
    assert asked | modules <= files


def imported(name: str) -> set[str]:
    text = (settings.BASE_DIR / name.removeprefix("/")).read_text()
    return {f"/static/js/{module}" for module in re.findall(r'from "\./([\w.]+)"', text)}


def test_page_for_no_signal_names_nobody(client, street):
    client.force_login(street.seller)
    page = client.get(reverse("acceptance:offline")).content.decode()
    assert street.seller.name not in page
    assert "csrfmiddlewaretoken" not in page
    assert "data-user" not in page


def test_form_bears_the_version_of_its_files(phone):
    page = phone.get(reverse("acceptance:slip_new")).content.decode()
    version = re.search(r'data-version="(\w{16})"', page)[1]
    assert f'"version": "{version}"' in phone.get(reverse("acceptance:service_worker")).content.decode()
