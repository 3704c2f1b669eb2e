"""The short way of a slip's post: it answers where all is well, and lets nobody in whom Django's own way keeps out."""

import io
import json
import time
import uuid

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from acceptance.api import slip_list
from acceptance.models import Slip
from accounts.models import User
from gridmarketing.lean import LONGEST, LeanPosts
from tests.acceptance.street import Street

PATH = "/api/v1/acceptance/slips/"
TOKEN = "a" * 32
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


class Web:
    """The application as a web server runs it; `long_way` counts the requests that Django's own way answered."""

    def __init__(self):
        self.street, self.long_way = Street(), 0
        self.django = get_wsgi_application()
        self.application = LeanPosts(self.pass_on, {PATH: slip_list})
        self.session = self.logged_in(self.street.seller)

    def pass_on(self, environ, start_response):
        self.long_way += 1
        return self.django(environ, start_response)

    def logged_in(self, user) -> str:
        client = Client()
        client.force_login(user)
        session = client.session
        session["touched"] = int(time.time())
        session.save()
        return next(iter(client.cookies.values())).OutputString().split(";")[0]

    def slip(self, **fields):
        street = self.street
        given = {"products": ["FTTH"], "contact_name": "刘建军", "contact_phone": "13902217648", "has_consent": True}
        return given | {"client_uuid": str(uuid.uuid4()), "household_code": street.household.code} | fields

    def post(self, slip, **environ):
        body = json.dumps(slip).encode()
        given = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PATH,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": f"{self.session}; csrftoken={TOKEN}",
            "HTTP_X_CSRFTOKEN": TOKEN,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        begun = []
        answer = self.application(given | environ, lambda status, headers: begun.append((status, dict(headers))))
        content = b"".join(answer)
        status, headers = begun[0]
        return int(status.split()[0]), headers, content


@pytest.fixture
def web() -> Web:
    return Web()


def test_slip_goes_the_short_way_once_however_often_it_is_sent(web):
    slip = web.slip()
    status, _headers, content = web.post(slip)
    number = json.loads(content)["number"]
    assert (status, web.post(slip)[0], web.long_way) == (201, 200, 0)
    assert [kept.number for kept in Slip.objects.all()] == [number]
    assert Slip.objects.get().manager == web.street.manager


def test_both_ways_answer_with_the_same_headers(web):
    slip = web.slip()
    _status, short, content = web.post(slip)
    _status, long, same = web.post(slip, CONTENT_LENGTH=f"{len(json.dumps(slip))} ")
    assert web.long_way == 1
    assert content == same
    # What it says is in no language.
    assert short == {name: value for name, value in long.items() if name != "Content-Language"} | {"Vary": "Cookie"}


def test_refused_slip_is_told_by_the_long_way(web):
    status, _headers, content = web.post(web.slip(has_consent=False))
    assert (status, web.long_way, Slip.objects.count()) == (422, 1, 0)
    assert json.loads(content)["message"] == "提交前要得到客户同意。"


def test_nobody_comes_in_by_the_short_way_who_may_not(web):
    slip = web.slip()
    stranger = web.logged_in(web.street.clerk_user)
    tries = {
        "no session": {"HTTP_COOKIE": f"csrftoken={TOKEN}"},
        "made-up session": {"HTTP_COOKIE": f"{web.session[:-4]}abcd; csrftoken={TOKEN}"},
        "wrong role": {"HTTP_COOKIE": f"{stranger}; csrftoken={TOKEN}"},
        "no token": {"HTTP_X_CSRFTOKEN": ""},
        "wrong token": {"HTTP_X_CSRFTOKEN": "b" * 32},
        "another site": {"HTTP_ORIGIN": "https://elsewhere.example"},
        "another host": {"HTTP_HOST": "elsewhere.example"},
        "another's page": {"HTTP_X_SENDER": str(web.street.seller.pk + 1)},
    }
    answers = {name: web.post(slip, **environ)[0] for name, environ in tries.items()}
    assert answers == {
        "no session": 401,
        "made-up session": 401,
        "wrong role": 404,
        "no token": 403,
        "wrong token": 403,
        "another site": 403,
        "another host": 400,
        "another's page": 401,
    }
    assert (web.long_way, Slip.objects.count()) == (len(tries), 0)


def test_whoever_is_stopped_is_out_with_the_next_slip(web):
    assert web.post(web.slip())[0] == 201
    User.objects.filter(pk=web.street.seller.pk).update(is_active=False)
    assert (web.post(web.slip())[0], Slip.objects.count()) == (401, 1)


def test_new_password_ends_the_session(web):
    user = web.street.seller
    user.set_password("another one")
    user.save()
    assert (web.post(web.slip())[0], Slip.objects.count()) == (401, 0)


def test_session_due_to_be_prolonged_goes_the_long_way(web):
    client = Client()
    client.force_login(web.street.seller)
    web.session = next(iter(client.cookies.values())).OutputString().split(";")[0]
    status, headers, _content = web.post(web.slip())
    assert (status, web.long_way) == (201, 1)
    assert "Set-Cookie" in headers
    assert (web.post(web.slip(acknowledged=True))[0], web.long_way) == (201, 1)


@pytest.mark.parametrize(("body", "status"), [({"notes": "x" * LONGEST}, 422), (["no slip"], 400)])
def test_what_is_no_slip_goes_the_long_way(web, body, status):
    sent = web.slip(**body) if isinstance(body, dict) else body
    assert (web.post(sent)[0], web.long_way, Slip.objects.count()) == (status, 1, 0)
