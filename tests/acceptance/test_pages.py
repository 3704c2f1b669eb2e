import json
import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acceptance.domain.acceptances import BadSplit
from acceptance.forms import split_of
from acceptance.models import Acceptance, Slip
from accounts.scope import Scope
from core.periods import local_day
from tests.acceptance.street import Street
from tests.acceptance.test_slips import make
from tests.factories.accounts import user_of_manager, user_of_operator
from tests.factories.managers import ManagerFactory, OperatorFactory, PostingFactory


@pytest.fixture
def street(db):
    return Street()


def post_slip(client, street, **fields):
    given = {
        "client_uuid": str(uuid.uuid4()),
        "household_code": street.household.code,
        "products": ["FTTH", "3G"],
        "contact_name": "刘建军",
        "contact_phone": "13902217648",
        "source": "home",
        "has_consent": True,
    }
    body = json.dumps(given | fields)
    return client.post(reverse("acceptance_api_slips"), body, content_type="application/json")


def test_api_answers_new_known_changed_similar_and_incomplete(client, street):
    client.force_login(street.seller)
    key = str(uuid.uuid4())
    first = post_slip(client, street, client_uuid=key)
    again = post_slip(client, street, client_uuid=key)
    changed = post_slip(client, street, client_uuid=key, notes="改了")
    similar = post_slip(client, street)
    wrong = post_slip(client, street, contact_phone="139")
    assert [r.status_code for r in (first, again, changed, similar, wrong)] == [201, 200, 409, 409, 422]
    number = Slip.objects.get().number
    assert (first.json(), again.json()) == ({"number": number}, {"number": number})
    assert (changed.json()["error"], similar.json()["error"]) == ("changed", "similar")
    assert (similar.json()["number"], wrong.json()["field"]) == (number, "contact_phone")


def test_form_sent_by_somebody_else_is_refused_without_its_number(client, street):
    key = str(uuid.uuid4())
    client.force_login(street.seller)
    number = post_slip(client, street, client_uuid=key).json()["number"]
    client.force_login(user_of_manager(PostingFactory(grid=street.grid).manager))
    for sent in ({}, {"notes": "改了"}):
        answer = post_slip(client, street, client_uuid=key, **sent)
        assert answer.status_code == 409
        assert number not in answer.content.decode()
    assert Slip.objects.count() == 1


def test_api_declines_what_is_not_json(client, street):
    client.force_login(street.seller)
    assert client.post(reverse("acceptance_api_slips"), "x", content_type="application/json").status_code == 400


def test_api_refuses_what_only_looks_right(client, street):
    client.force_login(street.seller)
    deep = client.post(reverse("acceptance_api_slips"), '{"a":' * 3000, content_type="application/json")
    no_consent = post_slip(client, street, has_consent="false")
    strange_digits = post_slip(client, street, contact_phone="1٣٨٠٠٠٠٠٠٠٠")
    assert [r.status_code for r in (deep, no_consent, strange_digits)] == [400, 422, 422]
    assert (no_consent.json()["field"], strange_digits.json()["field"]) == ("has_consent", "contact_phone")


@pytest.mark.parametrize("share", ["NaN", "Infinity", "viel"])
def test_share_that_is_no_number_is_told(street, share):
    typed = QueryDict(f"co_developer={street.manager.staff_no}&share={share}")
    with pytest.raises(BadSplit):
        split_of(typed, Scope(), street.manager.branch_id)


def test_form_without_script_sends_a_slip(client, street):
    client.force_login(street.seller)
    page = client.get(reverse("acceptance:slip_new"))
    assert page.status_code == 200
    fields = {
        "client_uuid": str(uuid.uuid4()),
        "household_code": street.household.code,
        "products": ["FTTH"],
        "contact_name": "刘建军",
        "contact_phone": "13902217648",
        "source": "home",
    }
    refused = client.post(reverse("acceptance:slip_new"), fields)
    assert (refused.status_code, Slip.objects.count()) == (422, 0)
    sent = client.post(reverse("acceptance:slip_new"), fields | {"has_consent": "1"})
    assert sent.url == reverse("acceptance:slip_detail", args=[Slip.objects.get().number])
    assert client.get(sent.url).status_code == 200


def test_household_search_finds_by_address_phone_and_initials(client, street):
    client.force_login(street.seller)
    for text in (street.household.address[:6], "1381234", "wjl", "wdd3"):
        found = client.get(reverse("customers:household_search"), {"q": text}).json()["households"]
        assert [row["code"] for row in found] == [street.household.code]


def test_clerk_takes_a_slip_and_accepts_it_into_two_orders(client, street):
    slip = make(street)
    client.force_login(street.clerk_user)
    page = client.get(reverse("acceptance:hall_queue"))
    assert slip.number in page.content.decode()
    client.post(reverse("acceptance:slip_receive", args=[slip.number]), {"take": "1"})
    orders = {"product": ["FTTH", "3G"], "order_no": ["221112088431", "2211"], "accepted_on": ["2026-11-06"] * 2}
    refused = client.post(reverse("acceptance:slip_accept", args=[slip.number]), orders)
    assert (refused.status_code, Acceptance.objects.count()) == (422, 0)
    assert "订单号应为 6–30 位字母或数字。" in refused.content.decode()
    orders["order_no"][1] = "2211 1208 8432"
    done = client.post(reverse("acceptance:slip_accept", args=[slip.number]), orders)
    assert done.url == reverse("acceptance:hall_queue")
    assert sorted(Acceptance.objects.values_list("order_no", flat=True)) == ["221112088431", "221112088432"]


def test_household_code_that_nobody_has_is_refused_in_words(client, street):
    slip = make(street, "received", household=None, typed_address="园荫里", received_at=timezone.now())
    client.force_login(street.clerk_user)
    order = {"product": "FTTH", "order_no": "221112088431", "accepted_on": str(local_day(timezone.now()))}
    refused = client.post(reverse("acceptance:slip_accept", args=[slip.number]), order | {"household_code": "NOBODY"})
    assert (refused.status_code, "没有这个客户编码。" in refused.content.decode()) == (422, True)
    body = json.dumps({"orders": [order], "household_code": "NOBODY"})
    told = client.post(reverse("acceptance_api_step", args=[slip.number, "accept"]), body, "application/json")
    assert (told.status_code, told.json()["field"]) == (422, "household_code")
    assert told.json()["message"] == "没有这个客户编码。"


def test_accepting_what_is_accepted_already_is_refused_in_words(client, street):
    slip = make(street, "working", claimed_by=street.operator, received_at=timezone.now())
    client.force_login(street.clerk_user)
    order = {"product": "FTTH", "order_no": "221112088431", "accepted_on": str(local_day(timezone.now()))}
    address = reverse("acceptance:slip_accept", args=[slip.number])
    assert client.post(address, order).status_code == 302
    again = client.post(address, order)
    assert (again.status_code, "现在是“已受理”，不能受理。" in again.content.decode()) == (422, True)


def test_return_and_resubmit_through_the_pages(client, street):
    slip = make(street)
    client.force_login(street.clerk_user)
    client.post(reverse("acceptance:slip_return", args=[slip.number]), {"reason": "缺证件"})
    client.force_login(street.seller)
    assert "缺证件" in client.get(reverse("acceptance:slip_list")).content.decode()
    fields = {"products": ["FTTH"], "contact_name": "刘建军", "contact_phone": "13902217648", "notes": ""}
    client.post(reverse("acceptance:slip_resubmit", args=[slip.number]), fields)
    slip.refresh_from_db()
    assert slip.state == "submitted"


@pytest.mark.parametrize(
    "name", ["slip_receive", "slip_claim", "slip_accept", "slip_return", "slip_transfer", "slip_close"]
)
def test_steps_on_another_halls_slip_find_nothing(client, street, name):
    slip = make(street)
    client.force_login(user_of_operator(OperatorFactory()))
    assert client.post(reverse(f"acceptance:{name}", args=[slip.number])).status_code == 404
    assert client.get(reverse("acceptance:slip_detail", args=[slip.number])).status_code == 404


def queries_of_queue(client, counter):
    with counter() as seen:
        assert client.get(reverse("acceptance:hall_queue")).status_code == 200
    return len(seen)


def test_queue_asks_the_same_for_1_and_3_slips(client, street):
    client.force_login(street.clerk_user)
    make(street)
    client.get(reverse("acceptance:hall_queue"))
    one = queries_of_queue(client, lambda: CaptureQueriesContext(connection))
    make(street)
    make(street)
    assert queries_of_queue(client, lambda: CaptureQueriesContext(connection)) == one


def test_direct_sale_at_the_counter(client, street):
    client.force_login(street.clerk_user)
    assert client.get(reverse("acceptance:direct_new")).status_code == 200
    fields = {"household_code": street.household.code, "developer": street.manager.staff_no, "product": "FTTH"}
    fields |= {"order_no": "221112088431", "accepted_on": local_day(timezone.now()).isoformat()}
    client.post(reverse("acceptance:direct_new"), fields)
    assert Acceptance.objects.get().developer == street.manager


def test_direct_sale_is_split_and_mistakes_are_told_beside_their_fields(client, street):
    client.force_login(street.clerk_user)
    other = ManagerFactory(branch=street.branch)
    address = reverse("acceptance:direct_new")
    today = local_day(timezone.now()).isoformat()
    fields = {"household_code": street.household.code, "developer": street.manager.staff_no, "accepted_on": [today] * 2}
    fields |= {"product": ["FTTH", "3G"], "order_no": ["221112088431", "221112088432"]}
    fields |= {"co_developer": other.staff_no, "share": "60"}
    wrong = [
        ({"household_code": "nobody"}, "没有这个客户编码"),
        ({"developer": "nobody"}, "本分公司没有这个工号的客户经理"),
        ({"co_developer": street.manager.staff_no}, "共同发展人要是另一位客户经理"),
        ({"share": "100"}, "各自都要大于 0"),
        ({"order_no": ["221112088431"] * 2}, "两笔用了同一个订单号"),
        ({"product": ["FTTH", "FTTH"]}, "同一个产品只能受理一笔"),
        ({"product": ["FTTH", "nothing"]}, "没有这个产品"),
    ]
    for change, words in wrong:
        answer = client.post(address, fields | change)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), change
    assert Acceptance.objects.count() == 0
    assert client.post(address, fields).status_code == 302
    told = Acceptance.objects.values_list("developer", "co_developer", "developer_share", "operator")
    assert set(told) == {(street.manager.pk, other.pk, 60, street.operator.pk)}
    again = client.post(address, fields | {"order_no": ["221112088433", "221112088432"]})
    assert (again.status_code, "订单号 221112088432 已经用过" in again.content.decode()) == (422, True)
    assert Acceptance.objects.count() == 2


def test_older_slips_follow_on_further_pages_of_the_list(client, street, monkeypatch):
    monkeypatch.setattr("acceptance.queries.slips.PAGE", 2)
    slips = [make(street) for _ in range(3)]
    client.force_login(street.seller)
    address = reverse("acceptance:slip_list")

    first, second = client.get(address), client.get(address, {"after": slips[1].number})

    assert [row.slip for row in first.context["rows"]] == [slips[2], slips[1]]
    assert f"?after={slips[1].number}" in first.content.decode()
    assert [row.slip for row in second.context["rows"]] == [slips[0]]
    assert 'rel="next"' not in second.content.decode()


def test_counter_sale_starts_from_the_card_of_a_household(client, street):
    client.force_login(street.clerk_user)
    code = street.household.code
    card = client.get(reverse("acceptance:household_card", args=[code])).content.decode()
    address = f"{reverse('acceptance:direct_new')}?household={code}"
    assert address in card
    assert client.get(address).context["household_code"] == code


def test_queue_narrowed_to_nothing_offers_the_whole_queue(client, street):
    make(street)
    client.force_login(street.clerk_user)
    page = client.get(reverse("acceptance:hall_queue"), {"state": "transferred"}).content.decode()
    assert ("这个条件下没有单" in page, "没有等着办的单" in page) == (True, False)


def test_refused_share_is_said_beside_its_field(client, street):
    slip = make(street, "working", claimed_by=street.operator, received_at=timezone.now())
    other = ManagerFactory(branch=street.branch)
    client.force_login(street.clerk_user)
    order = {"product": "FTTH", "order_no": "221112088431", "accepted_on": str(local_day(timezone.now()))}
    shared = order | {"co_developer": other.staff_no, "share": "-5"}
    page = client.post(reverse("acceptance:slip_accept", args=[slip.number]), shared).content.decode()
    field = page[page.index('id="share"') :]
    assert field.index('<p class="msg">') < field.index("</div>")
