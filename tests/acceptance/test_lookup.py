import uuid

import pytest
from django.urls import reverse

from acceptance.domain import lookups
from tests.acceptance.street import Street
from tests.acceptance.test_slips import make


@pytest.fixture
def slip(db):
    """A slip with a number of its own: the counts of tries outlive a test."""
    return make(Street(), contact_phone="13902217648", number=f"YSL-{uuid.uuid4().hex[:12].upper()}")


@pytest.fixture
def caller():
    return uuid.uuid4().hex


def ask(client, caller, number, phone_end):
    return client.post(reverse("acceptance:lookup"), {"number": number, "phone_end": phone_end}, REMOTE_ADDR=caller)


def test_lookup_tells_where_the_slip_stands_and_nothing_of_the_person(client, slip, caller):
    answer = ask(client, caller, f" {slip.number.lower()} ", "7648")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "已送到营业厅，等待签收。" in page
    assert slip.hall.name in page
    for private in (slip.contact_name, slip.contact_phone, slip.household.address, slip.manager.name):
        assert private not in page


def test_lookup_says_the_same_whatever_is_wrong(client, slip, caller):
    answers = [
        ask(client, caller, *given) for given in ((slip.number, "0000"), ("YSL-NONE", "7648"), (slip.number, ""))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all("没有查到。请核对单号和登记手机的后四位。" in answer.content.decode() for answer in answers)


def test_lookup_of_a_number_stops_after_too_many_wrong_ends_even_with_the_right_one(client, slip):
    for _try in range(lookups.WRONG_OF_A_NUMBER):
        assert ask(client, uuid.uuid4().hex, slip.number, "0000").status_code == 404
    assert ask(client, uuid.uuid4().hex, slip.number, "7648").status_code == 429


def test_lookup_by_one_caller_stops_after_twenty_tries(client, slip, caller):
    answers = [ask(client, caller, slip.number, "7648").status_code for _try in range(lookups.TRIES_OF_A_CALLER + 1)]
    assert answers == [200] * lookups.TRIES_OF_A_CALLER + [429]


def test_lookup_keeps_no_answer_in_any_cache(client, slip, caller):
    assert "no-store" in ask(client, caller, slip.number, "7648")["Cache-Control"]
