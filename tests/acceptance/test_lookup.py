import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import pgtrigger
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acceptance.choices import SlipState
from acceptance.domain import lookups
from acceptance.models import Acceptance, Slip
from acceptance.views.lookups import PLACE_ON_WAY, WORDS
from core.callers import network_of
from core.periods import SHANGHAI
from grids.models import Hall
from tests.acceptance.street import Street
from tests.acceptance.test_slips import make
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.managers import OperatorFactory

OF_ALL = "lookup:wrong-of-all"


@pytest.fixture(autouse=True)
def nobody_has_tried():
    """The count of everybody's wrong tries outlives a test."""
    cache.delete(OF_ALL)
    yield
    cache.delete(OF_ALL)


@pytest.fixture
def slip(db):
    """A slip with a number of its own: the counts of tries outlive a test."""
    return make(Street(), contact_phone="13902217648", number=f"YSL-{uuid.uuid4().hex[:12].upper()}")


@pytest.fixture
def caller():
    return uuid.uuid4().hex


def ask(client, caller, number, phone_end, **more):
    given = {"REMOTE_ADDR": caller} | more
    return client.post(reverse("acceptance:lookup"), {"number": number, "phone_end": phone_end}, **given)


def test_lookup_tells_where_the_slip_stands_and_nothing_of_the_person(client, slip, caller):
    Hall.objects.filter(pk=slip.hall_id).update(address="黄河道 12 号", phone="022-27001234")
    answer = ask(client, caller, f" {slip.number.lower()} ", "7648")
    assert answer.status_code == 200
    page = answer.content.decode()
    for told in ("已送到营业厅，等待签收。", "您不用再来", slip.hall.name, "黄河道 12 号", "tel:022-27001234"):
        assert told in page
    for private in (slip.contact_name, slip.contact_phone, slip.household.address, slip.manager.name):
        assert private not in page


def test_lookup_takes_what_a_chinese_keyboard_types(client, slip, caller):
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    assert ask(client, caller, slip.number.translate(wide), "７６４８").status_code == 200


def test_lookup_has_words_for_every_state_but_the_draft(client, slip, caller):
    assert set(WORDS) == set(SlipState) - {SlipState.DRAFT}
    assert set(PLACE_ON_WAY) <= set(WORDS)
    clerk, first = OperatorFactory(hall=slip.hall), make(Street())
    for state in WORDS:
        at = dt.datetime(2026, 11, 6, 9, tzinfo=SHANGHAI)
        given = {"state": state, "state_note": "原因", "received_at": at, "accepted_at": at}
        given["claimed_by"] = clerk if state == SlipState.WORKING else None
        given["duplicate_of"] = first if state == SlipState.DUPLICATE else None
        with pgtrigger.ignore("acceptance.Slip:known_steps"):
            Slip.objects.filter(pk=slip.pk).update(**given)
        page = ask(client, caller, slip.number, "7648").content.decode()
        assert str(WORDS[state][0]) in page
        assert str(WORDS[state][1]) in page
        assert "原因" not in page


def test_lookup_tells_that_all_orders_of_a_slip_were_cancelled(client, slip, caller):
    at = dt.datetime(2026, 10, 8, 11, tzinfo=SHANGHAI)
    with pgtrigger.ignore("acceptance.Slip:known_steps"):
        Slip.objects.filter(pk=slip.pk).update(state=SlipState.ACCEPTED, received_at=at, accepted_at=at)
    kept = AcceptanceFactory(slip=slip, product_id="FTTH", cancelled_on=dt.date(2026, 10, 9))
    other = AcceptanceFactory(slip=slip, product_id="3G")
    assert "已正式受理" in ask(client, caller, slip.number, "7648").content.decode()

    Acceptance.objects.filter(pk=other.pk).update(cancelled_on=kept.cancelled_on)
    page = ask(client, caller, slip.number, "7648").content.decode()
    assert "这一单已退订。" in page
    assert "已正式受理" not in page


def test_lookup_says_the_same_whatever_is_wrong(client, slip, caller):
    drafted = make(Street(), contact_phone="13902217648", number=f"YSL-{uuid.uuid4().hex[:12].upper()}")
    with pgtrigger.ignore("acceptance.Slip:known_steps"):
        Slip.objects.filter(pk=drafted.pk).update(state="draft")
    given = ((slip.number, "0000"), ("YSL-NONE", "7648"), (slip.number, ""), (drafted.number, "7648"))
    answers = [ask(client, caller, *one) for one in given]
    assert {answer.status_code for answer in answers} == {404}
    assert all("没有查到。请核对单号和登记手机的后四位。" in answer.content.decode() for answer in answers)


def test_lookup_does_the_same_work_for_a_wrong_end_and_an_unknown_number(slip, caller):
    made = []
    for number in (slip.number, f"YSL-{uuid.uuid4().hex[:12].upper()}"):
        with CaptureQueriesContext(connection) as queries, pytest.raises(lookups.NotFound):
            lookups.look_up(number=number, phone_end="0000", caller=caller)
        made.append([query["sql"].replace(number, "") for query in queries.captured_queries])
    assert made[0] == made[1]
    assert len(made[0]) == 1


def test_lookup_of_a_number_stops_after_too_many_wrong_ends_even_with_the_right_one(client, slip):
    for _try in range(lookups.WRONG_OF_A_NUMBER):
        assert ask(client, uuid.uuid4().hex, slip.number, "0000").status_code == 404
    refused = ask(client, uuid.uuid4().hex, slip.number, "7648")
    assert (refused.status_code, refused["Retry-After"]) == (429, "86400")
    assert "请明天这个时候再试" in refused.content.decode()


def test_number_that_doesnt_exist_is_refused_in_the_same_words_and_for_the_same_time(client, slip):
    """Neither page nor header tells a real number from one that was made up, or when others began to guess."""
    told = []
    for number in (slip.number, f"YSL-{uuid.uuid4().hex[:12].upper()}"):
        answers = [ask(client, uuid.uuid4().hex, number, "0000") for _try in range(lookups.WRONG_OF_A_NUMBER + 1)]
        page = answers[-1].content.decode().replace(number, "")
        words = page[page.index('<div class="note bad"') : page.index("<form")]
        told.append((answers[-1].status_code, answers[-1]["Retry-After"], sorted(answers[-1].headers), words))
    assert told[0] == told[1]
    assert told[0][:2] == (429, "86400")


def test_right_answers_are_no_wrong_ones(client, slip):
    for _try in range(lookups.WRONG_OF_A_NUMBER + 1):
        assert ask(client, uuid.uuid4().hex, slip.number, "7648").status_code == 200
    assert int(cache.get(OF_ALL)) == 0


def test_lookup_by_one_caller_stops_after_twenty_tries(client, slip, caller):
    answers = [ask(client, caller, slip.number, "7648") for _try in range(lookups.TRIES_OF_A_CALLER + 1)]
    assert [answer.status_code for answer in answers] == [200] * lookups.TRIES_OF_A_CALLER + [429]
    assert [answer.get("Retry-After") for answer in answers] == [None] * lookups.TRIES_OF_A_CALLER + ["3600"]


def test_wrong_tries_of_all_callers_over_all_numbers_stop_the_lookup_for_the_hour(client, slip):
    cache.set(OF_ALL, lookups.WRONG_OF_ALL - 1, 60)
    assert ask(client, uuid.uuid4().hex, "YSL-NONE-1", "0000").status_code == 404
    refused = ask(client, uuid.uuid4().hex, slip.number, "7648")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "请一小时后再试" in refused.content.decode()


def test_many_guesses_at_one_moment_are_no_more_than_one_by_one(db):
    """Fifty at once against one number: eight are answered, the others refused."""
    number = f"YSL-{uuid.uuid4().hex[:12].upper()}"

    def guess(end: int) -> type:
        try:
            lookups.look_up(number=number, phone_end=f"{end:04d}", caller=uuid.uuid4().hex)
        except lookups.Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()  # a thread has one of its own
        return object

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(50)))
    assert answers.count(lookups.NotFound) == lookups.WRONG_OF_A_NUMBER
    assert answers.count(lookups.TooManyTries) == 50 - lookups.WRONG_OF_A_NUMBER


def test_callers_behind_the_front_are_told_apart_by_what_the_front_wrote(client, slip, settings, caller):
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT = True, False
    for try_ in range(lookups.TRIES_OF_A_CALLER):
        # What the caller writes himself comes first and changes nothing.
        assert (
            ask(client, "10.0.0.9", slip.number, "7648", HTTP_X_FORWARDED_FOR=f"9.9.9.{try_}, {caller}").status_code
            == 200
        )
    assert ask(client, "10.0.0.9", slip.number, "7648", HTTP_X_FORWARDED_FOR=f"8.8.8.8, {caller}").status_code == 429
    other = uuid.uuid4().hex
    assert ask(client, "10.0.0.9", slip.number, "7648", HTTP_X_FORWARDED_FOR=f"8.8.8.8, {other}").status_code == 200


def test_forwarded_addresses_mean_nothing_without_a_front(client, slip, caller):
    answers = [
        ask(client, caller, slip.number, "7648", HTTP_X_FORWARDED_FOR=f"9.9.9.{try_}").status_code
        for try_ in range(lookups.TRIES_OF_A_CALLER + 1)
    ]
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("somewhere", "somewhere"),
    ],
)
def test_limits_are_counted_by_what_a_caller_has_to_himself(address, counted):
    assert network_of(address) == counted


def test_lookup_keeps_no_answer_in_any_cache(client, slip, caller):
    assert "no-store" in ask(client, caller, slip.number, "7648")["Cache-Control"]
